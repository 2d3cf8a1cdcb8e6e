import { expect, test } from 'vitest'
import { KeyLocks } from './key-locks.ts'

test('work on one key waits for the work before it, also where that fails; other keys go on', async () => {
  const locks = new KeyLocks()
  const order: string[] = []
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const first = locks.run('a', async () => {
    await gate
    order.push('first')
    throw new Error('no')
  })
  const second = locks.run('a', async () => order.push('second'))
  await locks.run('b', async () => order.push('other'))
  open()
  await expect(first).rejects.toThrow('no')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})
