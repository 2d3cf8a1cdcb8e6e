import { expect, test } from 'vitest'
import { StorageError } from '../errors/storage-error.ts'
import { parseFilter } from './parse-filter.ts'
import { refusedFilters } from './truth-tables/refused-cases.ts'
import { isMatchAll, matchAll } from './tree.ts'

function errorOf(run: () => unknown): StorageError {
  try {
    run()
  } catch (error) {
    if (StorageError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test.each(refusedFilters.map(([filter, word, reason], index) => [`${index}: ${reason}`, filter, word] as const))(
  'refuses %s',
  (_title, filter, word) => {
    const error = errorOf(() => parseFilter(filter))
    expect(error.code).toBe('invalid-argument')
    expect(error.message).toContain(word)
  },
)

test('a filter without conditions is the one that matches all', () => {
  expect(parseFilter({})).toEqual(matchAll)
  expect(isMatchAll(parseFilter({ $and: [{}] }))).toBe(true)
  expect(parseFilter(Object.create(null))).toEqual(matchAll)
})

test('one condition stands alone, several are joined in the order written', () => {
  const a = { kind: 'compare', path: 'a', operator: '$eq', value: 1 }
  expect(parseFilter({ a: 1 })).toEqual(a)
  expect(parseFilter({ b: { $gt: 2, $exists: true }, a: 1 })).toEqual({
    kind: 'and',
    nodes: [{ kind: 'compare', path: 'b', operator: '$gt', value: 2 }, { kind: 'exists', path: 'b', exists: true }, a],
  })
})

test('dates become text wherever they are', () => {
  const date = new Date('2026-01-02T03:04:05Z')
  const text = '2026-01-02T03:04:05.000Z'
  const filter = { a: date, b: { $gt: date }, c: { $in: [date] }, d: { e: [date] } }
  expect(parseFilter(filter)).toEqual(parseFilter({ a: text, b: { $gt: text }, c: { $in: [text] }, d: { e: [text] } }))
})

test('a RegExp is its pattern', () => {
  const node = { kind: 'regex', path: 'a', pattern: '^b/c' }
  expect(parseFilter({ a: { $regex: '^b/c' } })).toEqual(node)
  expect(parseFilter({ a: /^b\/c/ })).toMatchObject({ kind: 'regex', pattern: '^b\\/c' })
  expect(parseFilter({ a: { $regex: new RegExp('') } })).toMatchObject({ pattern: '' })
})

test('messages name the path and what to write instead', () => {
  const message = (filter: unknown) => errorOf(() => parseFilter(filter)).message
  expect(message({ 'a.b': { $gtt: 1 } })).toMatchInlineSnapshot(
    `"filter: "a.b": unknown operator "$gtt"; use $eq $ne $gt $gte $lt $lte $in $nin $exists $regex $not"`,
  )
  expect(message({ $or: [{ x: { $in: 5 } }] })).toMatchInlineSnapshot(
    `"filter: "x": $in takes a list of values, as in [1, 2]"`,
  )
  expect(message({ a: { b: { $gt: 1 } } })).toMatchInlineSnapshot(
    `"filter: "a" has the key "$gt" inside a value: operators go directly below a field, and nested fields are written as dotted paths, as in {"a.b": {"$gt": 5}}"`,
  )
  expect(message({ a: /x/i })).toMatchInlineSnapshot(
    `"filter: "a" has a RegExp with the flags "i": write it without, for example with a class such as [Aa] instead of the flag i"`,
  )
  expect(message({ $where: 'x' })).toMatchInlineSnapshot(
    `"filter: "$where" cannot stand here; filters never run code; a filter has fields, $and, $or and $nor at this place, and $eq $ne $gt $gte $lt $lte $in $nin $exists $regex $not below a field"`,
  )
  expect(message({ a: { $in: [1, undefined] } })).toMatchInlineSnapshot(
    `"filter: "a": $in[1] is undefined: leave it out, or write null"`,
  )
  expect(message({ a: { $regex: 'a(?=b)' } })).toMatchInlineSnapshot(
    `"filter: "a": $regex: the pattern "a(?=b)" has a group (?...): only ( ) and (?: ) are portable, not lookaround, names or flags"`,
  )
})
