import type { Column, IndexDefinition } from '../contract/column.ts'
import type { Page } from '../contract/page.ts'
import type { TableInfo, WriteCounts, WriteMode } from '../contract/table.ts'
import type { FilterNode, Projection, SortKey, UpdateTree } from '../filter/tree.ts'
import type { RowBatch } from '../rows/row.ts'
import type { CallContext } from './call.ts'
import type { ByteSource } from './file-driver.ts'

/** Names a table. */
export interface TableRequest {
  /** The bucket's name. */
  readonly bucket: string
  /** The table's name. */
  readonly table: string
}

/** Asks for one page of a bucket's tables. */
export interface ListTablesRequest {
  /** The bucket's name. */
  readonly bucket: string
  /** The most items the page may hold. */
  readonly pageSize: number
  /** The previous page's token; undefined for the first page. */
  readonly pageToken: string | undefined
}

/** Asks for a new table; columns, key and indexes have been checked against each other. */
export interface CreateTableRequest extends TableRequest {
  /** The declared columns; those of the primary key are `required`. */
  readonly columns: readonly Column[]
  /** The columns of the primary key; empty for none. */
  readonly primaryKey: readonly string[]
  /** Further indexes. */
  readonly indexes: readonly IndexDefinition[]
  /** What happens to fields no column declares. */
  readonly undeclaredFields: 'keep' | 'refuse'
  /** Free text. */
  readonly description: string | undefined
}

/** Asks to write rows in one go. */
export interface InsertRowsRequest extends TableRequest {
  /** `append` fails with `conflict` when a key is taken; `upsert` replaces the row with that key, whole. */
  readonly mode: 'append' | 'upsert'
  /**
   * The rows: JSON values, never more than `limits.rowsPerInsert`. A key may come twice in them: an append then fails with `conflict`,
   * in an upsert the later row wins.
   */
  readonly batch: RowBatch
}

/** Asks to write many rows as one unit. */
export interface LoadRowsRequest extends TableRequest {
  /** How the rows meet those that are there. */
  readonly mode: WriteMode
  /** The rows; of a key that comes twice the later row wins in an upsert, other modes fail with `conflict`. A failure of this iterable must leave the table as it was. */
  readonly batches: AsyncIterable<RowBatch>
  /**
   * The same rows as UTF-8 CSV with a header line, commas and no markers for null, where the app gave such bytes. A driver that passes CSV on
   * may read these instead of `batches`, and answers then for what the reader of `batches` would have refused; of a source that can be
   * opened again it may still turn to `batches` afterwards. Left out, or undefined, for anything else.
   */
  readonly csv?: ByteSource | undefined
  /** Called once with the job's id where the load runs as a job. */
  readonly onJob: (jobId: string) => void
  /** Called with the number of rows taken in so far. */
  readonly onProgress: (rows: number) => void
}

/** What `find` looks for; the whole query, of which a driver may plan only a part. */
export interface TableQuery extends TableRequest {
  /** Which rows. */
  readonly filter: FilterNode
  /** Which fields; undefined for all. */
  readonly projection: Projection | undefined
  /** In which order; empty for the backend's own, which must be stable while nothing changes. */
  readonly sort: readonly SortKey[]
  /** The most rows in all; undefined for no limit. */
  readonly limit: number | undefined
  /** How many matching rows are left out first. */
  readonly offset: number
}

/** How a driver means to run a query: what it takes over, and what is left to core. */
export interface QueryPlan {
  /** The part of the filter the backend evaluates. Every matching row passes it. */
  readonly pushed: FilterNode
  /** What core must still check on each row the backend returns; `matchAll` when nothing is left. */
  readonly residual: FilterNode
  /** The sort, limit and offset, and projection, each done by the backend or left to core. */
  readonly sort: 'backend' | 'core'
  /** Limit and offset; the backend can do them only when filter and sort are wholly its own. */
  readonly limit: 'backend' | 'core'
  /** The projection. */
  readonly projection: 'backend' | 'core'
  /** Lines for people that `explain` shows, for example the SQL. */
  readonly notes: readonly string[]
}

/** Asks for one page of a planned query: only the parts the plan gave to the backend are set. */
export interface FindRowsRequest extends TableQuery {
  /** The most rows the page may hold. */
  readonly pageSize: number
  /** The previous page's token; undefined for the first page. */
  readonly pageToken: string | undefined
}

/** One page of rows. */
export interface RowPage {
  /** The rows; may be empty though more follow. */
  readonly batch: RowBatch
  /** Asks for the next page; undefined after the last one. */
  readonly nextPageToken: string | undefined
}

