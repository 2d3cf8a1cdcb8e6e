import type { Page, TableInfo, WriteCounts } from '@stowage/core'
import {
  type CallContext,
  classifyCall,
  compareText,
  type CountRowsRequest,
  type CreateTableRequest,
  type DeleteRowsRequest,
  type FindRowsRequest,
  type InsertRowsRequest,
  invalidArgument,
  type ListTablesRequest,
  type QueryPlan,
  type RowPage,
  StorageError,
  type TableDriver,
  type TableQuery,
  type TableRequest,
  toBatch,
  type UpdateCounts,
  type UpdateRowsRequest,
  upsertRow,
} from '@stowage/core/driver'
import type { ZerodbSchema, ZerodbTable } from './answers.ts'
import { checkBucket } from './bucket.ts'
import { mostPerPage, type ZerodbEndpoints } from './endpoints.ts'
import { hasErrorCode } from './errors.ts'
import { explainUpdate } from './failed-write.ts'
import type { RowInserter } from './insert-rows.ts'
import { isLost } from './lost-answer.ts'
import type { CheckedZerodbOptions } from './options.ts'
import { planQuery } from './query-plan.ts'
import type { RowScan } from './row-scan.ts'
import { checkNewName, isSameTable, toSchema, toTableInfo } from './table-info.ts'
import type { RowUpserter } from './upsert-rows.ts'
import { splitForWire, toWireFilter, type WireFilter } from './wire-filter.ts'
import { toWireUpdate } from './wire-update.ts'

/** What tables are made of. */
export interface ZerodbTablesParts {
  /** The wire. */
  readonly endpoints: ZerodbEndpoints
  /** Reads pages of rows. */
  readonly scan: RowScan
  /** Adds rows. */
  readonly inserter: RowInserter
  /** Writes rows over others. */
  readonly upserter: RowUpserter
  /** What the app chose. */
  readonly options: CheckedZerodbOptions
}

/** Tables, as the driver has them. */
export class ZerodbTables implements Partial<TableDriver> {
  readonly #parts: ZerodbTablesParts

  constructor(parts: ZerodbTablesParts) {
    this.#parts = parts
  }

  /** The service's own order is not documented, so a page in order of name takes the whole listing. */
  async list({ bucket, pageSize, pageToken }: ListTablesRequest, call: CallContext): Promise<Page<TableInfo>> {
    checkBucket(bucket)
    const all = (await this.#listAll(call)).filter(
      ({ tableName }) => pageToken === undefined || compareText(tableName, pageToken) > 0,
    )
    const page = all.slice(0, pageSize)
    const items = this.#parts.options.listSchemas ? await this.#describe(page, call) : page.map(toTableInfo)
    return { items, nextPageToken: all.length > page.length ? page.at(-1)?.tableName : undefined }
  }

