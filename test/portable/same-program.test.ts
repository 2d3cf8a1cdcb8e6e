import { join } from 'node:path'
import type { Row, Storage } from '@stowage/core'
import { openStorage } from 'stowage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from './embedded.ts'

/** A program that knows nothing of its backend. */
async function program(storage: Storage): Promise<{ rows: Row[]; keys: string[]; text: string; deleted: number }> {
  const bucket = storage.bucket('shop')
  await bucket.create()
  const orders = bucket.table('orders')
  await orders.create({ columns: { id: 'number', total: 'number', at: 'timestamp' }, primaryKey: ['id'] })
  await orders.load(Array.from({ length: 2500 }, (_, id) => ({ id, total: (id * 37) % 100, at: new Date(id * 1000) })))
  await orders.update({ total: { $lt: 10 } }, { $set: { isSmall: true }, $inc: { total: 1 } })
  const { deleted } = await orders.delete({ total: { $gte: 90 } })
  const rows = await orders.find({ isSmall: true }, { sort: { total: -1, id: 1 }, limit: 20, offset: 5 }).toArray()
  for (const key of ['b', 'a/1', 'a/2']) await bucket.file(key).put(`file ${key}`)
  const keys: string[] = []
  for await (const entry of bucket.files()) if (entry.kind === 'file') keys.push(entry.file.key)
  return { rows, keys, text: await bucket.file('a/2').text(), deleted }
}

async function run(config: Record<string, unknown>): Promise<Awaited<ReturnType<typeof program>>> {
  const storage = await openStorage({ config: { backends: { main: { adapter: 'local', ...config } } } })
  onTestFinished(() => storage.close())
  return program(storage)
}

describe('a program moved by config alone', () => {
  test('gives the same in memory, in a directory, in a worker thread and through layers', async () => {
    const directory = await temporaryDirectory()
    const inMemory = await run({ memory: true })
    expect(inMemory.rows).toHaveLength(20)
    expect(inMemory.keys).toEqual(['a/1', 'a/2', 'b'])
    expect(await run({ path: join(directory, 'plain') })).toEqual(inMemory)
    expect(await run({ path: join(directory, 'worker'), worker: true, durability: 'full' })).toEqual(inMemory)
    const layers = [
      { logging: { level: 'error' } },
      { prefix: { buckets: 'team-' } },
      { retry: {} },
      { concurrency: { max: 2 } },
    ]
    expect(await run({ path: join(directory, 'layers'), layers })).toEqual(inMemory)
  })
})
