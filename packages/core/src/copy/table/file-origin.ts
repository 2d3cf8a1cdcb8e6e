import { extname } from 'node:path'
import papaparse from 'papaparse'
import type { Semantics } from '../../contract/capabilities.ts'
import type { Column } from '../../contract/column.ts'
import type { ByteRange, FileInfo } from '../../contract/file.ts'
import type { TableInfo } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import type { ByteSource } from '../../driver/file-driver.ts'
import { invalidArgument, StorageError } from '../../errors/storage-error.ts'
import type { File } from '../../portable/file.ts'
import type { Session } from '../../portable/session.ts'
import { parseTableDefinition } from '../../portable/table-definition.ts'
import { checkDialect } from '../../rows/csv-dialect.ts'
import { readCsv } from '../../rows/csv-read.ts'
import { readJson } from '../../rows/json-document.ts'
import { readJsonLines } from '../../rows/json-lines.ts'
import type { JsonValue, RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import { targetName } from './column-mapping.ts'
import type { CopyFileToTableOptions } from './copy-table-options.ts'
import type { OpenCsv } from './pass-csv.ts'
import type { RowOrigin } from './row-origin.ts'

type Format = NonNullable<CopyFileToTableOptions['format']>

const formatByExtension: ReadonlyMap<string, Format> = new Map([
  ['.csv', 'csv'],
  ['.jsonl', 'json-lines'],
  ['.ndjson', 'json-lines'],
  ['.json', 'json'],
])

/** A file of rows as the source of a copy. Its cells are read as values of the target's columns. */
export class FileOrigin implements RowOrigin {
  readonly name: string
  readonly semantics: Semantics
  readonly form: JsonValue
  readonly #file: File
  readonly #format: Format
  readonly #options: CopyFileToTableOptions
  #seen: FileInfo | undefined

  constructor(file: File, options: CopyFileToTableOptions) {
    const { csv = {}, json = {}, definition } = options
    this.#file = file
    this.#options = options
    this.#format = checkFormat(options.format ?? formatByExtension.get(extname(file.key).toLowerCase()), file)
    this.name = `${file.session.name}:${file.bucketName}/${file.key}`
    this.semantics = semanticsOfFormat(this.#format, csv)
    this.form = JSON.parse(JSON.stringify([this.#format, csv, json, definition ?? null])) as JsonValue
  }

  get session(): Session {
    return this.#file.session
  }

  check(): void {
    this.session.require('files.read', { operation: 'files.read', resource: this.name })
    this.session.require('files.stat', { operation: 'files.stat', resource: this.name })
  }

  async look(there: TableInfo | undefined, call: CallContext): Promise<TableInfo> {
    this.#seen = await this.#file.stat({ signal: call.signal })
    const { definition } = this.#options
    const given = definition === undefined ? undefined : parseTableDefinition(definition, {}, true)
    const types = there ?? given
    if (types === undefined && this.#format !== 'csv') {
      throw invalidArgument(`${this.name} does not tell types of columns: create the table, or give its definition`)
    }
    const columns = this.#format === 'csv' ? await this.#csvColumns(types, call) : (types?.columns ?? [])
    return {
      bucket: this.#file.bucketName,
      name: this.#file.key,
      columns,
      primaryKey: given?.primaryKey ?? [],
      indexes: given?.indexes ?? [],
      undeclaredFields: this.#format === 'csv' ? 'refuse' : 'keep',
      description: given?.description,
      rowCount: undefined,
      createdAt: undefined,
      updatedAt: this.#seen.modifiedAt,
    }
  }

  async *read(seen: TableInfo, controls: TransferControls): AsyncGenerator<RowBatch, void, undefined> {
    for await (const batch of this.#unchanged(this.#batches(seen.columns, controls), controls)) {
      await controls.gate()
      yield batch
    }
  }

  /** Passes items on and fails behind the last one when the file is another by then. */
  async *#unchanged<Item>(items: AsyncIterable<Item>, { signal }: CallContext): AsyncGenerator<Item, void, undefined> {
    yield* items
    const now = await this.#file.stat({ signal })
    if (versionOf(now) === versionOf(this.#seen)) return
    const message = `${this.name} changed while it was copied: copy again while nobody writes to it`
    throw new StorageError({ code: 'conflict', message, details: { changed: 'source' } })
  }

  async openCsv(_seen: TableInfo, controls: TransferControls): Promise<OpenCsv | undefined> {
    const isPlain = Object.values(this.#options.csv ?? {}).every((value) => value === undefined)
    if (this.#format !== 'csv' || !isPlain || this.#options.columns !== undefined) return undefined
    const source: ByteSource = {
      sizeBytes: this.#seen?.sizeBytes,
      isReopenable: true,
      bytes: undefined,
      open: (range) => this.#unchanged(this.#bytes(controls, range), controls),
    }
    return { source, rows: undefined, release: async () => {} }
  }

  #batches(columns: readonly Column[], call: CallContext): AsyncIterable<RowBatch> {
    const bytes = this.#bytes(call)
    const { csv, json } = this.#options
    if (this.#format === 'csv') return readCsv(bytes, { ...csv, columns })
    return this.#format === 'json' ? readJson(bytes, json) : readJsonLines(bytes, json)
  }

  async *#bytes({ signal, receipt }: CallContext, range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    receipt.requests += 1
    for await (const chunk of this.#file.stream({ signal, range, ifEtag: this.#seen?.etag })) {
      receipt.bytesReceived += chunk.byteLength
      yield chunk
    }
  }

  /** The columns of the header, with the types the target gives those of their name there; text without. */
  async #csvColumns(types: Pick<TableInfo, 'columns'> | undefined, call: CallContext): Promise<Column[]> {
    const byName = new Map(types?.columns.map((column) => [column.name, column]))
    const names = this.#options.csv?.header ?? (await this.#headerNames(call))
    return names.map((name) => ({
      required: false,
      native: undefined,
      description: undefined,
      type: 'string',
      ...byName.get(targetName(name, this.#options)),
      name,
    }))
  }

  async #headerNames(call: CallContext): Promise<readonly string[]> {
    const kept: Uint8Array[] = []
    const bytes = this.#bytes(call)
    async function* keep(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of bytes) {
        kept.push(chunk)
        yield chunk
      }
    }
    for await (const { columns } of readCsv(keep(), this.#options.csv)) return columns
    // A file without rows is its header, which was found to be one.
    const text = Buffer.concat(kept)
      .toString()
      .replace(/^\uFEFF/, '')
    const { delimiter = ',' } = this.#options.csv ?? {}
    return papaparse.parse<string[]>(text, { delimiter, preview: 1, skipEmptyLines: true }).data[0] ?? []
  }
}

function checkFormat(format: Format | undefined, { key }: File): Format {
  if (format === 'csv' || format === 'json-lines' || format === 'json') return format
  throw invalidArgument(`the ending of ${key} does not tell its format: pass format: "csv", "json-lines" or "json"`)
}

/** Plain CSV has no null: an empty cell is the empty text, or null in a column of another type. */
function semanticsOfFormat(format: Format, csv: NonNullable<CopyFileToTableOptions['csv']>): Semantics {
  const { isLossless, nullText, missingText } = checkDialect(csv)
  return {
    keepsNulls: format !== 'csv' || isLossless || nullText !== undefined || missingText !== undefined,
    keepsUndeclaredFields: format !== 'csv',
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'dynamic',
  }
}

function versionOf(file: FileInfo | undefined): string {
  return JSON.stringify([file?.sizeBytes, file?.etag, file?.modifiedAt?.getTime()])
}
