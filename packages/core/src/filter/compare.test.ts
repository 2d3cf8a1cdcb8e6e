import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../rows/row.ts'
import { areEqual, compareText, compareValues } from './compare.ts'

const values = fc.jsonValue({ maxDepth: 3 }).map((value) => value as JsonValue)
const texts = fc.string({
  unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'),
  maxLength: 5,
})

test('text is ordered like its UTF-8 bytes', () => {
  fc.assert(
    fc.property(texts, texts, (left, right) => {
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right))
      expect(Math.sign(compareText(left, right))).toBe(bytes)
    }),
  )
})

test('the order is total: turned around, and from one to the next', () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a)) + 0).toBe(0)
      const [x, y, z] = [a, b, c].sort(compareValues) as [JsonValue, JsonValue, JsonValue]
      expect([compareValues(x, y), compareValues(y, z), compareValues(x, z)].every((order) => order <= 0)).toBe(true)
    }),
  )
})

test('equal values have the same JSON, keys in order', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      expect(areEqual(a, structuredClone(a))).toBe(true)
      expect(areEqual(a, b)).toBe(JSON.stringify(a) === JSON.stringify(b))
    }),
  )
})

test('missing compares like null but does not equal it', () => {
  expect(compareValues(undefined, null)).toBe(0)
  expect(areEqual(undefined, null)).toBe(false)
  expect(areEqual(undefined, undefined)).toBe(true)
})
