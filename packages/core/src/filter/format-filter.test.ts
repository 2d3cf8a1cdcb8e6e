import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFilter } from './compile-filter.ts'
import { formatFilter } from './format-filter.ts'
import { parseFilter } from './parse-filter.ts'
import { arbitraryFilter, arbitraryNode, arbitraryRow } from '../../test/filter/arbitrary-filter.ts'
import { filterCases } from './truth-tables/filter-cases.ts'

test('what was parsed comes back as the same tree', () => {
  for (const [, filter] of filterCases.flatMap(({ cases }) => cases)) {
    const node = parseFilter(filter)
    expect(parseFilter(formatFilter(node))).toEqual(node)
  }
  fc.assert(
    fc.property(arbitraryFilter, (filter) => {
      const node = parseFilter(filter)
      expect(parseFilter(formatFilter(node))).toEqual(node)
    }),
    { numRuns: 500 },
  )
})

test('any tree comes back as one that matches the same rows', () => {
  fc.assert(
    fc.property(arbitraryNode, fc.array(arbitraryRow, { minLength: 5, maxLength: 5 }), (node, rows) => {
      const back = compileFilter(parseFilter(formatFilter(node)))
      expect(rows.map(back)).toEqual(rows.map(compileFilter(node)))
    }),
    { numRuns: 500 },
  )
})

test.each([
  [
    { a: 1, b: { $gt: 2 } },
    { a: 1, b: { $gt: 2 } },
  ],
  [{ a: { $gt: 2, $lt: 5 } }, { a: { $gt: 2, $lt: 5 } }],
  [{ $and: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 2 }],
  [{ $and: [{ a: 1 }, { a: 2 }] }, { $and: [{ a: 1 }, { a: 2 }] }],
  [{ a: { $not: { $in: [1] } } }, { a: { $not: { $in: [1] } } }],
  [
    { a: 1, $or: [{ b: 1 }, { c: 1 }] },
    { a: 1, $or: [{ b: 1 }, { c: 1 }] },
  ],
  [{}, {}],
])('%j is written as %j', (filter, expected) => {
  expect(formatFilter(parseFilter(filter))).toEqual(expected)
})

test('conditions keep their order when keys look like integers', () => {
  const node = parseFilter({ $and: [{ b: 1 }, { 1: 2 }] })
  expect(formatFilter(node)).toEqual({ $and: [{ b: 1 }, { 1: 2 }] })
})
