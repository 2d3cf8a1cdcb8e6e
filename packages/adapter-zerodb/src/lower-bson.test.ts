import { describe, expect, test } from 'vitest'
import { lowerBson } from './lower-bson.ts'

/** Stands for a class of the package `bson`, of which no version is installed here. */
function bson(mark: string, members: object = {}): object {
  class Value {
    get _bsontype(): string {
      return mark
    }
  }
  return Object.assign(new Value(), members)
}

const hex = 'a1b2c3d4e5f60718293a4b5c'
const uuid = Uint8Array.from({ length: 16 }, (_, index) => index)
const number = (value: unknown): object => ({ valueOf: () => value })

describe('values of the package bson', () => {
  test.each([
    ['an ObjectId', bson('ObjectId', { toHexString: () => hex }), hex],
    ['an ObjectId of old', bson('ObjectID', { toHexString: () => hex }), hex],
    ['a small Long', bson('Long', { toNumber: () => 42 }), 42],
    ['an Int32', bson('Int32', number(7)), 7],
    ['a Double', bson('Double', number(0.5)), 0.5],
    ['a UUID', bson('UUID', { sub_type: 4, buffer: uuid }), '00010203-0405-0607-0809-0a0b0c0d0e0f'],
    ['a Binary that is a UUID', bson('Binary', { sub_type: 4, buffer: uuid }), '00010203-0405-0607-0809-0a0b0c0d0e0f'],
  ])('%s becomes plain', (_, value, lowered) => {
    expect(lowerBson({ a: [value] })).toEqual({ a: [lowered] })
  })

  test.each([
    ['a Long beyond 2^53', bson('Long', { toNumber: () => 2 ** 53 })],
    ['a Double that is NaN', bson('Double', number(Number.NaN))],
    ['a Decimal128', bson('Decimal128')],
    ['a Timestamp', bson('Timestamp', { toNumber: () => 5 })],
    ['a MinKey', bson('MinKey')],
    ['a Code', bson('Code')],
    ['a DBRef', bson('DBRef')],
    ['bytes', bson('Binary', { sub_type: 0, buffer: uuid })],
    ['a UUID of another length', bson('UUID', { sub_type: 4, buffer: uuid.subarray(1) })],
    ['an id that is none', bson('ObjectId', { toHexString: () => 'nonsense' })],
    ['an unknown type', bson('Future')],
  ])('%s is refused', (_, value) => {
    expect(() => lowerBson([{ a: value }])).toThrow(/no exact JSON equal/)
  })
})

test('everything else is left to core, the same', () => {
  const date = new Date()
  const row = { a: 1, b: 'x', c: null, d: [date, /x/, undefined], e: { f: true }, g: new Map(), h: 5n }
  expect(lowerBson(row)).toEqual(row)
})

test('a mark as an ordinary key is data, and an own __proto__ stays one', () => {
  const row = JSON.parse('{"_bsontype":"ObjectId","__proto__":{"x":1}}') as object
  expect(Object.entries(lowerBson(row) as object)).toEqual([
    ['_bsontype', 'ObjectId'],
    ['__proto__', { x: 1 }],
  ])
})

test('a value that contains itself does not hang', () => {
  const row: { self?: unknown } = {}
  row.self = row
  expect(lowerBson(row)).toBeDefined()
})
