import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BucketSums } from './bucket-sums.ts'
import { CanonicalRows, DigestSum, hashText } from './row-digest.ts'

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => value as never)
const rows = fc.array(fc.tuple(fc.option(json, { nil: undefined }), fc.option(json, { nil: undefined })), {
  maxLength: 30,
})

function sumOf(texts: readonly string[]): string {
  const sum = new DigestSum()
  for (const text of texts) sum.add(hashText(text))
  return sum.text
}

test('the canonical text does not depend on the order of columns and of keys', () => {
  fc.assert(
    fc.property(rows, (cells) => {
      const texts = new CanonicalRows().texts({ columns: ['a', 'b'], rows: cells })
      const turned = new CanonicalRows().texts({ columns: ['b', 'a'], rows: cells.map((row) => row.toReversed()) })
      expect(turned).toEqual(texts)
    }),
  )
  const texts = (value: object): string[] => new CanonicalRows().texts({ columns: ['v'], rows: [[value as never]] })
  expect(texts({ a: 1, b: [{ c: 1, d: 2 }] })).toEqual(texts({ b: [{ d: 2, c: 1 }], a: 1 }))
})

test('null, missing, empty and look-alikes are all different', () => {
  const cells = [null, undefined, '', 'null', 0, '0', false, [], {}, [null], ['']] as const
  const texts = new CanonicalRows().texts({ columns: ['v'], rows: cells.map((cell) => [cell] as never) })
  expect(new Set(texts).size).toBe(cells.length)
  const split = new CanonicalRows().texts({
    columns: ['a', 'b'],
    rows: [
      ['x', 'y'],
      ['x,"b":"y', undefined],
    ],
  })
  expect(new Set(split).size).toBe(2)
})

test('columns that do not count change nothing', () => {
  const batch = { columns: ['a', 'b'], rows: [[1, 2]] }
  expect(new CanonicalRows(['a']).texts(batch)).toEqual(new CanonicalRows().texts({ columns: ['a'], rows: [[1]] }))
})

test('a sum is the same in any order, goes on from its text, and tells how often a row came', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 40 }), (texts) => {
      const whole = sumOf(texts)
      expect(sumOf(texts.toReversed())).toBe(whole)
      const half = Math.floor(texts.length / 2)
      const sum = DigestSum.from(sumOf(texts.slice(0, half)))
      for (const text of texts.slice(half)) sum.add(hashText(text))
      expect(sum.text).toBe(whole)
    }),
  )
  expect(sumOf(['x', 'x'])).not.toBe(sumOf(['x']))
  expect(sumOf(['x', 'x', 'y'])).not.toBe(sumOf(['x', 'y', 'y']))
})

test('a sum agrees with arithmetic of large numbers', () => {
  const texts = Array.from({ length: 200 }, (_, index) => `row ${index}`)
  const toNumber = (text: string): bigint =>
    hashText(text).reduceRight((total, word) => (total << 32n) | BigInt(word), 0n)
  const expected = texts.reduce((total, text) => (total + toNumber(text)) % (1n << 128n), 0n)
  expect(sumOf(texts)).toBe(expected.toString(16).padStart(32, '0'))
})

test('buckets without rows that were there before hold what came', () => {
  const batch = (ids: readonly number[]) => ({ columns: ['id'], rows: ids.map((id) => [id]) })
  const sums = (ids: readonly number[]): BucketSums => {
    const buckets = new BucketSums(['id'])
    const rowsOf = batch(ids)
    buckets.add(rowsOf, new CanonicalRows().texts(rowsOf).map(hashText))
    return buckets
  }
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (before, added) => {
      const all = sums([...before, ...added])
      all.subtract(sums(before))
      expect(all.differing(sums(added))).toEqual([])
      expect(all.differing(sums([...added, 1]))).toHaveLength(1)
    }),
  )
})
