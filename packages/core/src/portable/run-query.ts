import type { CallContext } from '../driver/call.ts'
import type { FindRowsRequest, QueryPlan, RowPage, TableDriver, TableQuery } from '../driver/table-driver.ts'
import { StorageError } from '../errors/storage-error.ts'
import { compileFilter } from '../filter/compile-filter.ts'
import { compileProjection } from '../filter/compile-projection.ts'
import { compileSort } from '../filter/compile-sort.ts'
import { isMatchAll, matchAll } from '../filter/tree.ts'
import { batchToRows } from '../rows/batch-rows.ts'
import { defaultBatchRows, type Row, type RowBatch } from '../rows/row.ts'
import { checkAdvance } from './page-token.ts'
import type { RowStream } from './query.ts'

/** How many rows core sorts itself at most, where a backend can't and no limit narrows them. */
const maxSortedRows = 1_000_000

/** Fetches one page; `tables.find` or `tables.changed`. */
export type FetchRows = (request: FindRowsRequest, call: CallContext) => Promise<RowPage>

/** Cuts a query down to what the plan gave to the backend. */
export function pushedQuery(query: TableQuery, plan: QueryPlan): TableQuery {
  const { bucket, table } = query
  return {
    bucket,
    table,
    filter: plan.pushed,
    projection: plan.projection === 'backend' ? query.projection : undefined,
    sort: plan.sort === 'backend' ? query.sort : [],
    limit: plan.limit === 'backend' ? query.limit : undefined,
    offset: plan.limit === 'backend' ? query.offset : 0,
  }
}

/** Fetches a query's pages, one at a time. */
export async function* fetchBatches(
  fetch: FetchRows,
  query: TableQuery,
  pageSize: number,
  call: CallContext,
): AsyncGenerator<RowBatch, void, undefined> {
  let pageToken: string | undefined
  do {
    call.signal.throwIfAborted()
    const page: RowPage = checkAdvance(pageToken, await fetch({ ...query, pageSize, pageToken }, call))
    if (page.batch.rows.length > 0) yield page.batch
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
}

/** Runs a query: the backend does its part of the plan, core the rest on the stream. */
export async function* runQuery(
  tables: TableDriver,
  query: TableQuery,
  pageSize: number,
  call: CallContext,
): RowStreamGenerator {
  if (query.limit === 0) return
  const plan = await tables.plan(query, call)
  const fetch: FetchRows = (request, context) => tables.find(request, context)
  const batches = fetchBatches(fetch, pushedQuery(query, plan), pageSize, call)
  yield* finishQuery(query, plan, batches)
}

/** Gives a query's first row; without a stream where the backend takes all of it over, as it does for keys. */
export async function firstRow(
  tables: TableDriver,
  query: TableQuery,
  pageSize: number,
  call: CallContext,
): Promise<Row | undefined> {
  const limited = { ...query, limit: 1 }
  const plan = await tables.plan(limited, call)
  const pushed = pushedQuery(limited, plan)
  const isBackends = plan.limit === 'backend' && plan.projection === 'backend'
  const page = isBackends ? await tables.find({ ...pushed, pageSize: 1, pageToken: undefined }, call) : undefined
  if (page !== undefined && (page.batch.rows.length > 0 || page.nextPageToken === undefined)) {
    return batchToRows(page.batch)[0]
  }
  const fetch: FetchRows = (request, context) => tables.find(request, context)
  for await (const rows of finishQuery(limited, plan, fetchBatches(fetch, pushed, pageSize, call))) return rows[0]
  return undefined
}

type RowStreamGenerator = AsyncGenerator<readonly Row[], void, undefined>

/** Does what a plan left to core: residual filter, sort, offset and limit, projection, in this order. */
export async function* finishQuery(
  query: TableQuery,
  plan: QueryPlan,
  batches: AsyncIterable<RowBatch>,
): RowStreamGenerator {
  let rows: RowStream = objects(batches)
  if (!isMatchAll(plan.residual)) rows = filterRows(rows, compileFilter(plan.residual))
  if (plan.sort === 'core' && query.sort.length > 0) rows = sortRows(rows, query)
  if (plan.limit === 'core') rows = sliceRows(rows, query.offset, query.limit)
  if (plan.projection === 'core' && query.projection !== undefined) {
    rows = mapRows(rows, compileProjection(query.projection))
  }
  yield* rows
}

/** A plan that leaves everything to core. */
export const planNothing: QueryPlan = {
  pushed: matchAll,
  residual: matchAll,
  sort: 'core',
  limit: 'core',
  projection: 'core',
  notes: [],
}

async function* objects(batches: AsyncIterable<RowBatch>): RowStreamGenerator {
  for await (const batch of batches) yield batchToRows(batch)
}

async function* filterRows(stream: RowStream, matches: (row: Row) => boolean): RowStreamGenerator {
  for await (const rows of stream) {
    const kept = rows.filter(matches)
    if (kept.length > 0) yield kept
  }
}

async function* mapRows(stream: RowStream, map: (row: Row) => Row): RowStreamGenerator {
  for await (const rows of stream) yield rows.map(map)
}

async function* sliceRows(stream: RowStream, offset: number, limit: number | undefined): RowStreamGenerator {
  let toSkip = offset
  let left = limit ?? Infinity
  if (left === 0) return
  for await (const rows of stream) {
    const kept = rows.slice(toSkip, toSkip + left)
    toSkip = Math.max(0, toSkip - rows.length)
    left -= kept.length
    if (kept.length > 0) yield kept
    if (left === 0) return
  }
}

async function* sortRows(stream: RowStream, query: TableQuery): RowStreamGenerator {
  const compare = compileSort(query.sort)
  const wanted = query.limit === undefined ? Infinity : query.offset + query.limit
  let kept: Row[] = []
  for await (const rows of stream) {
    for (const row of rows) kept.push(row)
    // Sorting is stable, so cutting to the wanted number now and then changes nothing but memory.
    if (kept.length > 2 * wanted + defaultBatchRows) kept = kept.sort(compare).slice(0, wanted)
    if (kept.length > maxSortedRows) throw tooManyToSort()
  }
  kept.sort(compare)
  for (let start = 0; start < kept.length; start += defaultBatchRows) yield kept.slice(start, start + defaultBatchRows)
}

function tooManyToSort(): StorageError {
  const message = `this backend can't sort, and more than ${maxSortedRows} rows match: give a limit or a narrower filter`
  return new StorageError({ code: 'unsupported', message })
}
