import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Filter, Row, Table } from '@stowage/core'
import { compileFilter, parseFilter } from '@stowage/core/driver'
import { collect } from '../expectation.ts'

/** A row that can be told apart from all others. */
export type NumberedRow = Row & { readonly row_id: string }

/** Gives each row a column that tells it apart. */
export function numberRows(rows: readonly Row[]): NumberedRow[] {
  return rows.map((row, index) => ({ row_id: `r${index}`, ...row }))
}

/** Gives the rows a filter matches, as core reads the filter. */
export function matchingRows<RowType extends Row>(rows: readonly RowType[], filter: Filter): RowType[] {
  return rows.filter(compileFilter(parseFilter(filter)))
}

/** Gives what tells found rows apart, in order. */
export function rowIds(rows: readonly Row[]): string[] {
  return rows.map((row) => row['row_id'] as string).toSorted()
}

/** Finds rows and compares them with what core makes of the filter, row by row. */
export async function expectFinds(
  table: Table,
  rows: readonly NumberedRow[],
  filter: Filter,
  reason: string,
): Promise<Row[]> {
  const found = await collect(table.find(filter))
  const wrong = findMistakes(rows, rowIds(matchingRows(rows, filter)), rowIds(found))
  assert.equal(wrong.length, 0, `find ${inspect(filter, { depth: 9 })} (${reason}) ${wrong.join('; ')}`)
  return found
}

/** Says in words how two lists of ids differ. */
export function findMistakes(
  rows: readonly NumberedRow[],
  expected: readonly string[],
  found: readonly string[],
): string[] {
  const show = (id: string): string => {
    const row = rows.find(({ row_id }) => row_id === id)
    return row === undefined ? `a row that was never written (${id})` : JSON.stringify(row)
  }
  const missed = expected.filter((id) => !found.includes(id)).map((id) => `misses ${show(id)}`)
  const stray = found.filter((id) => !expected.includes(id)).map((id) => `gives ${show(id)}, which it must not`)
  const twice = found.filter((id, index) => found.indexOf(id) !== index).map((id) => `gives ${show(id)} again`)
  return [...missed, ...stray, ...twice]
}
