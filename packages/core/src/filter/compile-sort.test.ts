import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRow } from '../../test/filter/arbitrary-filter.ts'
import { StorageError } from '../errors/storage-error.ts'
import { compileSort } from './compile-sort.ts'
import { parseSort } from './parse-sort.ts'
import { refusedSorts } from './truth-tables/refused-cases.ts'
import { sharedArraySortCases, sortCases, tiedSortCases } from './truth-tables/sort-cases.ts'

test.each(sortCases)('%j gives %j: %s', (sort, sorted) => {
  const compare = compileSort(parseSort(sort))
  for (const [index, row] of sorted.entries()) {
    expect(sorted.map((other) => Math.sign(compare(row, other)) + 0)).toEqual(
      sorted.map((_, other) => Math.sign(index - other) + 0),
    )
  }
  expect([...sorted].reverse().sort(compare)).toEqual(sorted)
})

test.each(tiedSortCases)('under %j these are equal: %j, %s', (sort, rows) => {
  const compare = compileSort(parseSort(sort))
  expect(rows.flatMap((a) => rows.map((b) => compare(a, b) + 0))).toEqual(rows.flatMap(() => rows.map(() => 0)))
})

test.each(sharedArraySortCases)('%j fails on %j: %s', (sort, rows) => {
  const compare = compileSort(parseSort(sort))
  expect(() => [...rows].sort(compare)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

test('keys below one object, or through arrays beside each other, are fine', () => {
  const compare = compileSort(parseSort({ 'a.x': 1, 'a.y': 1, 'b.z': -1 }))
  const rows = [
    { a: { x: 1, y: [1, 2] }, b: [{ z: 1 }] },
    { a: { x: 1, y: [2] }, b: [{ z: 0 }] },
  ]
  expect([...rows].reverse().sort(compare)).toEqual(rows)
})

test('every sort is a consistent order', () => {
  const paths = fc.uniqueArray(fc.constantFrom('a', 'b.c', 'c.0'), { minLength: 1, maxLength: 3 })
  const keys = paths.chain((names) =>
    fc.tuple(
      ...names.map((path) => fc.constantFrom(1 as const, -1 as const).map((direction) => ({ path, direction }))),
    ),
  )
  fc.assert(
    fc.property(keys, arbitraryRow, arbitraryRow, arbitraryRow, (sortKeys, a, b, c) => {
      const compare = compileSort(sortKeys)
      expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a)) + 0).toBe(0)
      const [x, y, z] = [a, b, c].sort(compare) as [typeof a, typeof a, typeof a]
      expect([compare(x, y), compare(y, z), compare(x, z)].every((order) => order <= 0)).toBe(true)
    }),
  )
})

describe('parseSort', () => {
  test('gives the keys in the order written', () => {
    const keys = [
      { path: 'b', direction: 1 },
      { path: 'a.c', direction: -1 },
    ]
    expect(parseSort({ b: 1, 'a.c': -1 })).toEqual(keys)
    expect(
      parseSort([
        ['b', 1],
        ['a.c', -1],
      ]),
    ).toEqual(keys)
    expect([parseSort({}), parseSort([]), parseSort(undefined)]).toEqual([[], [], []])
    expect(parseSort({ 7: -1 })).toEqual([{ path: '7', direction: -1 }])
  })

  test.each(refusedSorts)('refuses %j (%s): %s', (sort, word) => {
    expect(() => parseSort(sort)).toThrow(word)
    expect(() => parseSort(sort)).toThrow(StorageError)
  })
})
