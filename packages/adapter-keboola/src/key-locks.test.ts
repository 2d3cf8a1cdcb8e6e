import { expect, test } from 'vitest'
import { KeyLocks } from './key-locks.ts'

const { signal } = new AbortController()

test('work on one key waits for the work before it, also where that fails; other keys go on', async () => {
  const locks = new KeyLocks()
  const order: string[] = []
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const first = locks.run('a', signal, async () => {
    await gate
    order.push('first')
    throw new Error('no')
  })
  const second = locks.run('a', signal, async () => order.push('second'))
  await locks.run('b', signal, async () => order.push('other'))
  open()
  await expect(first).rejects.toThrow('no')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})

test('who gives up waiting is told at once, and lets nobody through before their turn', async () => {
  const locks = new KeyLocks()
  const order: string[] = []
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const stop = new AbortController()
  const first = locks.run('a', signal, async () => {
    await gate
    order.push('first')
  })
  const second = locks.run('a', stop.signal, async () => order.push('second'))
  const third = locks.run('a', signal, async () => order.push('third'))
  stop.abort(new Error('enough'))
  await expect(second).rejects.toThrow('enough')
  expect(order).toEqual([])
  open()
  await Promise.all([first, third])
  expect(order).toEqual(['first', 'third'])
})
