import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnTypes, type ColumnType } from '../../contract/column.ts'
import type { JsonValue } from '../../rows/row.ts'
import { castBetween, type ValueCast } from './value-cast.ts'

function cast(from: ColumnType, to: ColumnType): ValueCast {
  const found = castBetween(from, to)
  if (found === undefined || found === 'impossible') throw new Error(`no cast from ${from} to ${to}`)
  return found
}

const values: Readonly<Record<Exclude<ColumnType, 'string'>, fc.Arbitrary<JsonValue>>> = {
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  boolean: fc.boolean(),
  timestamp: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  array: fc.array(fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
  object: fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
}

test.each(Object.entries(values))('a %s becomes a text that gives the same value back', (type, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, (value) => {
      fc.pre(value !== null && !Object.is(value, -0) && !JSON.stringify(value).includes('__proto__'))
      const text = cast(type as ColumnType, 'string').convert(value as NonNullable<JsonValue>)
      expect(cast('string', type as ColumnType).convert(text as string)).toEqual(value)
    }),
  )
})

test('a text that is read is the text of what was read', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9.eE]{1,20}$/), fc.json())
  fc.assert(
    fc.property(texts, fc.constantFrom(...columnTypes.filter((type) => type !== 'string')), (text, type) => {
      const value = cast('string', type).convert(text)
      const again = value === undefined ? text : cast(type, 'string').convert(value as NonNullable<JsonValue>)
      expect(again).toBe(text)
    }),
  )
})

test('loosely, another form will do, but never another value', () => {
  const { convertLoosely } = cast('string', 'number')
  expect(['007', '1.50', '+5', '', 'x', '9007199254740993'].map(convertLoosely)).toEqual([
    7,
    1.5,
    5,
    null,
    undefined,
    undefined,
  ])
  expect(cast('string', 'object').convertLoosely('{ "a": 1 }')).toEqual({ a: 1 })
  expect(cast('string', 'object').convertLoosely('{ "a": 9007199254740993 }')).toBeUndefined()
  expect(cast('string', 'boolean').convertLoosely('toString')).toBeUndefined()
})

const pairs = columnTypes.flatMap((from) => columnTypes.map((to) => [from, to] as const))

test('a type has no cast to itself, and types that are no text none to each other', () => {
  const others = pairs.filter(([from, to]) => from !== to && from !== 'string' && to !== 'string')
  expect(others.map(([from, to]) => castBetween(from, to))).toEqual(others.map(() => 'impossible'))
  const same = columnTypes.map((type) => castBetween(type, type))
  expect(same).toEqual(columnTypes.map(() => undefined))
})
