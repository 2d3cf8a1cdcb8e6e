import { createHash } from 'node:crypto'
import {
  type CallContext,
  type CountRowsRequest,
  type ExportCsvRequest,
  type FindRowsRequest,
  invalidArgument,
  isMatchAll,
  type QueryPlan,
  type RowBatch,
  type RowPage,
  type TableQuery,
} from '@stowage/core/driver'
import { planQuery, projectedColumns, toOrderBy, toRowFilters } from './find-plan.ts'
import { type CursorPage, RowCursors } from './row-cursors.ts'
import { type ExportBytes, type OpenRows, type RowReader, type RowRequest, valueReader } from './row-reader.ts'
import type { TableSchema, TableSchemas } from './table-schemas.ts'

/** A query whose rows may be asked for by when they were imported. */
export type TimedQuery = FindRowsRequest & { readonly changedSince?: Date | undefined }

/** Where a query goes on, as its page token tells it. */
interface PageState {
  /** The cursor. */
  readonly cursor: string
  /** How many rows were given. */
  readonly position: number
  /** The file of the export. */
  readonly fileId: string | undefined
  /** The query it belongs to. */
  readonly query: string
}

/** Finds and counts rows. */
export class RowFinder {
  readonly #schemas: TableSchemas
  readonly #reader: RowReader
  readonly #cursors = new RowCursors()

  constructor(schemas: TableSchemas, reader: RowReader) {
    this.#schemas = schemas
    this.#reader = reader
  }

  async plan(query: TableQuery, call: CallContext): Promise<QueryPlan> {
    return planQuery(await this.#schemas.recent(query, call), query)
  }

  async find(request: TimedQuery, call: CallContext): Promise<RowPage> {
    const { pageToken } = request
    const query = describeQuery(request)
    const state = pageToken === undefined ? undefined : readToken(pageToken, query)
    const schema = await this.#schemas.recent(request, call)
    const page = await this.#turn(schema, request, state, call)
    const columns = projectedColumns(schema, request.projection)
    const { batch, next } = page
    const shown = batch === undefined ? { columns, rows: [] } : withoutKey(valueReader(schema.columns)(batch), columns)
    const token = next && { cursor: next.id, position: next.position, fileId: next.fileId, query }
    return { batch: shown, nextPageToken: token && writeToken(token) }
  }

  async count(request: CountRowsRequest, call: CallContext): Promise<number> {
    const schema = await this.#schemas.get(request, call)
    if (isMatchAll(request.filter) && schema.rowCount !== undefined) return schema.rowCount
    const columns = [schema.primaryKey[0] ?? schema.columns[0]?.name ?? '']
    const { batches } = await this.#reader.open(schema, { columns, whereFilters: toRowFilters(request.filter) }, call)
    let rows = 0
    for await (const batch of batches) rows += batch.rows.length
    return rows
  }

  /** Gives an export's CSV as it is, with a header in front where it has none. */
  async exportCsv(request: ExportCsvRequest, call: CallContext): Promise<AsyncIterable<Uint8Array>> {
    const { filter, columns, changedSince, onJob } = request
    const schema = await this.#schemas.recent(request, call)
    const wanted = { columns, whereFilters: filtersOf(filter), changedSince }
    const { content } = await this.#reader.openExport(schema.id, wanted, onJob, call)
    return withHeader(content, columns)
  }

  /** Ends what is still being read. */
  async close(): Promise<void> {
    await this.#cursors.close()
  }

  /** Goes on where the last page ended; where nothing waits there any more, rows are read anew and passed over up to there. */
  async #turn(
    schema: TableSchema,
    request: TimedQuery,
    state: PageState | undefined,
    call: CallContext,
  ): Promise<CursorPage> {
    const { pageSize, offset } = request
    const { signal } = call
    if (state !== undefined) {
      const page = await this.#cursors.resume(state.cursor, state.position, pageSize, signal)
      if (page !== undefined) return page
    }
    const position = state?.position ?? 0
    const read = (cursorSignal: AbortSignal): Promise<OpenRows> =>
      this.#read(schema, request, state?.fileId, { ...call, signal: cursorSignal })
    return this.#cursors.begin(read, { skip: offset + position, pageSize, signal }, position)
  }

  async #read(
    schema: TableSchema,
    request: TimedQuery,
    fileId: string | undefined,
    call: CallContext,
  ): Promise<OpenRows> {
    const wanted = rowRequest(schema, request)
    return fileId === undefined
      ? this.#reader.open(schema, wanted, call)
      : this.#reader.reopen(fileId, wanted.columns, call)
  }
}

/** Rows without columns still are so many rows: one column is read to count them. */
function rowRequest(schema: TableSchema, request: TimedQuery): RowRequest {
  const { projection, filter, limit, offset, changedSince } = request
  const columns = projectedColumns(schema, projection)
  const [first] = schema.columns
  const orderBy = toOrderBy(request)
  return {
    columns: columns.length === 0 && first !== undefined ? [first.name] : columns,
    whereFilters: filtersOf(filter),
    changedSince,
    ...(limit === undefined ? {} : { limit: limit + offset }),
    ...(orderBy.length === 0 ? {} : { orderBy }),
  }
}

function filtersOf(filter: TableQuery['filter']): RowRequest['whereFilters'] {
  const filters = toRowFilters(filter)
  return filters.length === 0 ? undefined : filters
}

function withoutKey(batch: RowBatch, columns: readonly string[]): RowBatch {
  return columns.length > 0 ? batch : { columns: [], rows: batch.rows.map(() => []) }
}

async function* withHeader(
  { hasHeader, body }: ExportBytes,
  columns: readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  // Names are letters, digits and underscores: none needs quotes.
  if (!hasHeader) yield Buffer.from(`${columns.join(',')}\n`)
  yield* body
}

/** Says in short which query a token belongs to: another one can't be gone on with. */
function describeQuery(request: TimedQuery): string {
  const { bucket, table, filter, projection, sort, limit, offset, changedSince } = request
  const text = JSON.stringify([bucket, table, filter, projection, sort, limit, offset, changedSince])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

function writeToken({ cursor, position, fileId, query }: PageState): string {
  return Buffer.from(JSON.stringify([cursor, position, fileId ?? null, query])).toString('base64url')
}

function readToken(token: string, query: string): PageState {
  const state = parseToken(token)
  if (state !== undefined && state.query === query) return state
  throw invalidArgument('the page token is of another query, or none: begin without one')
}

function parseToken(token: string): PageState | undefined {
  try {
    const [cursor, position, fileId, query] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown[]
    if (typeof cursor !== 'string' || typeof query !== 'string' || !isPosition(position)) return undefined
    if (fileId !== null && typeof fileId !== 'string') return undefined
    return { cursor, position, fileId: fileId ?? undefined, query }
  } catch {
    return undefined
  }
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
