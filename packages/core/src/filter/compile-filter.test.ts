import { describe, expect, test } from 'vitest'
import type { Row } from '../rows/row.ts'
import { compileElementFilter, compileFilter } from './compile-filter.ts'
import { parseFilter } from './parse-filter.ts'
import { filterCases } from './truth-tables/filter-cases.ts'

function matches(row: Row, filter: unknown): boolean {
  return compileFilter(parseFilter(filter))(row)
}

test('the truth table has at least 150 rows', () => {
  expect(filterCases.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(150)
})

describe.each(filterCases.map((group) => [group.title, group.cases] as const))('%s', (_title, cases) => {
  test.each(cases)('%j under %j: %j, %s', (row, filter, expected) => {
    expect(matches(row, filter)).toBe(expected)
  })

  test.each(cases)('%j under $nor %j is the opposite', (row, filter, expected) => {
    expect(matches(row, { $nor: [filter] })).toBe(!expected)
  })
})

test('a filter that was compiled keeps nothing of the row before', () => {
  const isMatch = compileFilter(parseFilter({ 'a.b': { $in: [1, [2]] }, c: { $regex: '(x|xx)+y' } }))
  const hit = { a: [{ b: 1 }], c: 'xxy' }
  expect([hit, { a: [] }, hit, { a: { b: [2] }, c: 'xy' }, {}].map(isMatch)).toEqual([true, false, true, true, false])
})

test('what the filter object becomes after parsing does not matter', () => {
  const wanted = { x: [1] }
  const list = [{ y: 1 }]
  const isMatch = compileFilter(parseFilter({ a: wanted, b: { $in: list } }))
  wanted.x.push(2)
  list.pop()
  expect(isMatch({ a: { x: [1] }, b: { y: 1 } })).toBe(true)
})

test('no conditions, some, and many are joined alike', () => {
  const row: Row = { a: 1 }
  for (const count of [0, 1, 2, 3, 10]) {
    const holds = Array.from({ length: count }, () => parseFilter({ a: 1 }))
    const fails = parseFilter({ a: 2 })
    expect(compileFilter({ kind: 'and', nodes: holds })(row)).toBe(true)
    expect(compileFilter({ kind: 'and', nodes: [...holds, fails] })(row)).toBe(false)
    expect(compileFilter({ kind: 'or', nodes: [fails, ...holds] })(row)).toBe(count > 0)
    expect(compileFilter({ kind: 'nor', nodes: [fails, ...holds] })(row)).toBe(count === 0)
  }
})

test('paths of indexes through nested arrays stay cheap', () => {
  const deep = JSON.parse('[{"0":'.repeat(40) + '[]' + '}]'.repeat(40)) as Row[string]
  const path = `a.${Array.from({ length: 10 }, () => '0').join('.')}.x`
  expect(matches({ a: deep }, { [path]: 5 })).toBe(false)
})

test('an element filter takes an array for one value', () => {
  const isMatch = compileElementFilter(parseFilter({ element: { $gte: 5, $nin: [7] } }))
  expect([5, 7, 4, [6], 'x'].map(isMatch)).toEqual([true, false, false, false, false])
  const isOther = compileElementFilter(parseFilter({ element: { $not: { $gte: 5 } } }))
  expect([5, [6], null].map(isOther)).toEqual([false, true, true])
})
