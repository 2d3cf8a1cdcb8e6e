import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { IdSequence } from '../../src/keboola/id-sequence.ts'
import { StateRecords } from '../../src/keboola/state-records.ts'

async function openStorage(): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  onTestFinished(() => storage.close())
  return storage
}

describe('what the gateway remembers', () => {
  test('it is there again, in the order it came, the last of several changes counting', async () => {
    const storage = await openStorage()
    const first = (await StateRecords.open(storage)).of<{ n: number }>('thing')
    await first.put('b', { n: 1 })
    await first.put('a/b', { n: 2 })
    await Promise.all([first.put('b', { n: 3 }), first.put('b', { n: 4 }), first.delete('c')])
    const state = await StateRecords.open(storage)
    expect(state.of('thing').values()).toEqual([{ n: 4 }, { n: 2 }])
    expect(state.of('thin').values()).toEqual([])
    await state.of('thing').delete('a/b')
    expect((await StateRecords.open(storage)).of('thing').get('a/b')).toBeUndefined()
  })

  test('numbers are never given twice, also after a restart', async () => {
    const storage = await openStorage()
    const given: number[] = []
    for (const _ of [1, 2, 3]) {
      const ids = new IdSequence((await StateRecords.open(storage)).of<number>('ids'))
      given.push(...(await Promise.all(Array.from({ length: 1500 }, () => ids.next()))))
    }
    expect(new Set(given).size).toBe(4500)
    expect(given).toEqual(given.toSorted((one, other) => one - other))
  })
})
