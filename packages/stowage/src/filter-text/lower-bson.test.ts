import { Binary, Decimal128, Int32, Long, MaxKey, ObjectId, Timestamp, UUID } from 'bson'
import { expect, test } from 'vitest'
import { lowerBson } from './lower-bson.ts'

const source = { what: 'filter', text: '{}' } as const

test('ids become text, numbers numbers, and what surrounds them is copied', () => {
  const id = new ObjectId('507f1f77bcf86cd799439011')
  const uuid = new UUID('00112233-4455-6677-8899-aabbccddeeff').toBinary()
  const date = new Date(0)
  const lowered = lowerBson(source, { id, list: [uuid, new Int32(5), Long.fromNumber(7)], date, pattern: /x/ })
  expect(lowered).toEqual({
    id: '507f1f77bcf86cd799439011',
    list: ['00112233-4455-6677-8899-aabbccddeeff', 5, 7],
    date,
    pattern: /x/,
  })
})

test.each([
  Long.fromString('9007199254740993'),
  Decimal128.fromString('1.5'),
  new Binary(Buffer.from('abc'), 0),
  new MaxKey(),
  new Timestamp({ t: 1, i: 2 }),
  new Map([[1, 2]]),
  Buffer.from('abc'),
])('%o has no JSON equal', (value) => {
  expect(() => lowerBson(source, { a: [value] })).toThrow(/no exact JSON equal/)
})
