import assert from 'node:assert/strict'
import type { ColumnType, Row, Sort, Table } from '@stowage/core'
import { compileSort, parseSort } from '@stowage/core/driver'
import { sharedArraySortCases, type SortCase, sortCases, tiedSortCases } from '@stowage/core/truth-tables'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect, expectError } from '../expectation.ts'
import { SeededRandom } from '../seeded-random.ts'
import { findNeeds, mixedNeeds, valueNeeds } from './filters-truth.ts'
import { mixedKind, type RandomKind, textKind, typedKind } from './random-filters.ts'
import { numberRows, type NumberedRow, rowIds } from './row-matches.ts'

/** Writes the rows of all cases into one table; each row says which case it belongs to. */
function caseTable(context: CheckContext, cases: readonly SortCase[]): Promise<Table> {
  const rows = cases.flatMap(([, sorted], index) =>
    sorted.map((row, place) => ({ row_id: `r${place}`, case_id: `c${index}`, ...row })),
  )
  const shuffled = new SeededRandom(11).shuffle(rows)
  return context.table({ columns: { row_id: 'string', case_id: 'string' } }, shuffled)
}

function idsInOrder(rows: readonly Row[]): string[] {
  return rows.map((row) => row['row_id'] as string)
}

/** Sorts by random keys and compares neighbours with core's comparison. */
function randomSortCheck(
  name: string,
  what: string,
  needs: readonly Need[],
  kind: RandomKind,
  columns: Readonly<Record<string, ColumnType>>,
): Check {
  return check(
    `find/sort-random-${name}`,
    `rows come in the order of any sort: ${what}`,
    { needs },
    async (context) => {
      const random = new SeededRandom(3)
      const rows = numberRows(random.list(80, 80, () => kind.row(random)))
      const table = await context.table({ columns: { row_id: 'string', ...columns } }, rows)
      const fields = Object.keys(kind.row(new SeededRandom(1)))
      for (let index = 0; index < 40; index++) {
        const paths = random.shuffle(fields).slice(0, 1 + random.below(3))
        const keys = paths.map((path): [string, 1 | -1] => [path, random.chance(0.5) ? 1 : -1])
        await expectSorted(table, rows, keys)
      }
    },
  )
}

async function expectSorted(table: Table, rows: readonly NumberedRow[], sort: Sort): Promise<void> {
  const found = await collect(table.find({}, { sort }))
  assert.deepEqual(rowIds(found), rowIds(rows), `sorted by ${JSON.stringify(sort)} rows are missing or repeated`)
  const compare = compileSort(parseSort(sort))
  for (const [index, row] of found.slice(1).entries()) {
    const before = found[index] as Row
    const words = `sorted by ${JSON.stringify(sort)}, ${JSON.stringify(before)} comes before ${JSON.stringify(row)}`
    assert.ok(compare(before, row) <= 0, words)
  }
}

/** Sorts. */
export const sortChecks: readonly Check[] = [
  check(
    'find/sort-cases',
    'rows come in the order of the sort, whatever their types',
    { needs: mixedNeeds },
    async (context) => {
      const table = await caseTable(context, sortCases)
      for (const [index, [sort, sorted, reason]] of sortCases.entries()) {
        const found = await collect(table.find({ case_id: `c${index}` }, { sort: sort as Sort }))
        const expected = sorted.map((_, place) => `r${place}`)
        assert.deepEqual(
          idsInOrder(found),
          expected,
          `sort ${JSON.stringify(sort)} of ${JSON.stringify(sorted)}: ${reason}`,
        )
      }
    },
  ),
  check(
    'find/sort-ties',
    'rows that are equal for a sort all come, in the same order each time',
    { needs: mixedNeeds },
    async (context) => {
      const table = await caseTable(context, tiedSortCases)
      for (const [index, [sort, tied, reason]] of tiedSortCases.entries()) {
        const find = async (): Promise<string[]> =>
          idsInOrder(await collect(table.find({ case_id: `c${index}` }, { sort: sort as Sort })))
        const first = await find()
        assert.deepEqual(
          first.toSorted(),
          tied.map((_, place) => `r${place}`),
          `${reason}: rows are missing or repeated`,
        )
        assert.deepEqual(await find(), first, `${reason}: another order the second time`)
      }
    },
  ),
  check(
    'find/sort-shared-array',
    'a sort by two keys into the same array fails with invalid-argument',
    { needs: mixedNeeds },
    async (context) => {
      const table = await caseTable(context, sharedArraySortCases)
      for (const [index, [sort]] of sharedArraySortCases.entries()) {
        const found = table.find({ case_id: `c${index}` }, { sort: sort as Sort })
        await expectError(collect(found), 'invalid-argument')
      }
    },
  ),
  randomSortCheck('mixed', 'fields of any shape', mixedNeeds, mixedKind, {}),
  randomSortCheck('typed', 'declared columns, nulls and holes among them', [...findNeeds, ...valueNeeds], typedKind, {
    text: 'string',
    num: 'number',
    flag: 'boolean',
    at: 'timestamp',
    obj: 'object',
    list: 'array',
  }),
  randomSortCheck('text', 'text by code points', findNeeds, textKind, { a: 'string', b: 'string', c: 'string' }),
  check(
    'find/sort-hidden',
    'rows can be sorted by a field the projection leaves out',
    { needs: findNeeds },
    async (context) => {
      const rows = [
        { row_id: 'r0', a: 'z', b: 'k' },
        { row_id: 'r1', a: 'x', b: 'k' },
        { row_id: 'r2', a: 'y', b: 'k' },
      ]
      const table = await context.table({ columns: { row_id: 'string', a: 'string', b: 'string' } }, rows)
      const options = { sort: { a: 1 }, projection: ['row_id'] } as const
      assert.deepEqual(await collect(table.find({}, options)), [{ row_id: 'r1' }, { row_id: 'r2' }, { row_id: 'r0' }])
      const descending = { sort: { a: -1 }, projection: { a: 0, b: 0 }, limit: 2 } as const
      assert.deepEqual(await collect(table.find({}, descending)), [{ row_id: 'r0' }, { row_id: 'r2' }])
    },
  ),
]
