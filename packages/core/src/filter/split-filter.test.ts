import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryNode, arbitraryRow } from '../../test/filter/arbitrary-filter.ts'
import { compileFilter } from './compile-filter.ts'
import { formatFilter } from './format-filter.ts'
import { parseFilter } from './parse-filter.ts'
import { splitFilter } from './split-filter.ts'
import { type FilterNode, isMatchAll, matchAll } from './tree.ts'

type CanPush = (node: FilterNode) => boolean

const pathsIn = (node: FilterNode): string[] => {
  if (node.kind === 'not') return pathsIn(node.node)
  return 'nodes' in node ? node.nodes.flatMap(pathsIn) : [node.path]
}

/** Drivers of different talents; the last ones decide by chance, but always alike for the same node. */
const drivers: Record<string, CanPush> = {
  all: () => true,
  none: () => false,
  noRegex: (node) => node.kind !== 'regex',
  plainFields: (node) => !('path' in node) || !node.path.includes('.'),
  noNegation: (node) => node.kind !== 'not' && node.kind !== 'nor',
  oneCondition: (node) => 'path' in node,
  equalityOnly: (node) => node.kind === 'and' || (node.kind === 'compare' && node.operator === '$eq'),
  onePathAlternatives: (node) =>
    node.kind === 'or' ? new Set(pathsIn(node)).size === 1 : node.kind === 'compare' || node.kind === 'in',
}
const chance =
  (seed: number): CanPush =>
  (node) =>
    (hash(JSON.stringify(node)) ^ seed) % 3 !== 0
const hash = (text: string) => Array.from(text).reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) >>> 0, 7)
const canPushes = fc.oneof(fc.constantFrom(...Object.values(drivers)), fc.nat().map(chance))

const rowLists = fc.array(arbitraryRow, { minLength: 8, maxLength: 8 })

test('pushed and residual together match exactly the rows of the filter', () => {
  fc.assert(
    fc.property(arbitraryNode, rowLists, canPushes, (node, rows, canPush) => {
      const { pushed, residual } = splitFilter(node, canPush)
      const [isMatch, passes, remains] = [compileFilter(node), compileFilter(pushed), compileFilter(residual)]
      // Both parts together being exact also says that no match fails the first.
      expect(rows.filter((row) => passes(row) && remains(row))).toEqual(rows.filter(isMatch))
    }),
    { numRuns: 3000 },
  )
})

test('nothing is pushed that the driver refuses, also inside', () => {
  const isRefused = (node: FilterNode, canPush: CanPush): boolean =>
    !canPush(node) ||
    ('nodes' in node ? node.nodes : 'node' in node ? [node.node] : []).some((child) => isRefused(child, canPush))
  fc.assert(
    fc.property(arbitraryNode, canPushes, (node, canPush) => {
      const { pushed } = splitFilter(node, canPush)
      expect(isMatchAll(pushed) || !isRefused(pushed, canPush)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a driver that can do all gets all', () => {
  fc.assert(
    fc.property(arbitraryNode, (node) => {
      expect(splitFilter(node, () => true)).toEqual({ pushed: isMatchAll(node) ? matchAll : node, residual: matchAll })
    }),
  )
})

describe('as much as is sound is pushed', () => {
  const { noRegex, noNegation, oneCondition, equalityOnly } = drivers as Record<string, CanPush>
  test.each([
    [{ a: 1, b: { $regex: 'x' } }, noRegex, { a: 1 }, { b: { $regex: 'x' } }],
    [{ $or: [{ a: 1 }, { b: { $regex: 'x' } }] }, noRegex, {}, 'all'],
    [{ $or: [{ a: 1 }, { b: 2, c: { $regex: 'x' } }] }, noRegex, { $or: [{ a: 1 }, { b: 2 }] }, 'all'],
    [
      { $nor: [{ a: 1 }, { b: { $regex: 'x' } }] },
      noRegex,
      { a: { $not: { $eq: 1 } } },
      { b: { $not: { $regex: 'x' } } },
    ],
    [{ $nor: [{ a: 1 }, { b: { $in: [2] } }] }, noNegation, { a: { $ne: 1 }, b: { $nin: [2] } }, {}],
    [{ $nor: [{ a: 1, b: { $in: [2] } }] }, noNegation, { $or: [{ a: { $ne: 1 } }, { b: { $nin: [2] } }] }, {}],
    [{ $nor: [{ $nor: [{ a: 1 }] }] }, noNegation, { a: 1 }, {}],
    [{ a: { $not: { $gt: 5 } } }, noNegation, {}, 'all'],
    [{ a: { $not: { $exists: true } } }, noNegation, { a: { $exists: false } }, {}],
    [{ a: 1, b: 2 }, oneCondition, { a: 1 }, { b: 2 }],
    [{ a: { $gt: 1 }, b: 2, c: 3 }, equalityOnly, { b: 2, c: 3 }, { a: { $gt: 1 } }],
  ])('%j', (filter, canPush, pushed, residual) => {
    const split = splitFilter(parseFilter(filter), canPush as CanPush)
    expect(formatFilter(split.pushed)).toEqual(pushed)
    expect(formatFilter(split.residual)).toEqual(residual === 'all' ? filter : residual)
  })
})
