import type { ColumnDefinition, Filter, Row, RowInput, Sort, Update, WriteCounts, WriteMode } from '@stowage/core'
import {
  batchToRows,
  type CallContext,
  type CreateTableRequest,
  type LoadRowsRequest,
  parseFilter,
  parseProjection,
  parseSort,
  parseUpdate,
  ReceiptRecorder,
  type RowBatch,
  toBatch,
  type UpdateCounts,
  type UpdateRowsRequest,
} from '@stowage/core/driver'
import type { LocalDriver } from '../src/index.ts'

/** A call's context. */
export function call(signal: AbortSignal = new AbortController().signal): CallContext {
  return { signal, receipt: new ReceiptRecorder() }
}

/** What a test says of a table. */
export interface TableShape extends Partial<Omit<CreateTableRequest, 'columns'>> {
  readonly columns: Readonly<Record<string, ColumnDefinition>>
}

/** Options of {@link TestTable.find}. */
export interface FindShape {
  readonly sort?: Sort
  readonly projection?: unknown
  readonly limit?: number
  readonly offset?: number
  readonly pageSize?: number
}

/** A table and short ways to use it. */
export class TestTable {
  readonly driver: LocalDriver
  readonly place: { readonly bucket: string; readonly table: string }

  constructor(driver: LocalDriver, bucket = 'b', table = 't') {
    this.driver = driver
    this.place = { bucket, table }
  }

  async insert(rows: readonly RowInput[], mode: 'append' | 'upsert' = 'append'): Promise<WriteCounts> {
    return this.driver.tables.insert({ ...this.place, mode, batch: toBatch(rows) }, call())
  }

  /** Finds rows page by page. */
  async find(filter: Filter = {}, shape: FindShape = {}): Promise<Row[]> {
    return (await this.pages(filter, shape)).flat()
  }

  async pages(filter: Filter, shape: FindShape): Promise<Row[][]> {
    const pages: Row[][] = []
    let pageToken: string | undefined
    do {
      const page = await this.page(filter, shape, pageToken)
      pages.push(page.rows)
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    return pages
  }

  async page(
    filter: Filter,
    shape: FindShape,
    pageToken: string | undefined,
  ): Promise<{ rows: Row[]; nextPageToken: string | undefined }> {
    const { sort, projection, limit, offset = 0, pageSize = 1000 } = shape
    const query = {
      ...this.place,
      filter: parseFilter(filter),
      sort: sort === undefined ? [] : parseSort(sort),
      projection: projection === undefined ? undefined : parseProjection(projection),
      limit,
      offset,
    }
    const { batch, nextPageToken } = await this.driver.tables.find({ ...query, pageSize, pageToken }, call())
    return { rows: batchToRows(batch), nextPageToken }
  }

  async count(filter: Filter = {}): Promise<number> {
    return this.driver.tables.count({ ...this.place, filter: parseFilter(filter) }, call())
  }

  async update(filter: Filter, update: Update, rest: Partial<UpdateRowsRequest> = {}): Promise<UpdateCounts> {
    const request = { ...this.place, filter: parseFilter(filter), update: parseUpdate(update), upsertRow: undefined }
    return this.driver.tables.update({ ...request, ...rest }, call())
  }

  async delete(filter: Filter, limit?: number): Promise<number> {
    return this.driver.tables.delete({ ...this.place, filter: parseFilter(filter), limit }, call())
  }

  /** Loads rows, each array as one batch, or whatever comes. */
  load(
    mode: WriteMode,
    batches: AsyncIterable<RowBatch> | readonly (readonly RowInput[])[],
    rest: Partial<LoadRowsRequest> & { readonly signal?: AbortSignal } = {},
  ): Promise<WriteCounts> {
    const source = Array.isArray(batches) ? batchesOf(batches) : (batches as AsyncIterable<RowBatch>)
    const { signal, ...request } = rest
    const hooks = { onJob: () => {}, onProgress: () => {} }
    return this.driver.tables.load({ ...this.place, mode, batches: source, ...hooks, ...request }, call(signal))
  }
}

/** Gives arrays of rows as batches. */
export async function* batchesOf(arrays: readonly (readonly RowInput[])[]): AsyncGenerator<RowBatch> {
  for (const rows of arrays) yield toBatch(rows)
}

/** Makes a bucket and a table in it. */
export async function makeTable(driver: LocalDriver, shape: TableShape, name = 't'): Promise<TestTable> {
  const { columns, primaryKey = [], indexes = [], undeclaredFields = 'keep', description } = shape
  if ((await driver.buckets.list({ prefix: 'b', pageSize: 10, pageToken: undefined }, call())).items.length === 0) {
    await driver.buckets.create({ bucket: 'b', displayName: undefined, description: undefined }, call())
  }
  const whole = Object.entries(columns).map(([column, definition]) => {
    const {
      type,
      required = false,
      native,
      description: text,
    } = typeof definition === 'string' ? { type: definition } : definition
    return { name: column, type, required: required || primaryKey.includes(column), native, description: text }
  })
  const request = { bucket: 'b', table: name, columns: whole, primaryKey, indexes, undeclaredFields, description }
  await driver.tables.create(request, call())
  return new TestTable(driver, 'b', name)
}
