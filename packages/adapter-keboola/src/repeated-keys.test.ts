import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestKey, KeyDigests } from './key-digests.ts'
import { findSuperseded, type KeyedRows, withoutSuperseded } from './repeated-keys.ts'

function keyed(keys: readonly string[]): KeyedRows {
  const text = `v,k\n${keys.map((key, index) => `${index},"${key}"`).join('\n')}\n`
  return {
    rows: keys.length,
    primaryKey: ['k'],
    open: async function* () {
      yield Buffer.from(text)
    },
  }
}

function digestsOf(keys: readonly string[]): KeyDigests {
  const digests = new KeyDigests()
  for (const key of keys) digestKey([key], (high, low) => digests.add(high, low))
  return digests
}

async function keptRows(rows: KeyedRows, digests: KeyDigests): Promise<string[]> {
  const superseded = await findSuperseded(rows, digests)
  const kept: string[] = []
  for await (const batch of withoutSuperseded(rows, superseded)) kept.push(...batch.rows.map(([v]) => v as string))
  return kept
}

test('of rows with one key the last one is kept, and all others are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c', 'dd', '')), async (keys) => {
      const last = new Map(keys.map((key, index) => [key, String(index)]))
      const expected = [...last.values()].sort((left, right) => Number(left) - Number(right))
      expect(await keptRows(keyed(keys), digestsOf(keys))).toEqual(expected)
    }),
  )
})

test('keys whose digests are equal but who are not are all kept', async () => {
  const digests = new KeyDigests()
  // Whatever the digests say, texts decide.
  digestKey(['a'], (high, low) => [digests.add(high, low), digests.add(high, low)])
  expect(await keptRows(keyed(['a', 'b', 'a2']), digests)).toEqual(['0', '1', '2'])
})

test('digests that were too many to be kept are found in several readings', async () => {
  const keys = ['x', ...Array.from({ length: 50 }, (_, index) => `k${index}`), 'x']
  const full = { isFull: true, hasRepeats: false } as KeyDigests
  const kept = await keptRows(keyed(keys), full)
  expect(kept).toEqual(keys.map((_, index) => String(index)).slice(1))
})

test('the first row whose key was there before it is told', async () => {
  const keys = ['a', 'b', 'c', 'b', 'a']
  const superseded = await findSuperseded(keyed(keys), digestsOf(keys))
  expect([superseded.repeatedAt, superseded.count]).toEqual([3, 2])
})

test('a hundred thousand keys are told apart, and a repeat among them is seen', () => {
  const digests = new KeyDigests()
  for (let index = 0; index < 100_000; index += 1) digestKey([`key ${index}`], (high, low) => digests.add(high, low))
  expect(digests.hasRepeats).toBe(false)
  digestKey(['key 99'], (high, low) => {
    expect(digests.has(high, low)).toBe(true)
    digests.add(high, low)
  })
  expect(digests.repeats?.size).toBe(1)
})

test('where a key of several columns is cut makes a difference', () => {
  const text = (key: readonly string[]): string => digestKey(key, (high, low) => `${high} ${low}`)
  expect(text(['ab', 'c'])).not.toBe(text(['a', 'bc']))
  expect(text(['', 'a'])).not.toBe(text(['a', '']))
})
