import type { JsonValue } from '@stowage/core'
import {
  type CallContext,
  type Cell,
  type FilterNode,
  type FindRowsRequest,
  invalidArgument,
  isMatchAll,
  type Logger,
  type Projection,
  type RowPage,
  StorageError,
  type TableQuery,
} from '@stowage/core/driver'
import type { ZerodbRow, ZerodbRowPage } from './answers.ts'
import { mostPerPage, type ZerodbEndpoints } from './endpoints.ts'
import type { CheckedZerodbOptions } from './options.ts'
import { toRowBatch } from './row-batch.ts'
import { type PageState, readPageToken, writePageToken } from './scan-token.ts'
import { splitForWire, toWireFilter } from './wire-filter.ts'
import { keepsRowId, toWireProjection, toWireSort, withTiebreak } from './wire-query.ts'

type ScanOptions = Pick<CheckedZerodbOptions, 'scanField' | 'inconsistentScans' | 'rowIds'>

/**
 * Reads rows page by page.
 *
 * The service has no cursor and no snapshot. By offset, the pages of a query overlap or leave gaps when rows come or go meanwhile: rows of the
 * page before are told by their ids and not given twice, and a number of matches that changed is reported. By a field that is unique and never
 * changes, each page begins behind the last row of the one before, and nothing moves.
 */
export class RowScan {
  readonly #endpoints: ZerodbEndpoints
  readonly #options: ScanOptions
  readonly #logger: Logger

  constructor(endpoints: ZerodbEndpoints, options: ScanOptions, logger: Logger) {
    this.#endpoints = endpoints
    this.#options = options
    this.#logger = logger
  }

  /** Says how the pages of a query are cut, for people. */
  explain(query: TableQuery): string {
    const field = this.#keyset(query)
    if (field !== undefined) return `pages begin behind the last ${field} of the page before`
    return 'pages are cut by offset: rows that come or go meanwhile may repeat or be missing'
  }

  /** Gives one page. */
  async page(request: FindRowsRequest, call: CallContext): Promise<RowPage> {
    const state = readPageToken(request.pageToken)
    const keyset = this.#keyset(request)
    const left = (request.limit ?? Infinity) - state.delivered
    const size = Math.max(1, Math.min(request.pageSize, mostPerPage, left))
    const answer = await this.#query(request, keyset, state, size, call)
    if (keyset === undefined) this.#checkOffsets(request, state, answer)
    else this.#checkKeys(request, keyset, state, answer.total)
    const fresh = withoutRepeats(answer, state).slice(0, left)
    const next = keyset === undefined ? byOffset(request, state, answer, fresh) : byKey(keyset, state, answer, fresh)
    const isLast = next === undefined || next.delivered >= (request.limit ?? Infinity)
    return {
      batch: toRowBatch(fresh, this.#leftOut(request.projection)),
      nextPageToken: isLast ? undefined : writePageToken(next),
    }
  }

  async #query(
    request: FindRowsRequest,
    keyset: string | undefined,
    state: PageState,
    limit: number,
    call: CallContext,
  ): Promise<ZerodbRowPage> {
    const projection = toWireProjection(request.projection)
    if (keyset === undefined) {
      const sort = toWireSort(withTiebreak(request.sort))
      const offset = request.offset + state.position
      const query = { filter: toWireFilter(request.filter), projection, sort, limit, offset }
      return this.#endpoints.queryRows(request.table, query, call)
    }
    const filter = state.last === undefined ? request.filter : behind(request.filter, keyset, state.last)
    const query = { filter: toWireFilter(filter), projection, sort: { [keyset]: 1 } as const, limit, offset: 0 }
    return this.#endpoints.queryRows(request.table, query, call)
  }

