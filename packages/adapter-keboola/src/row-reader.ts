import type { Column } from '@stowage/core'
import { type CallContext, type Cell, readCsv, type RowBatch, StorageError } from '@stowage/core/driver'
import { type CellReader, cellReader } from './cell-text.ts'
import type { KeboolaClient } from './client.ts'
import { toPhpPairs } from './php-query.ts'
import { type KeboolaRowQuery, rowQuery } from './table-export.ts'
import type { TableSchema } from './table-schemas.ts'

/** Which rows are read, in the service's words. */
export interface RowRequest extends KeboolaRowQuery {
  /** The columns, in order; at least one. */
  readonly columns: readonly string[]
}

/** Rows on their way, and the file of the export they come from; a preview has none. */
export interface OpenRows {
  /** The rows as the service keeps them: every cell a text. */
  readonly batches: AsyncIterable<RowBatch>
  /** The file, which can be read again; undefined for a preview. */
  readonly fileId: string | undefined
}

/** What a preview takes (contract section 8.2), and how long its URL may become. */
const maxPreviewRows = 1000
const maxPreviewColumns = 30
const maxPreviewQuery = 6000

/** How files of exports come. */
export interface RowReaderOptions {
  /** Whether they are compressed. */
  readonly gzip: boolean
}

/** Reads rows: by a preview where that can hold them all, which is one request, otherwise by an export job. */
export class RowReader {
  readonly #client: KeboolaClient
  readonly #gzip: boolean

  constructor(client: KeboolaClient, { gzip }: RowReaderOptions) {
    this.#client = client
    this.#gzip = gzip
  }

  /** Begins to read rows. */
  async open(schema: TableSchema, request: RowRequest, call: CallContext): Promise<OpenRows> {
    const small = await this.#preview(schema, request, call)
    if (small !== undefined) return { batches: singleBatch(small), fileId: undefined }
    const { fileId, content } = await this.openExport(
      schema.id,
      request,
      (jobId) => void call.receipt.jobIds.push(jobId),
      call,
    )
    return { batches: this.#texts(request.columns, content), fileId }
  }

  /** Reads the file of an export again. */
  async reopen(fileId: string, columns: readonly string[], call: CallContext): Promise<OpenRows> {
    const content = await this.#client.files.readExport(exportOf(fileId), { mayLend: false }, call)
    return { batches: this.#texts(columns, content), fileId }
  }

  /** Runs an export job and begins to read its file. Nobody deletes the file: the service may give it to others as well. */
  async openExport(
    tableId: string,
    request: RowRequest,
    onJob: (jobId: string) => void,
    call: CallContext,
  ): Promise<{ readonly fileId: string | undefined; readonly content: ExportBytes }> {
    const job = await this.#client.tables.export(tableId, { ...request, gzip: this.#gzip }, call)
    if (job.id !== undefined) onJob(job.id)
    const result = await job.wait(call)
    const content = await this.#client.files.readExport(result, { mayLend: false }, call)
    return { fileId: result.fileId, content }
  }

  /** Gives the rows where a preview holds all of them; undefined where it can't, or may not. */
  async #preview(schema: TableSchema, request: RowRequest, call: CallContext): Promise<RowBatch | undefined> {
    const { columns, limit } = request
    const isLimited = limit !== undefined && limit <= maxPreviewRows
    const isSmall = limit === undefined && (schema.rowCount ?? Infinity) < maxPreviewRows
    const wanted = { ...request, limit: limit ?? maxPreviewRows }
    if (!(isLimited || isSmall) || columns.length > maxPreviewColumns || queryLength(wanted) > maxPreviewQuery)
      return undefined
    const text = await this.#client.tables.previewCsv(schema.id, wanted, call)
    const batch = await readWhole(text)
    checkColumns(batch, columns)
    // Rows may have come since they were counted: a full preview may not be all there is.
    return isSmall && batch.rows.length >= maxPreviewRows ? undefined : batch
  }

  async *#texts(
    columns: readonly string[],
    { hasHeader, body }: ExportBytes,
  ): AsyncGenerator<RowBatch, void, undefined> {
    for await (const batch of readCsv(body, hasHeader ? {} : { header: columns })) {
      checkColumns(batch, columns)
      yield batch
    }
  }
}

/** The CSV of an export on its way. */
export interface ExportBytes {
  /** Whether it begins with a header. */
  readonly hasHeader: boolean
  /** The bytes. */
  readonly body: AsyncIterable<Uint8Array>
}

function exportOf(fileId: string): { fileId: string; fileUrl: undefined; isCached: boolean } {
  return { fileId, fileUrl: undefined, isCached: true }
}

/** A list of values takes many times its length there, each under a name of its own. */
function queryLength(query: KeboolaRowQuery): number {
  const written = new URLSearchParams()
  for (const [name, value] of toPhpPairs({ ...rowQuery(query) })) written.append(name, value)
  return String(written).length
}

async function* singleBatch(batch: RowBatch): AsyncGenerator<RowBatch, void, undefined> {
  if (batch.rows.length > 0) yield batch
}

async function readWhole(text: string): Promise<RowBatch> {
  const [header = ''] = text.split('\n', 1)
  const rows: (readonly Cell[])[] = []
  let columns: readonly string[] | undefined
  for await (const batch of readCsv(onlyChunk(Buffer.from(text)))) {
    columns ??= batch.columns
    rows.push(...batch.rows)
  }
  return { columns: columns ?? header.split(',').map(unquote), rows }
}

async function* onlyChunk(chunk: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield chunk
}

function unquote(name: string): string {
  return name.trim().replaceAll(/^"|"$/g, '')
}

function checkColumns(batch: RowBatch, columns: readonly string[]): void {
  if (batch.columns.length === columns.length && columns.every((name) => batch.columns.includes(name))) return
  const message = `Keboola gave the columns ${batch.columns.join(', ')} where ${columns.join(', ')} were asked for: read again`
  throw new StorageError({ code: 'corrupt-data', message })
}

/** Makes the function that turns texts into values, in place: the cells belong to whoever reads them. */
export function valueReader(columns: readonly Column[]): (batch: RowBatch) => RowBatch {
  const readers = new Map(columns.map((column) => [column.name, cellReader(column)]))
  return (batch) => {
    const found = batch.columns.flatMap((name, index) => {
      const read = readers.get(name)
      return read === undefined ? [] : [[index, read] as const]
    })
    if (found.length > 0) for (const row of batch.rows as Cell[][]) readRow(row, found)
    return batch
  }
}

function readRow(row: Cell[], readers: readonly (readonly [index: number, read: CellReader])[]): void {
  for (const [index, read] of readers) row[index] = read(row[index] as string)
}
