import { type Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import type { CallContext } from '../driver/call.ts'
import type { TableQuery, TableRequest } from '../driver/table-driver.ts'
import { StorageError, invalidArgument } from '../errors/storage-error.ts'
import type { Filter } from '../filter/filter-types.ts'
import { type FilterNode, isMatchAll } from '../filter/tree.ts'
import type { JsonValue, Row } from '../rows/row.ts'
import type { CallOptions } from './call-options.ts'
import { checkOptions } from './names.ts'
import { checkCount, parseQuery } from './query.ts'
import { runQuery } from './run-query.ts'
import type { CallPlace, Session } from './session.ts'

/** Options of deleting rows. */
export interface DeleteRowsOptions extends CallOptions {
  /** Says that an empty filter, and so every row, is meant. Default false. */
  readonly all?: boolean | undefined
  /** The most rows to delete, in the backend's own order. Default: all that match. */
  readonly limit?: number | undefined
}

/** What a delete did. */
export interface DeleteRowsResult {
  /** How many rows went. */
  readonly deleted: number
  /** What it cost. */
  readonly receipt: Receipt
}

/** How many rows one emulated delete names at a time. */
const keysPerDelete = 500

/** Deletes matching rows: in one request where the backend evaluates the whole filter, otherwise found by core and deleted by key. */
export async function deleteRows(
  session: Session,
  request: TableRequest,
  filter: Filter,
  options: DeleteRowsOptions,
): Promise<DeleteRowsResult> {
  checkOptions('table.delete', options, ['all', 'limit', 'signal', 'timeoutMs'])
  const place = { operation: 'tables.delete', resource: `${request.bucket}/${request.table}` }
  const limit = options.limit === undefined ? undefined : checkCount('limit', options.limit)
  const query = parseQuery(request, filter, { limit })
  if (isMatchAll(query.filter) && options.all !== true) {
    throw invalidArgument('delete got an empty filter, which matches every row: pass all: true if that is meant')
  }
  const isEmulated = session.isEmulated('tables.delete', place)
  const isLimitEmulated = limit !== undefined && session.isEmulated('tables.deleteLimit', place)
  const receipt = new ReceiptRecorder()
  const deleted = await session.run(
    place,
    options,
    async (call) => {
      if (limit === 0) return 0
      const plan = await session.tables.plan({ ...query, limit: undefined }, call)
      if (!isEmulated && !isLimitEmulated && isMatchAll(plan.residual)) {
        return session.tables.delete({ ...request, filter: query.filter, limit }, call)
      }
      return deleteByKey(session, query, place, call)
    },
    receipt,
  )
  return { deleted, receipt: receipt.snapshot() }
}

async function deleteByKey(session: Session, query: TableQuery, place: CallPlace, call: CallContext): Promise<number> {
  call.receipt.emulated.push('tables.delete')
  const { primaryKey } = await session.tables.get(query, call)
  if (primaryKey.length === 0) {
    const message = `${session.driver.backend} can't evaluate this filter itself, and without a primary key the rows it finds can't be named: set a primary key or narrow the filter`
    throw new StorageError({ code: 'unsupported', message }, { backend: session.driver.backend, ...place })
  }
  // All keys are read before the first row goes: deleting while paging would skip rows.
  const keys = await collectKeys(session, query, primaryKey, call)
  let deleted = 0
  for (let start = 0; start < keys.length; start += keysPerDelete) {
    const filter = keysFilter(primaryKey, keys.slice(start, start + keysPerDelete))
    try {
      call.signal.throwIfAborted()
      deleted += await session.tables.delete({ ...query, filter, limit: undefined }, call)
    } catch (error) {
      const cause = session.explain(error, place, call.signal)
      if (deleted === 0) throw cause
      const message = `${deleted} of ${keys.length} rows were deleted, then: ${cause.message}`
      throw new StorageError({ code: cause.code, message, applied: 'partly', details: { deleted } }, place, error)
    }
  }
  return deleted
}

async function collectKeys(
  session: Session,
  query: TableQuery,
  primaryKey: readonly string[],
  call: CallContext,
): Promise<Row[]> {
  const keys: Row[] = []
  const projected: TableQuery = { ...query, projection: { kind: 'include', paths: primaryKey } }
  const pageSize = session.driver.capabilities.limits.pageSize ?? 1000
  for await (const rows of runQuery(session.tables, projected, pageSize, call)) keys.push(...rows)
  return keys
}

/** The filter that names rows by their keys. */
export function keysFilter(primaryKey: readonly string[], keys: readonly Row[]): FilterNode {
  const [first] = primaryKey
  if (primaryKey.length === 1 && first !== undefined) {
    return { kind: 'in', path: first, operator: '$in', values: keys.map((key) => key[first] as JsonValue) }
  }
  return {
    kind: 'or',
    nodes: keys.map((key) => ({
      kind: 'and',
      nodes: primaryKey.map((path) => ({ kind: 'compare', path, operator: '$eq', value: key[path] as JsonValue })),
    })),
  }
}
