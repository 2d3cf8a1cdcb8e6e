import type { Row, Sort } from '@stowage/core'
import { compareText } from '@stowage/core/driver'
import type { KeboolaContext } from '../keboola-context.ts'
import { KeboolaError } from '../keboola-error.ts'
import { cellText } from './cell-reader.ts'
import { compareForOrder, splitSelection } from './row-filter.ts'
import type { RowCondition, RowOrder, RowQuery } from './row-query.ts'
import type { TableRecord } from './table-record.ts'

// Beyond this, sorting as numbers would take too much memory.
const mostSorted = 1_000_000

/**
 * Reads the rows of a table or an alias, in batches.
 *
 * Filters, orders and limits go to the storage as far as it compares as the API does; what compares texts as numbers is done here.
 */
export async function* readRows(
  context: KeboolaContext,
  table: TableRecord,
  query: RowQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[], void, undefined> {
  if (query.limit === 0) return
  const source = context.tables.sourceOf(table)
  const conditions = [...aliasConditions(context, table), ...query.conditions]
  const { filter, matches } = splitSelection(source, { ...query, conditions })
  const isSortedHere = query.order.some(({ comparison }) => comparison === 'number')
  const isCutHere = matches !== undefined || isSortedHere
  const found = context.tables.stored(table).find(filter, {
    signal,
    ...(isSortedHere || query.order.length === 0 ? {} : { sort: sortOf(query.order) }),
    ...(isCutHere || query.limit === undefined ? {} : { limit: query.limit }),
  })
  let batches: AsyncIterable<readonly Row[]> = found.batches()
  if (matches !== undefined) batches = filterRows(batches, matches)
  if (isSortedHere) batches = sortRows(batches, query.order)
  yield* isCutHere && query.limit !== undefined ? cutRows(batches, query.limit) : batches
}

/** Gives the conditions of all aliases between a table and the rows it shows. */
export function aliasConditions({ tables }: Pick<KeboolaContext, 'tables'>, table: TableRecord): RowCondition[] {
  if (table.alias === null) return []
  const { filter, sourceTableId } = table.alias
  const own = filter === null ? [] : [{ ...filter, comparison: 'text' as const }]
  return [...own, ...aliasConditions({ tables }, tables.get(sourceTableId))]
}

function sortOf(order: readonly RowOrder[]): Sort {
  return order.map(({ column, isDescending }) => [column, isDescending ? -1 : 1] as const)
}

async function* filterRows(
  batches: AsyncIterable<readonly Row[]>,
  matches: (row: Row) => boolean,
): AsyncGenerator<readonly Row[], void, undefined> {
  for await (const rows of batches) {
    const kept = rows.filter(matches)
    if (kept.length > 0) yield kept
  }
}

async function* cutRows(
  batches: AsyncIterable<readonly Row[]>,
  limit: number,
): AsyncGenerator<readonly Row[], void, undefined> {
  let left = limit
  for await (const rows of batches) {
    yield rows.slice(0, left)
    left -= rows.length
    if (left <= 0) return
  }
}

async function* sortRows(
  batches: AsyncIterable<readonly Row[]>,
  order: readonly RowOrder[],
): AsyncGenerator<readonly Row[], void, undefined> {
  const all: Row[] = []
  for await (const rows of batches) {
    for (const row of rows) all.push(row)
    if (all.length > mostSorted) {
      const message = `More than ${mostSorted} rows can not be ordered by numbers: filter them, or order by text`
      throw new KeboolaError(400, 'storage.backend.exception', message)
    }
  }
  all.sort((one, other) => compareRows(one, other, order))
  for (let start = 0; start < all.length; start += 1000) yield all.slice(start, start + 1000)
}

function compareRows(one: Row, other: Row, order: readonly RowOrder[]): number {
  for (const { column, isDescending, comparison } of order) {
    const [left, right] = [one[column], other[column]]
    const result = comparison === 'number' ? compareForOrder(left, right) : compareAsText(left, right)
    if (result !== 0) return isDescending ? -result : result
  }
  return 0
}

function compareAsText(one: Row[string] | undefined, other: Row[string] | undefined): number {
  return compareText(cellText(one) ?? '', cellText(other) ?? '')
}