  async get({ bucket, table }: TableRequest, call: CallContext): Promise<TableInfo> {
    checkBucket(bucket)
    return toTableInfo(await this.#parts.endpoints.getTable(table, call))
  }

  async create(request: CreateTableRequest, call: CallContext): Promise<TableInfo> {
    const { bucket, table, description } = request
    checkBucket(bucket)
    checkNewName(table)
    const schema = toSchema(request)
    const made = await this.#create(table, schema, description, call)
    // A quick start of the service shows an answer without schema and description.
    return toTableInfo({
      ...made,
      schema: made.schema ?? schema,
      description: made.description ?? (description || undefined),
    })
  }

  async drop({ bucket, table }: TableRequest, call: CallContext): Promise<void> {
    checkBucket(bucket)
    try {
      await this.#parts.endpoints.deleteTable(table, call)
    } catch (error) {
      if (isLost(error) && (await this.#lookAfter(table, call)) === 'gone') return
      throw error
    }
  }

  async insert(request: InsertRowsRequest, call: CallContext): Promise<WriteCounts> {
    checkBucket(request.bucket)
    const { inserter, upserter } = this.#parts
    if (request.mode === 'upsert') return upserter.upsert(request, call)
    return inserter.insert(request.table, request.batch, call)
  }

  async plan(query: TableQuery): Promise<QueryPlan> {
    checkBucket(query.bucket)
    const { options, scan } = this.#parts
    return planQuery(query, options.rowIds, (planned) => scan.explain(planned))
  }

  async find(request: FindRowsRequest, call: CallContext): Promise<RowPage> {
    checkBucket(request.bucket)
    return this.#parts.scan.page(request, call)
  }

  async count({ bucket, table, filter }: CountRowsRequest, call: CallContext): Promise<number> {
    checkBucket(bucket)
    const query = { filter: toWireFilter(filter), projection: { _id: 1 } as const, limit: 1, offset: 0 }
    return (await this.#parts.endpoints.queryRows(table, query, call)).total
  }

  async update(request: UpdateRowsRequest, call: CallContext): Promise<UpdateCounts> {
    checkBucket(request.bucket)
    const upsert = request.upsertRow !== undefined
    const json = { filter: toWireFilter(request.filter), update: toWireUpdate(request.update), upsert }
    if (upsert) checkUpsert(request)
    const effect = classifyCall('tables.update', request) === 'idempotent' ? 'idempotent' : 'unsafe'
    try {
      const counts = await this.#parts.endpoints.updateRows(request.table, json, effect, call)
      const { matchedCount: matched, modifiedCount: modified } = counts
      return { matched, modified, inserted: upsert && matched === 0 ? 1 : 0 }
    } catch (error) {
      throw await explainUpdate(error, this.#parts.endpoints, request, call)
    }
  }

  async delete({ bucket, table, filter, limit }: DeleteRowsRequest, call: CallContext): Promise<number> {
    checkBucket(bucket)
    const written: WireFilter = toWireFilter(filter)
    return this.#parts.endpoints.deleteRows(table, written, limit, call)
  }

  /** After a lost answer looks whether the table is there as it was to be. */
  async #create(
    table: string,
    schema: ZerodbSchema,
    description: string | undefined,
    call: CallContext,
  ): Promise<ZerodbTable> {
    try {
      return await this.#parts.endpoints.createTable(table, schema, description, call)
    } catch (error) {
      if (!isLost(error)) throw error
      const found = await this.#lookAfter(table, call)
      if (typeof found === 'string') throw error
      if (isSameTable(found, schema, description)) return found
      const message = `there is a table ${table} of another definition: open it, or choose another name`
      throw new StorageError({ code: 'already-exists', message, applied: 'no' }, {}, error)
    }
  }

  /** Looks at a table after a write whose answer was lost. */
  async #lookAfter(table: string, call: CallContext): Promise<ZerodbTable | 'gone' | 'unknown'> {
    try {
      return await this.#parts.endpoints.getTable(table, call)
    } catch (error) {
      return hasErrorCode(error, 'TABLE_NOT_FOUND') ? 'gone' : 'unknown'
    }
  }

  async #listAll(call: CallContext): Promise<ZerodbTable[]> {
    const byId = new Map<string, ZerodbTable>()
    for (let offset = 0; ;) {
      const { tables, total } = await this.#parts.endpoints.listTables(mostPerPage, offset, call)
      for (const table of tables) byId.set(table.tableId, table)
      offset += tables.length
      if (tables.length === 0 || offset >= total) break
    }
    return [...byId.values()].toSorted((left, right) => compareText(left.tableName, right.tableName))
  }

  async #describe(tables: readonly ZerodbTable[], call: CallContext): Promise<TableInfo[]> {
    const described: TableInfo[] = []
    for (const { tableId } of tables) {
      try {
        described.push(toTableInfo(await this.#parts.endpoints.getTable(tableId, call)))
      } catch (error) {
        // Dropped since it was listed.
        if (!hasErrorCode(error, 'TABLE_NOT_FOUND')) throw error
      }
    }
    return described
  }
}

/** The service makes the new row itself, of the filter as it is sent: that has to come to the row the app was promised. */
function checkUpsert({ filter, update, upsertRow: wanted }: UpdateRowsRequest): void {
  if (wanted?.columns.includes('_id') === true)
    throw invalidArgument(
      'upsert: the filter names an _id, and ZeroDB gives ids by itself: find the row by another field',
    )
  const made = toBatch([upsertRow(splitForWire(filter).pushed, update)])
  if (JSON.stringify(made) === JSON.stringify(wanted)) return
  const message =
    'ZeroDB would insert another row for this filter: write what the new row shall hold as plain equalities'
  throw new StorageError({ code: 'unsupported', message })
}