/** Asks to count rows. */
export interface CountRowsRequest extends TableRequest {
  /** Which rows; the driver's `plan` took all of it over. */
  readonly filter: FilterNode
}

/** Asks to change rows. */
export interface UpdateRowsRequest extends TableRequest {
  /** Which rows. */
  readonly filter: FilterNode
  /** What changes. */
  readonly update: UpdateTree
  /** The row to insert when nothing matches, with the update applied already; undefined to insert nothing. */
  readonly upsertRow: RowBatch | undefined
}

/** What an update did. */
export interface UpdateCounts {
  /** Rows that matched. */
  readonly matched: number
  /** Rows whose content changed. */
  readonly modified: number
  /** Rows inserted because nothing matched: 0 or 1. */
  readonly inserted: number
}

/** Asks to delete rows. */
export interface DeleteRowsRequest extends TableRequest {
  /** Which rows; matches everything only when the app said `all: true`. */
  readonly filter: FilterNode
  /** The most rows to delete; undefined for all that match. */
  readonly limit: number | undefined
}

/** Asks for the rows that changed, as pages. */
export interface ChangedRowsRequest extends FindRowsRequest {
  /** Only rows written at or after this instant. */
  readonly changedSince: Date
}

/** Asks for a table's bytes as CSV, where the backend makes them itself. */
export interface ExportCsvRequest extends TableRequest {
  /** Which rows. */
  readonly filter: FilterNode
  /** Which columns, in this order. */
  readonly columns: readonly string[]
  /** Only rows written at or after this instant; undefined for all. */
  readonly changedSince: Date | undefined
  /** Called once with the job's id where the export runs as a job. */
  readonly onJob: (jobId: string) => void
}

/** Asks for another primary key. */
export interface SetPrimaryKeyRequest extends TableRequest {
  /** Its columns; empty removes the key. */
  readonly primaryKey: readonly string[]
}

/** Tables, as an adapter implements them. Each method does one request's worth of work. */
export interface TableDriver {
  /** Gives one page of a bucket's tables in order of name (code points). */
  list(request: ListTablesRequest, call: CallContext): Promise<Page<TableInfo>>
  /** Gives one table; fails with `not-found` without it. */
  get(request: TableRequest, call: CallContext): Promise<TableInfo>
  /** Creates a table; fails with `already-exists` when the name is taken in the bucket. */
  create(request: CreateTableRequest, call: CallContext): Promise<TableInfo>
  /** Drops a table and its rows; fails with `not-found` without it. */
  drop(request: TableRequest, call: CallContext): Promise<void>
  /**
   * Writes one batch. Where `semantics.atomicWrites` holds, a failure leaves nothing of it behind.
   *
   * A row that breaks the schema fails with `invalid-argument` and `details.row` (0-based index in the batch) and
   * `details.column`.
   */
  insert(request: InsertRowsRequest, call: CallContext): Promise<WriteCounts>
  /** Writes many batches as one unit: after a failure, an abort or a crash the table is as it was. */
  load(request: LoadRowsRequest, call: CallContext): Promise<WriteCounts>
  /** Says how a query would run. Sends nothing that costs. */
  plan(query: TableQuery, call: CallContext): Promise<QueryPlan>
  /** Gives one page of rows. Pages of one query hold no row twice while nothing changes. */
  find(request: FindRowsRequest, call: CallContext): Promise<RowPage>
  /** Counts matching rows. */
  count(request: CountRowsRequest, call: CallContext): Promise<number>
  /** Changes all matching rows; an error on any row changes none where `semantics.atomicWrites` holds. */
  update(request: UpdateRowsRequest, call: CallContext): Promise<UpdateCounts>
  /** Deletes matching rows and gives their number. */
  delete(request: DeleteRowsRequest, call: CallContext): Promise<number>
  /** Gives one page of the rows written at or after an instant. */
  changed(request: ChangedRowsRequest, call: CallContext): Promise<RowPage>
  /** Sets, changes or removes the primary key; fails with `conflict` when rows collide or lack a value. */
  setPrimaryKey(request: SetPrimaryKeyRequest, call: CallContext): Promise<TableInfo>
  /** Gives CSV with a header line as the backend makes it, for backends that speak CSV. Optional: core writes CSV from `find`. */
  exportCsv?(request: ExportCsvRequest, call: CallContext): Promise<AsyncIterable<Uint8Array>>
}