  /** Gives the field to page by, where this query can be paged so. */
  #keyset({ sort, offset, filter, projection }: TableQuery): string | undefined {
    const { scanField } = this.#options
    if (scanField === undefined || offset > 0 || sort.length > 1) return undefined
    const [key] = sort
    if (key !== undefined && (key.path !== scanField || key.direction !== 1)) return undefined
    if (scanField !== '_id' && !isGiven(scanField, projection)) return undefined
    // A filter that has `$gt` for the field already has no room for another.
    return isMatchAll(splitForWire(behind(filter, scanField, '')).residual) ? scanField : undefined
  }

  #leftOut(projection: Projection | undefined): ReadonlySet<string> {
    const isShown = this.#options.rowIds === 'shown' && keepsRowId(projection)
    return isShown ? none : hiddenId
  }

  /** Behind a key nothing moves: there a number that changed is the rows' own coming and going. */
  #checkOffsets(request: FindRowsRequest, { expected }: PageState, { rows, total }: ZerodbRowPage): void {
    if (expected === undefined || (total === expected.total && (rows.length > 0 || expected.left === 0))) return
    const { bucket, table } = request
    const message = `rows of ${bucket}/${table} came or went while they were read: ${expected.total} matched, now ${total}; some may be missing`
    const details = { totalBefore: expected.total, total }
    if (this.#options.inconsistentScans === 'warn') return this.#logger.warn(message, details)
    const facts = { code: 'conflict', message: `${message}: read again, or set scanField`, retryable: true } as const
    throw new StorageError({ ...facts, details })
  }

  /** A key of another type lies behind no value of this one, and its row would never come. */
  #checkKeys({ bucket, table }: FindRowsRequest, field: string, { expected }: PageState, total: number): void {
    if (field === '_id' || expected === undefined || total >= expected.total) return
    const message = `${expected.total - total} rows of ${bucket}/${table} were deleted while they were read, or hold "${field}" in another type and are missing`
    this.#logger.warn(message, { expected: expected.total, total, field })
  }
}

const none: ReadonlySet<string> = new Set()
const hiddenId: ReadonlySet<string> = new Set(['_id'])

/**
 * Leaves out the rows the page before held as well. Rows that came in before a page push on what follows, the last row of the page before
 * first: while that isn't seen again and the total stays, no row needs to be looked up.
 */
function withoutRepeats({ rows, total }: ZerodbRowPage, { ids, expected }: PageState): readonly ZerodbRow[] {
  if (ids === '') return rows
  const lastId = ids.slice(ids.lastIndexOf('\n') + 1)
  if (total === expected?.total && rows.every(({ _id }) => _id !== lastId)) return rows
  const before = new Set(ids.split('\n'))
  return rows.filter(({ _id }) => !before.has(_id))
}

/** Gives where the next page begins; undefined after the last one. A short page is no end: a server may give less than was asked for. */
function byOffset(
  request: FindRowsRequest,
  state: PageState,
  { rows, total }: ZerodbRowPage,
  fresh: readonly ZerodbRow[],
): PageState | undefined {
  const position = state.position + rows.length
  const left = total - request.offset - position
  if (rows.length === 0 || left <= 0) return undefined
  const ids = rows.map(({ _id }) => _id).join('\n')
  return { position, delivered: state.delivered + fresh.length, ids, last: undefined, expected: { total, left } }
}

function byKey(
  field: string,
  state: PageState,
  { rows, total }: ZerodbRowPage,
  fresh: readonly ZerodbRow[],
): PageState | undefined {
  const last = lastKey(field, rows, state.last)
  const left = total - rows.length
  if (last === undefined || left <= 0) return undefined
  const expected = { total: left, left }
  return { position: 0, delivered: state.delivered + fresh.length, ids: '', last, expected }
}

/** Gives the last row's key; every key has to be a text or a number of the same kind, and none may come twice. */
function lastKey(
  field: string,
  rows: readonly ZerodbRow[],
  before: JsonValue | undefined,
): string | number | undefined {
  let last: Cell = before
  for (const row of rows) {
    const key: Cell = Object.hasOwn(row, field) ? row[field] : undefined
    const isKey = typeof key === 'string' || typeof key === 'number'
    if (!isKey || (last !== undefined && typeof key !== typeof last) || key === last) {
      const message = `scanField "${field}" must hold a text or a number in every row, no value twice: choose another field, or leave scanField out`
      throw invalidArgument(message, { field })
    }
    last = key
  }
  return rows.length === 0 ? undefined : (last as string | number)
}

function behind(filter: FilterNode, path: string, value: JsonValue): FilterNode {
  const nodes = filter.kind === 'and' ? filter.nodes : [filter]
  return { kind: 'and', nodes: [...nodes, { kind: 'compare', path, operator: '$gt', value }] }
}

function isGiven(field: string, projection: Projection | undefined): boolean {
  if (projection === undefined) return true
  const isNamed = projection.paths.some((path) => path === field || path.startsWith(`${field}.`))
  return projection.kind === 'include' ? projection.paths.includes(field) : !isNamed
}
