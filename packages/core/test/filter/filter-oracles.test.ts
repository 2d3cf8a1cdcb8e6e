import fc from 'fast-check'
import { Query } from 'mingo'
import sift from 'sift'
import { describe, expect, test } from 'vitest'
import { compileFilter } from '../../src/filter/compile-filter.ts'
import { parseFilter } from '../../src/filter/parse-filter.ts'
import type { FilterNode } from '../../src/filter/tree.ts'
import type { Row } from '../../src/rows/row.ts'
import { arbitraryFilter, arbitraryPlainFilter, arbitraryPlainRow, arbitraryRow } from './arbitrary-filter.ts'
import { type Condition, disagreements, type Oracle } from './known-disagreements.ts'

type Filter = Readonly<Record<string, unknown>>

// Cloned for every call: both keep hold of what they are given.
const oracles: Record<Oracle, (row: Row, filter: Filter) => boolean> = {
  mingo: (row, filter) => new Query(structuredClone(filter)).test(structuredClone(row)),
  sift: (row, filter) => sift.default<Row>(structuredClone(filter) as never)(structuredClone(row)),
}

function ours(row: Row, filter: Filter): boolean {
  return compileFilter(parseFilter(filter))(row)
}

function conditionsOf(node: FilterNode): readonly Condition[] {
  if (node.kind === 'not') return conditionsOf(node.node)
  return 'nodes' in node ? node.nodes.flatMap(conditionsOf) : [node]
}

describe.each(Object.keys(oracles) as Oracle[])('%s', (name) => {
  const known = disagreements.filter(({ proofs }) => proofs[name] !== undefined)
  const isComparable = (row: Row, filter: Filter) =>
    conditionsOf(parseFilter(filter)).every((condition) => !known.some(({ applies }) => applies(condition, row)))

  test.each([
    ['plain', arbitraryPlainRow, arbitraryPlainFilter, 0.25],
    ['odd', arbitraryRow, arbitraryFilter, 0.1],
  ])('agrees on random %s rows and filters, apart from what is known', (_kind, rows, filters, leastShare) => {
    let compared = 0
    const numRuns = 2000
    const property = fc.property(rows, filters, (row, filter) => {
      if (!isComparable(row, filter)) return
      compared += 1
      expect(oracles[name](row, filter)).toBe(ours(row, filter))
    })
    fc.assert(property, { numRuns })
    // Rules that are too wide would leave nothing to compare.
    expect(compared / numRuns).toBeGreaterThan(leastShare)
  })

  test.each(known.map(({ reason, proofs, applies }) => [reason, proofs[name], applies] as const))(
    'still differs: %s',
    (_reason, proof, applies) => {
      const [row, filter] = proof as [Row, Filter]
      expect(oracles[name](row, filter)).toBe(!ours(row, filter))
      expect(conditionsOf(parseFilter(filter)).some((condition) => applies(condition, row))).toBe(true)
    },
  )
})
