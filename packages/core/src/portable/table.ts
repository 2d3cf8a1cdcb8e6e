import type { CapabilityName } from '../contract/capabilities.ts'
import { ReceiptRecorder } from '../contract/receipt.ts'
import type { TableInfo } from '../contract/table.ts'
import type { CallContext } from '../driver/call.ts'
import type { TableRequest } from '../driver/table-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { Filter, Update } from '../filter/filter-types.ts'
import type { Row, RowInput } from '../rows/row.ts'
import type { Transfer } from '../transfer/transfer.ts'
import type { CallOptions } from './call-options.ts'
import { type CountResult, countRows } from './count-rows.ts'
import { deleteRows, type DeleteRowsOptions, type DeleteRowsResult } from './delete-rows.ts'
import { type Explanation, explainPlan } from './explanation.ts'
import { exportTable, type ExportOptions, type ExportResult, type ExportTarget } from './export-table.ts'
import { insertRows, type InsertOptions, type InsertResult } from './insert-rows.ts'
import type { LoadSource } from './load-source.ts'
import { loadTable, type LoadOptions, type LoadResult } from './load-table.ts'
import { isThere } from './existence.ts'
import { checkName, checkOptions } from './names.ts'
import { checkCount, type FindOptions, parseQuery } from './query.ts'
import { RowCursor } from './row-cursor.ts'
import { firstRow, runQuery } from './run-query.ts'
import type { CallPlace, Session } from './session.ts'
import { parseTableDefinition, type TableDefinition } from './table-definition.ts'
import { updateRows, type UpdateOptions, type UpdateResult } from './update-rows.ts'

const callOptions = ['signal', 'timeoutMs'] as const

/** Options of a preview. */
export interface PreviewOptions extends CallOptions {
  /** The most rows. Default 100, at most 1,000. */
  readonly limit?: number | undefined
}

/**
 * A table of a bucket: rows with declared columns, found with one filter language on every backend.
 *
 * Getting one with {@link Bucket.table} sends nothing and does not create it.
 */
export class Table {
  readonly #session: Session
  readonly #request: TableRequest

  /** @internal */
  constructor(session: Session, bucket: string, name: string) {
    this.#session = session
    const table = checkName('table name', name, session.driver.capabilities.limits.tableNameBytes)
    this.#request = { bucket, table }
  }

  /**
   * What reaches the table, for what works on two of them.
   *
   * @internal
   */
  get end(): { readonly session: Session; readonly request: TableRequest } {
    return { session: this.#session, request: this.#request }
  }

  /** The name of the bucket it is in. */
  get bucketName(): string {
    return this.#request.bucket
  }

  /** The table's name. */
  get name(): string {
    return this.#request.table
  }

  /** Gives what is known of the table; fails with `not-found` without it. */
  info(options: CallOptions = {}): Promise<TableInfo> {
    return this.#run('tables.get', 'info', options, (call) => this.#session.tables.get(this.#request, call))
  }

  /** Tells whether the table is there. */
  exists(options: CallOptions = {}): Promise<boolean> {
    return isThere(this.info(options))
  }

  /** Creates the table; fails with `already-exists` when it is there, with `not-found` without its bucket. */
  async create(definition: TableDefinition): Promise<TableInfo> {
    const { limits, semantics } = this.#session.driver.capabilities
    const place = this.#place('tables.create')
    this.#session.require('tables.create', place)
    const parsed = parseTableDefinition(definition, limits, semantics.keepsUndeclaredFields)
    if (parsed.indexes.length > 0) this.#session.require('tables.indexes', place)
    return this.#session.run(place, definition, (call) =>
      this.#session.tables.create({ ...this.#request, ...parsed }, call),
    )
  }

  /** Drops the table with all its rows; fails with `not-found` without it. There is no undo. */
  drop(options: CallOptions = {}): Promise<void> {
    return this.#run('tables.drop', 'drop', options, (call) => this.#session.tables.drop(this.#request, call))
  }

