import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inParallel } from './in-parallel.ts'

test('every item is worked on once, never more at a time than allowed', async () => {
  const seen: number[] = []
  let running = 0
  let most = 0
  await inParallel(
    Array.from({ length: 20 }, (_, index) => index),
    3,
    async (item) => {
      running += 1
      most = Math.max(most, running)
      await setImmediate()
      seen.push(item)
      running -= 1
    },
  )
  expect(seen.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 20 }, (_, index) => index))
  expect(most).toBe(3)
})

test('the first failure ends it: what is under way ends, nothing more is asked for, and the items are closed', async () => {
  let asked = 0
  let isClosed = false
  async function* items(): AsyncGenerator<number> {
    try {
      for (;;) {
        await setImmediate()
        yield (asked += 1)
      }
    } finally {
      isClosed = true
    }
  }
  const work = inParallel(items(), 4, async (item) => {
    await setImmediate()
    if (item === 6) throw new Error('six')
  })
  await expect(work).rejects.toThrow('six')
  const askedThen = asked
  await setImmediate()
  expect([asked, isClosed]).toEqual([askedThen, true])
  expect(asked).toBeLessThan(20)
})

test('items that fail fail the whole', async () => {
  // oxlint-disable-next-line require-yield -- it fails before it gives anything
  async function* items(): AsyncGenerator<number> {
    await setImmediate()
    throw new Error('no items')
  }
  await expect(inParallel(items(), 4, async () => {})).rejects.toThrow('no items')
})
