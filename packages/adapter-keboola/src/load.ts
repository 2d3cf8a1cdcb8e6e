import type { WriteCounts, WriteMode } from '@stowage/core'
import {
  type ByteSource,
  type CallContext,
  checkBatch,
  type InsertRowsRequest,
  invalidArgument,
  type LoadRowsRequest,
  type RowBatch,
  StorageError,
  type TableRequest,
} from '@stowage/core/driver'
import { importFile, type ImportParts, removeFile, uploadOf } from './import-file.ts'
import { digestKey, KeyDigests } from './key-digests.ts'
import { KeyLocks } from './key-locks.ts'
import { encodeRows } from './load-csv.ts'
import { passCsv } from './pass-csv.ts'
import { findSuperseded, type KeyedRows, withoutSuperseded } from './repeated-keys.ts'
import { keyName, keysOf } from './row-keys.ts'
import type { RowReader } from './row-reader.ts'
import { spool } from './spool.ts'
import { tableIdOf, type TableSchema, type TableSchemas } from './table-schemas.ts'
import { checkKeysFree, checkSpooledKeysFree } from './taken-keys.ts'

/** What rows are written with. */
export interface LoaderParts extends ImportParts {
  /** Looks tables up. */
  readonly schemas: TableSchemas
  /** Reads the keys that are there. */
  readonly reader: RowReader
}

/** One write of rows: into which table, how, and who is told. */
interface Write {
  readonly schema: TableSchema
  readonly mode: WriteMode
  readonly onJob: (jobId: string) => void
}

/**
 * Writes rows: each write is one file and one import job, which the service applies as a whole.
 *
 * The service replaces rows with the same key and doesn't say which of two in one file stays, so keys are looked at before anything is
 * uploaded: of those that come twice the last row stays in an upsert, and any other write is refused. Keys that are in the table
 * are looked up for an append; appends of one driver to one table wait for each other, but others may write between look and import.
 */
export class RowLoader {
  readonly #parts: LoaderParts
  readonly #locks = new KeyLocks()

  constructor(parts: LoaderParts) {
    this.#parts = parts
  }

  async insert(request: InsertRowsRequest, call: CallContext): Promise<WriteCounts> {
    const { mode } = request
    const write = async (schema: TableSchema): Promise<WriteCounts> => {
      const batch = await this.#uniqueRows(schema, request, call)
      const onJob = (jobId: string): void => void call.receipt.jobIds.push(jobId)
      const csv = encodeRows(schema, onlyBatch(batch), {})
      await this.#import({ schema, mode, onJob }, await collectBytes(csv), call)
      return countsOf(mode, batch.rows.length)
    }
    const schema = await this.#look(request, call)
    if (mode === 'upsert' && schema.primaryKey.length === 0) throw withoutKey(schema)
    checkBatch(request.batch, rowSchema(schema))
    return isKeyedAppend(schema, mode) ? this.#inTurn(request, call, write) : write(schema)
  }

  async load(request: LoadRowsRequest, call: CallContext): Promise<WriteCounts> {
    const { mode, csv, onJob, onProgress } = request
    const schema = await this.#look(request, call)
    const pass = (seen: TableSchema): Promise<WriteCounts | undefined> =>
      csv === undefined ? Promise.resolve(undefined) : this.#pass({ schema: seen, mode, onJob }, csv, onProgress, call)
    const passed = await (isKeyedAppend(schema, mode) ? this.#inTurn(request, call, pass) : pass(schema))
    if (passed !== undefined) return passed
    const write = { schema, mode, onJob }
    return schema.primaryKey.length === 0 ? this.#stream(write, request, call) : this.#spooled(write, request, call)
  }

  /** Looks the table up and forgets it again: it is about to change. */
  async #look(request: TableRequest, call: CallContext): Promise<TableSchema> {
    call.signal.throwIfAborted()
    const schema = await this.#parts.schemas.get(request, call)
    this.#parts.schemas.forget(request)
    return schema
  }