  /**
   * Sets, changes or removes the primary key.
   *
   * @param columns - its columns; an empty list removes the key
   * @throws {@link StorageError} `conflict` when two rows share a key or a row lacks a value; the key stays as it was
   */
  async setPrimaryKey(columns: readonly string[], options: CallOptions = {}): Promise<TableInfo> {
    const primaryKey = [...columns]
    if (new Set(primaryKey).size !== primaryKey.length) throw invalidArgument('a primary key names each column once')
    return this.#run('tables.setPrimaryKey', 'setPrimaryKey', options, (call) =>
      this.#session.tables.setPrimaryKey({ ...this.#request, primaryKey }, call),
    )
  }

  /**
   * Writes rows and waits until they are stored.
   *
   * More rows than the backend takes at once go in several requests, in order. When one fails, the error's `applied` is
   * `partly` and its `details` say how many rows are in (`inserted`), which were refused or are in doubt (`failed`), and
   * which were not sent (`notAttempted`).
   *
   * @param rows - one row or several; `Date` values become ISO 8601 text
   */
  insert(rows: RowInput | readonly RowInput[], options: InsertOptions = {}): Promise<InsertResult> {
    return insertRows(this.#session, this.#request, rows, options)
  }

  /**
   * Loads many rows as one unit, streaming: from a CSV, JSON lines or JSON file, from bytes, or from rows.
   *
   * Nothing of it is visible before it has succeeded, where the backend can do that; see its page.
   *
   * @param source - a path, bytes, a stream, or rows
   */
  load(source: LoadSource, options: LoadOptions = {}): Transfer<LoadResult> {
    return loadTable(this.#session, this.#request, source, options)
  }

  /**
   * Finds rows, streaming.
   *
   * @param filter - which rows, in the filter language; none for all
   */
  find(filter?: Filter, options: FindOptions = {}): RowCursor {
    const place = this.#place('tables.find')
    const session = this.#session
    session.require('tables.find', place)
    const query = parseQuery(this.#request, filter, options)
    const pageSize = this.#pageSize(options.pageSize)
    const receipt = new ReceiptRecorder()
    const open = (atMost: number | undefined): ReturnType<typeof runQuery> => {
      const limited = atMost === undefined ? query : { ...query, limit: Math.min(atMost, query.limit ?? atMost) }
      return session.stream(place, options, (call) => runQuery(session.tables, limited, pageSize, call), receipt)
    }
    return new RowCursor(open, receipt)
  }

  /**
   * Gives the one row with these values, usually those of the primary key; undefined without it.
   *
   * @param key - a value for each field that tells the row apart
   */
  async get(key: Filter, options: CallOptions = {}): Promise<Row | undefined> {
    checkOptions('table.get', options, callOptions)
    if (Object.keys(key).length === 0) throw invalidArgument('table.get needs the value of at least one field')
    const place = this.#place('tables.find')
    this.#session.require('tables.find', place)
    const query = parseQuery(this.#request, key, {})
    return this.#session.run(place, options, (call) =>
      firstRow(this.#session.tables, query, this.#pageSize(undefined), call),
    )
  }

  /** Counts the rows that match; all without a filter. */
  count(filter?: Filter, options: CallOptions = {}): Promise<CountResult> {
    return countRows(this.#session, this.#request, filter, options)
  }

  /** Says how `find` would run: what the backend takes over and what core does. Reads no rows. */
  async explain(filter?: Filter, options: FindOptions = {}): Promise<Explanation> {
    const query = parseQuery(this.#request, filter, options)
    const place = this.#place('tables.find')
    this.#session.require('tables.find', place)
    return this.#session.run(place, options, async (call) => {
      const plan = await this.#session.tables.plan(query, call)
      return explainPlan(this.#session.driver.backend, query, plan)
    })
  }

  /**
   * Changes all rows that match.
   *
   * @param filter - which rows; an empty one is refused unless `all` is true
   * @param update - what changes: `$set $unset $inc $push $pull`
   */
  update(filter: Filter, update: Update, options: UpdateOptions = {}): Promise<UpdateResult> {
    return updateRows(this.#session, this.#request, { filter, update }, options)
  }

  /**
   * Deletes the rows that match. No match is success with 0.
   *
   * @param filter - which rows; an empty one is refused unless `all` is true
   */
  delete(filter: Filter, options: DeleteRowsOptions = {}): Promise<DeleteRowsResult> {
    return deleteRows(this.#session, this.#request, filter, options)
  }

  /**
   * Writes the table's rows, or those a filter or instant chooses, to a file or stream as CSV or JSON lines.
   *
   * @param target - a path, a stream, or a function that takes chunks
   */
  export(target: ExportTarget, options: ExportOptions = {}): Transfer<ExportResult> {
    return exportTable(this.#session, this.#request, target, options)
  }

  /** Gives some rows to look at, in the backend's own order. */
  async preview(options: PreviewOptions = {}): Promise<Row[]> {
    checkOptions('table.preview', options, [...callOptions, 'limit'])
    const limit = checkCount('limit', options.limit ?? 100)
    if (limit > 1000) throw invalidArgument('a preview shows at most 1,000 rows: use find for more')
    const place = this.#place('tables.preview')
    const isEmulated = this.#session.isEmulated('tables.preview', place)
    const query = parseQuery(this.#request, undefined, { limit })
    return this.#session.run(place, options, async (call) => {
      if (isEmulated) call.receipt.emulated.push('tables.preview')
      const rows: Row[] = []
      for await (const batch of runQuery(this.#session.tables, query, this.#pageSize(limit), call)) rows.push(...batch)
      return rows
    })
  }

  #pageSize(wanted: number | undefined): number {
    const size = wanted ?? 1000
    if (!Number.isSafeInteger(size) || size < 0)
      throw invalidArgument(`pageSize is ${size}: give a whole number from 1`)
    return Math.max(1, Math.min(size, this.#session.driver.capabilities.limits.pageSize ?? size))
  }

  #place(operation: string): CallPlace {
    return { operation, resource: `${this.#request.bucket}/${this.#request.table}` }
  }

  async #run<Result>(
    capability: CapabilityName,
    verb: string,
    options: CallOptions,
    work: (call: CallContext) => Promise<Result>,
  ): Promise<Result> {
    checkOptions(`table.${verb}`, options, callOptions)
    const place = this.#place(capability)
    this.#session.require(capability, place)
    return this.#session.run(place, options, work)
  }
}
