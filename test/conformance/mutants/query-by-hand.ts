import type { JsonValue, Row } from '@stowage/core'
import {
  batchToRows,
  compileFilter,
  compileProjection,
  compileSort,
  concatBatches,
  type FilterNode,
  type FindRowsRequest,
  matchAll,
  type RowBatch,
  type RowPage,
  type SortKey,
  type StorageDriver,
  type TableDriver,
  type TableRequest,
  toBatch,
} from '@stowage/core/driver'
import { freeCall, replace } from './mutant.ts'

/** What a query run by hand does differently. */
export interface QueryChanges {
  /** What a filter sees of a value, of the row and of the filter. Default: the value. */
  readonly see?: (value: JsonValue) => JsonValue
  /** Compares two rows. Default: as core does. */
  readonly compare?: (sort: readonly SortKey[]) => (a: Row, b: Row) => number
  /** Gives the rows of one page from all that match, and where the next one starts. Default: `pageSize` of them after the offset. */
  readonly cut?: (rows: readonly Row[], request: FindRowsRequest, start: number) => Cut
}

/** A page of a query run by hand. */
export interface Cut {
  /** The rows. */
  readonly rows: readonly Row[]
  /** Where the next page starts; undefined after the last one. */
  readonly next: number | undefined
}

/** Gives the driver with `find` run here, on all rows of the table: slow, and easy to break in one point. */
export function queryByHand(driver: StorageDriver, changes: QueryChanges): StorageDriver {
  const { see = (value) => value, compare = compileSort, cut = cutPage } = changes
  return replace(driver, 'tables.find', (find) => async (request, call) => {
    call.signal.throwIfAborted()
    const all = batchToRows(await rowsOf(find, request))
    const matches = compileFilter(seeFilter(request.filter, see))
    const found = all.filter((row) => matches(seeValue(row, see) as Row)).toSorted(compare(request.sort))
    const { rows, next } = cut(found, request, Number(request.pageToken ?? 0))
    const projected = request.projection === undefined ? rows : rows.map(compileProjection(request.projection))
    return { batch: toBatch(projected), nextPageToken: next === undefined ? undefined : String(next) }
  })
}

/** Cuts a page as `find` has to. */
export function cutPage(rows: readonly Row[], { offset, limit, pageSize }: FindRowsRequest, start: number): Cut {
  const wanted = rows.slice(offset, limit === undefined ? undefined : offset + limit)
  const end = start + pageSize
  return { rows: wanted.slice(start, end), next: end < wanted.length ? end : undefined }
}

/** Gives all rows of a table, in the backend's own order. */
export async function rowsOf(find: TableDriver['find'], { bucket, table }: TableRequest): Promise<RowBatch> {
  const batches: RowBatch[] = []
  const query = { filter: matchAll, projection: undefined, sort: [], limit: undefined, offset: 0, pageSize: 10_000 }
  let pageToken: string | undefined
  do {
    const page: RowPage = await find({ bucket, table, ...query, pageToken }, freeCall())
    batches.push(page.batch)
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  return concatBatches(batches)
}

function seeFilter(node: FilterNode, see: (value: JsonValue) => JsonValue): FilterNode {
  if (node.kind === 'not') return { ...node, node: seeFilter(node.node, see) }
  if ('nodes' in node) return { ...node, nodes: node.nodes.map((one) => seeFilter(one, see)) }
  if (node.kind === 'compare') return { ...node, value: seeValue(node.value, see) }
  return node.kind === 'in' ? { ...node, values: node.values.map((value) => seeValue(value, see)) } : node
}

function seeValue(value: JsonValue, see: (value: JsonValue) => JsonValue): JsonValue {
  const seen = see(value)
  if (Array.isArray(seen)) return seen.map((item: JsonValue) => seeValue(item, see))
  if (typeof seen !== 'object' || seen === null) return seen
  return Object.fromEntries(Object.entries(seen).map(([key, item]) => [key, seeValue(item as JsonValue, see)]))
}
