import type { JsonValue, Row } from '@stowage/core'
import { compareValues, compileSort } from '@stowage/core/driver'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeValue, sortKeyEncoder } from './sort-key.ts'

const text = fc.oneof(
  fc.string({ maxLength: 4, unit: 'grapheme' }),
  fc.constantFrom('', '\0', 'a\0', 'a\0b', '\uffff', '\u{1f600}'),
)
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1.7976931348623157e308),
)
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    number,
    text,
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a\0', ''), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

test('bytes compare as the values do', () => {
  fc.assert(
    fc.property(value, value, (left, right) => {
      expect(Math.sign(Buffer.compare(encodeValue(left), encodeValue(right))) + 0).toBe(
        Math.sign(compareValues(left, right)) + 0,
      )
    }),
    { numRuns: 3000 },
  )
})

test('keys of rows compare as core sorts them, in both directions', () => {
  const row = fc.dictionary(fc.constantFrom('a', 'b', '0'), value, { maxKeys: 2, noNullPrototype: true })
  const path = fc.constantFrom('a', 'a.b', 'a.0', 'a.0.b', 'a.a.b')
  fc.assert(
    fc.property(row, row, path, fc.constantFrom(1 as const, -1 as const), (left: Row, right: Row, key, direction) => {
      const encode = sortKeyEncoder({ path: key, direction })
      const order = Math.sign(compileSort([{ path: key, direction }])(left, right))
      expect(direction * Math.sign(Buffer.compare(encode(left), encode(right))) + 0).toBe(order + 0)
    }),
    { numRuns: 3000 },
  )
})
