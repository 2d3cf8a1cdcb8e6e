import assert from 'node:assert/strict'
import type { ColumnType, Filter, JsonValue, Row, TableDefinition } from '@stowage/core'
import { type FilterCase, type FilterCaseGroup, filterCases } from '@stowage/core/truth-tables'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectFinds, matchingRows, numberRows } from './row-matches.ts'

/** What finding rows takes at all. */
export const findNeeds: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']

/** What telling null, missing and the types of values apart takes. */
export const valueNeeds: readonly Need[] = ['semantics.keepsNulls', 'semantics.keepsTypes']

/** What rows of any shape take beside. */
export const mixedNeeds: readonly Need[] = [...findNeeds, ...valueNeeds, 'semantics.keepsUndeclaredFields']

/** All rows of the truth table that can be written: no row has a field `__proto__`, which core refuses. */
export const storableCases: readonly FilterCase[] = filterCases.flatMap(({ cases }) => cases.filter(isStorable))

function isStorable([row]: FilterCase): boolean {
  return !Object.hasOwn(row, '__proto__')
}

const nameByTitle: Readonly<Record<string, string>> = {
  'Shape of a filter': 'shape',
  Equality: 'equality',
  'Not equal': 'not-equal',
  Order: 'order',
  'Only values of the operand’s own type are compared': 'operand-type',
  'Null and missing': 'null',
  'Comparisons with null': 'null-comparisons',
  $exists: 'exists',
  'Null at the end of a dotted path': 'null-paths',
  Arrays: 'arrays',
  'Dotted paths': 'paths',
  'Dotted paths through arrays': 'array-paths',
  Indexes: 'indexes',
  $in: 'in',
  $nin: 'nin',
  '$and, $or, $nor and $not': 'logic',
  $regex: 'regex',
}

function truthCheck({ title, cases }: FilterCaseGroup): Check {
  const name = nameByTitle[title]
  assert.ok(name !== undefined, `the truth table has a new group "${title}": give its check a name`)
  return check(
    `filters/truth-${name}`,
    `the truth table holds for fields of any shape: ${title}`,
    { needs: mixedNeeds },
    (context) => expectTruth(context, { columns: { row_id: 'string' } }, cases.filter(isStorable)),
  )
}

/** Writes the rows of cases into one table and runs each filter over all of them. */
async function expectTruth(
  context: CheckContext,
  definition: TableDefinition,
  cases: readonly FilterCase[],
): Promise<void> {
  assert.ok(cases.length > 0, 'there is no case: the check has lost its subject')
  const rows = numberRows(cases.map(([row]) => row))
  const table = await context.table(definition, rows)
  for (const [index, [row, filter, matches, reason]] of cases.entries()) {
    const found = await expectFinds(table, rows, filter as Filter, reason)
    const isFound = found.some(({ row_id }) => row_id === `r${index}`)
    const words = `${JSON.stringify(row)} ${matches ? 'must' : 'must not'} match ${JSON.stringify(filter)}: ${reason}`
    assert.equal(isFound, matches, words)
  }
}

const declaredColumns: readonly Readonly<Record<string, ColumnType>>[] = [
  { a: 'string', b: 'number', c: 'number', at: 'string' },
  { a: 'number', b: 'number', c: 'number' },
  { a: 'boolean', b: 'number', c: 'number' },
  { a: 'object' },
  { a: 'array' },
  { at: 'timestamp' },
]

function declaredCheck(columns: Readonly<Record<string, ColumnType>>): Check {
  const type = columns['a'] ?? 'timestamp'
  return check(
    `filters/declared-${type}`,
    `the truth table holds for declared columns: ${type}`,
    { needs: [...findNeeds, ...valueNeeds] },
    (context) => {
      const cases = storableCases.filter(([row]) => isFit(row, columns))
      return expectTruth(context, { columns: { row_id: 'string', ...columns } }, cases)
    },
  )
}

function isFit(row: Row, columns: Readonly<Record<string, ColumnType>>): boolean {
  return Object.entries(row).every(([name, value]) => {
    const type = Object.hasOwn(columns, name) ? columns[name] : undefined
    return type !== undefined && (value === null || typeOf(value) === (type === 'timestamp' ? 'string' : type))
  })
}

function typeOf(value: JsonValue): string {
  return Array.isArray(value) ? 'array' : typeof value
}

/** The truth tables, run on the backend. */
export const truthChecks: readonly Check[] = [
  ...filterCases.map(truthCheck),
  ...declaredColumns.map(declaredCheck),
  check(
    'filters/declared-text',
    'the truth table holds for text that is there, whatever else the backend can store',
    { needs: findNeeds },
    (context) => {
      const cases = storableCases.filter(
        ([row]) => typeof row['a'] === 'string' && row['a'] !== '' && hasOnly(row, 'a'),
      )
      return expectTruth(context, { columns: { row_id: 'string', a: 'string' } }, cases)
    },
  ),
  check(
    'filters/unknown-field',
    'a field that no row has is missing: null finds all rows, a value none',
    { needs: findNeeds },
    async (context) => {
      const rows = numberRows([{ a: 'x' }, { a: 'y' }])
      const table = await context.table({ columns: { row_id: 'string', a: 'string' } }, rows)
      const filters: Filter[] = [
        { nowhere: 'x' },
        { nowhere: null },
        { nowhere: { $ne: 'x' } },
        { nowhere: { $exists: false } },
        { nowhere: { $exists: true } },
        { nowhere: { $nin: ['x'] }, a: 'x' },
        { 'a.b': { $exists: true } },
        { $or: [{ nowhere: { $gt: 'a' } }, { a: 'y' }] },
      ]
      for (const filter of filters) await expectFinds(table, rows, filter, 'a field no row has')
    },
  ),
  check(
    'filters/count',
    'counting with a filter gives the number of rows that match',
    { needs: [...mixedNeeds.filter((need) => need !== 'tables.find'), 'tables.count'] },
    async (context) => {
      const rows = numberRows(storableCases.map(([row]) => row))
      const table = await context.table({ columns: { row_id: 'string' } }, rows)
      for (const [, filter, , reason] of storableCases) {
        const { count } = await table.count(filter as Filter)
        const expected = matchingRows(rows, filter as Filter).length
        assert.equal(count, expected, `count of ${JSON.stringify(filter)} (${reason})`)
      }
    },
  ),
]

function hasOnly(row: Row, field: string): boolean {
  return Object.keys(row).every((name) => name === field)
}
