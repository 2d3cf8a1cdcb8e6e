import fc from 'fast-check'
import { find, update as mingoUpdate } from 'mingo'
import { expect, test } from 'vitest'
import { StorageError } from '../../src/errors/storage-error.ts'
import { compileProjection } from '../../src/filter/compile-projection.ts'
import { compileSort } from '../../src/filter/compile-sort.ts'
import { compileUpdate, type UpdatedRow } from '../../src/filter/compile-update.ts'
import { isObject } from '../../src/filter/field-path.ts'
import { parseProjection } from '../../src/filter/parse-projection.ts'
import { parseSort } from '../../src/filter/parse-sort.ts'
import { parseUpdate } from '../../src/filter/parse-update.ts'
import type { JsonValue, Row } from '../../src/rows/row.ts'
import { arbitraryPlainRow } from './arbitrary-filter.ts'

// Each comparison leaves out what zerodb's notes on mingo 7.2 list: those cases stand in the tables of cases instead.

const sorts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a.b', 'b.c'), fc.constantFrom(1 as const, -1 as const), {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
})

test('mingo sorts alike, apart from objects and arrays with elements', () => {
  fc.assert(
    fc.property(fc.array(arbitraryPlainRow, { maxLength: 8 }), sorts, (all, sort) => {
      const rows = all.filter((row) => isSortComparable(row, sort))
      const ours = [...rows].sort(compileSort(parseSort(sort)))
      expect(ours).toEqual(find(structuredClone(rows), {}).sort(sort).all())
    }),
    { numRuns: 1500 },
  )
})

function isSortComparable(row: Row, sort: Readonly<Record<string, 1 | -1>>): boolean {
  // It orders text by UTF-16 units.
  if (/[\ud800-\uffff]/.test(JSON.stringify(row))) return false
  return Object.keys(sort).every((path) => {
    const [field = '', inner] = path.split('.')
    const value = row[field]
    // It tells an array from its smallest element where they should tie.
    if (Array.isArray(value)) return inner === undefined && value.length === 0
    // It compares the keys of objects before the types of their values.
    return inner !== undefined || !isObject(value)
  })
}

const projections = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('a', 'b.c', 'c.a', 'c.b', 'a', 'x'), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(0, 1),
  )
  .map(([paths, kept]) => Object.fromEntries(paths.map((path) => [path, kept])))

test('mingo projects alike', () => {
  fc.assert(
    fc.property(arbitraryPlainRow, projections, (row, projection) => {
      const parsed = parseProjection(projection)
      const ours = parsed === undefined ? row : compileProjection(parsed)(row)
      const [theirs] = find<Row>([structuredClone(row)], {}, projection).all()
      expect(ours).toEqual(theirs)
    }),
    { numRuns: 1500 },
  )
})

const paths = fc.constantFrom('a', 'b', 'a.b', 'b.c', 'c.0', 'c.a.b')
const scalars = fc.constantFrom<JsonValue>(null, true, '', 'x', 'xy', 0, 1, 2, 5)
const operands = fc.oneof(scalars, fc.array(scalars, { maxLength: 2 }))
const one = <Value>(values: fc.Arbitrary<Value>) => fc.tuple(paths, values).map(([path, value]) => ({ [path]: value }))
const updates: fc.Arbitrary<Readonly<Record<string, Readonly<Record<string, unknown>>>>> = fc.oneof(
  one(operands).map(($set) => ({ $set })),
  one(fc.constant('')).map(($unset) => ({ $unset })),
  one(fc.integer({ min: -3, max: 3 })).map(($inc) => ({ $inc })),
  one(operands).map(($push) => ({ $push })),
  one(
    fc.oneof(
      scalars,
      fc.integer({ max: 5 }).map(($gte) => ({ $gte })),
    ),
  ).map(($pull) => ({ $pull })),
)

test('mingo updates alike, where the update fits the row', () => {
  let compared = 0
  const property = fc.property(arbitraryPlainRow, updates, (row, change) => {
    const ours = fitting(row, change)
    if (ours === undefined) return
    compared += 1
    const theirs = structuredClone(row)
    mingoUpdate(theirs, structuredClone(change))
    expect(JSON.parse(JSON.stringify(theirs))).toEqual(ours.row)
    expect(ours.isModified).toBe(JSON.stringify(theirs) !== JSON.stringify(row))
  })
  fc.assert(property, { numRuns: 1500 })
  expect(compared).toBeGreaterThan(500)
})

/** Gives our result; undefined where the update fails, which mingo mostly passes over. */
function fitting(
  row: Row,
  change: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): UpdatedRow | undefined {
  try {
    return compileUpdate(parseUpdate(change))(row)
  } catch (error) {
    if (StorageError.is(error, 'invalid-argument')) return undefined
    throw error
  }
}