  /** Appends to a table with a key go one after the other, so that each sees the keys of those before it. */
  async #inTurn<Result>(
    request: TableRequest,
    call: CallContext,
    work: (schema: TableSchema) => Promise<Result>,
  ): Promise<Result> {
    const { signal } = call
    return this.#locks.run(tableIdOf(request), signal, async () => work(await this.#look(request, call)))
  }

  /** Gives the rows of an insert with each key once. */
  async #uniqueRows(schema: TableSchema, { mode, batch }: InsertRowsRequest, call: CallContext): Promise<RowBatch> {
    if (schema.primaryKey.length === 0) return batch
    const { lastRow, repeatedAt } = lastRows(schema, batch)
    if (mode === 'append') {
      if (repeatedAt !== undefined) throw repeatedKey(repeatedAt)
      await checkKeysFree(this.#parts.reader, schema, lastRow, call)
      return batch
    }
    if (repeatedAt === undefined) return batch
    const kept = new Set(lastRow.values())
    return { columns: batch.columns, rows: batch.rows.filter((_, row) => kept.has(row)) }
  }

  /** Lets CSV through as it is, where that is safe; undefined where it isn't. */
  async #pass(
    write: Write,
    csv: ByteSource,
    onProgress: (rows: number) => void,
    call: CallContext,
  ): Promise<WriteCounts | undefined> {
    const { schema, mode } = write
    const passed = await passCsv(this.#parts, schema, mode, csv, call)
    if (passed === undefined) return undefined
    const rows = await importFile(this.#parts, schema, passed.fileId, write, call)
    onProgress(rows ?? 0)
    return countsOf(mode, rows ?? 0)
  }

  /** Without a key nothing has to be known of the rows before they go. */
  async #stream(write: Write, request: LoadRowsRequest, call: CallContext): Promise<WriteCounts> {
    const { schema, mode } = write
    let rows = 0
    const batches = request.batches[Symbol.asyncIterator]()
    const first = await batches.next()
    if (first.done === true && mode !== 'replace') return countsOf(mode, 0)
    const onRows = (count: number): void => request.onProgress((rows = count))
    const open = (): AsyncIterable<Uint8Array> => encodeRows(schema, startingWith(first, batches), { onRows })
    try {
      await this.#import(write, { sizeBytes: undefined, isReopenable: false, bytes: undefined, open }, call)
      return countsOf(mode, rows)
    } finally {
      // An upload that fails before its first byte never asks for rows.
      await batches.return?.()
    }
  }

  /** With a key all rows are put aside first, while their keys are looked at. */
  async #spooled(write: Write, request: LoadRowsRequest, call: CallContext): Promise<WriteCounts> {
    const { schema, mode } = write
    const digests = new KeyDigests()
    let rows = 0
    const csv = encodeRows(schema, request.batches, {
      onRows: (count) => request.onProgress((rows = count)),
      onKey: (key) => digestKey(key, (high, low) => digests.add(high, low)),
    })
    const aside = await spool(csv, call.signal)
    try {
      if (rows === 0 && mode !== 'replace') return countsOf(mode, 0)
      const keyed = { open: () => aside.source.open(), rows, primaryKey: schema.primaryKey }
      const superseded = await findSuperseded(keyed, digests)
      if (mode !== 'upsert' && superseded.repeatedAt !== undefined) throw repeatedKey(superseded.repeatedAt)
      if (mode === 'append') {
        // Only now: reading the app's rows may take any time, and may itself append to the table.
        await this.#inTurn(request, call, async (seen) => {
          await checkSpooledKeysFree(this.#parts.reader, seen, keyed, digests, call)
          await this.#import(write, aside.source, call)
        })
      } else if (superseded.count === 0) await this.#import(write, aside.source, call)
      else await this.#importWithout(write, keyed, superseded, call)
      return countsOf(mode, rows - superseded.count)
    } finally {
      await aside.remove()
    }
  }

  async #importWithout(
    write: Write,
    rows: KeyedRows,
    superseded: Awaited<ReturnType<typeof findSuperseded>>,
    call: CallContext,
  ): Promise<void> {
    const aside = await spool(
      encodeRows(write.schema, withoutSuperseded(rows, superseded), { isText: true }),
      call.signal,
    )
    try {
      await this.#import(write, aside.source, call)
    } finally {
      await aside.remove()
    }
  }

  async #import(write: Write, source: ByteSource | Uint8Array, call: CallContext): Promise<void> {
    const { client } = this.#parts
    const file = await client.files.upload(source, uploadOf(write.schema), call)
    if (call.signal.aborted) await removeFile(this.#parts, file.id)
    call.signal.throwIfAborted()
    await importFile(this.#parts, write.schema, file.id, write, call)
  }
}

function isKeyedAppend({ primaryKey }: TableSchema, mode: WriteMode): boolean {
  return mode === 'append' && primaryKey.length > 0
}

function rowSchema({ columns, primaryKey }: TableSchema): Parameters<typeof checkBatch>[1] {
  return { columns, primaryKey, undeclaredFields: 'refuse' }
}

function lastRows(
  schema: TableSchema,
  batch: RowBatch,
): { readonly lastRow: ReadonlyMap<string, number>; readonly repeatedAt: number | undefined } {
  const lastRow = new Map<string, number>()
  let repeatedAt: number | undefined
  for (const [row, key] of keysOf(schema.primaryKey, batch).entries()) {
    const name = keyName(key)
    if (lastRow.has(name)) repeatedAt ??= row
    lastRow.set(name, row)
  }
  return { lastRow, repeatedAt }
}

function withoutKey({ id }: TableSchema): StorageError {
  return invalidArgument(`${id} has no primary key to upsert by: set one, or append`)
}

function repeatedKey(row: number): StorageError {
  const message = `row ${row + 1} has the key of a row before it: leave one of them out, or upsert`
  return new StorageError({ code: 'conflict', message, applied: 'no', details: { row } })
}

/** The service doesn't tell rows that are new from those that took another's place. */
function countsOf(mode: WriteMode, rows: number): WriteCounts {
  return { inserted: rows, updated: mode === 'upsert' ? undefined : 0, ids: undefined }
}

async function* onlyBatch(batch: RowBatch): AsyncGenerator<RowBatch, void, undefined> {
  yield batch
}

async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all.length === 1 && all[0] !== undefined ? all[0] : Buffer.concat(all)
}

async function* startingWith(
  first: IteratorResult<RowBatch, unknown>,
  rest: AsyncIterator<RowBatch, unknown>,
): AsyncGenerator<RowBatch, void, undefined> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value
}
