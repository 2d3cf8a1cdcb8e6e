import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { weightedParallel } from './weighted-parallel.ts'

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  for (const item of items) {
    await setImmediate()
    yield item
  }
}

test('never more weight runs at a time than there is room for, and all items get their turn', async () => {
  const weights = [1, 4, 1, 1, 4, 9, 1, 2, 4, 1, 1, 1, 1]
  let [running, most, done] = [0, 0, 0]
  await weightedParallel(
    each(weights),
    4,
    (weight) => weight,
    async (weight) => {
      running += Math.min(4, weight)
      most = Math.max(most, running)
      await setImmediate()
      await setImmediate()
      running -= Math.min(4, weight)
      done += 1
    },
    () => {},
  )
  expect([most, done]).toEqual([4, weights.length])
})

test('a failure is told at once, what runs is waited for, and nothing new begins', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const told: unknown[] = []
  const working = weightedParallel(
    each([1, 2, 3, 4, 5, 6, 7, 8]),
    2,
    () => 1,
    async (item) => {
      begun.push(item)
      await setImmediate()
      if (item === 2) throw new Error('two')
      for (let at = 0; at < 5; at += 1) await setImmediate()
      ended.push(item)
    },
    (error) => told.push((error as Error).message),
  )
  await expect(working).rejects.toThrow('two')
  expect(told).toEqual(['two'])
  expect(ended).toEqual(begun.filter((item) => item !== 2))
  expect(begun.length).toBeLessThan(8)
})

test('items that fail end it as well, after what runs', async () => {
  let ended = 0
  async function* failing(): AsyncGenerator<number, void, undefined> {
    yield* each([1, 2])
    throw new Error('the listing broke')
  }
  const work = async (): Promise<void> => {
    for (let at = 0; at < 5; at += 1) await setImmediate()
    ended += 1
  }
  await expect(
    weightedParallel(
      failing(),
      4,
      () => 1,
      work,
      () => {},
    ),
  ).rejects.toThrow('the listing broke')
  expect(ended).toBe(2)
})
