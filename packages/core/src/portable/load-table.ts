import type { ByteRange } from '../contract/file.ts'
import { type Receipt } from '../contract/receipt.ts'
import type { TableInfo, WriteCounts, WriteMode } from '../contract/table.ts'
import { abortable } from '../bytes/abortable.ts'
import { returnChunk } from '../bytes/chunk-pool.ts'
import type { ByteSource } from '../driver/file-driver.ts'
import type { LoadRowsRequest, TableRequest } from '../driver/table-driver.ts'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { rowsToBatches } from '../rows/batch.ts'
import { type ReadCsvOptions, readCsv } from '../rows/csv-read.ts'
import { readJson } from '../rows/json-document.ts'
import { readJsonLines } from '../rows/json-lines.ts'
import type { ReadJsonOptions } from '../rows/json-rows.ts'
import type { RowBatch } from '../rows/row.ts'
import { MeteredSource } from '../transfer/metered-source.ts'
import type { Transfer, TransferControls } from '../transfer/transfer.ts'
import type { CallOptions } from './call-options.ts'
import { insertBatch, sumCounts, withRowsBefore } from './insert-rows.ts'
import { type LoadFormat, type LoadSource, openLoadSource, type OpenLoadSource } from './load-source.ts'
import { countBatches } from './count-batches.ts'
import { checkOptions } from './names.ts'
import { readAhead } from './read-ahead.ts'
import type { CallPlace, Session } from './session.ts'
import { startTransfer } from './start-transfer.ts'

/** Options of loading rows. */
export interface LoadOptions extends CallOptions {
  /**
   * How the rows meet those that are there: `append` beside them, `upsert` over those with the same primary key, `replace` instead
   * of all. Of two rows with one key in the source the later wins in an upsert; the other modes
   * fail with `conflict`. Default `append`.
   */
  readonly mode?: WriteMode | undefined
  /** How the bytes spell rows. Default: by the path's ending; rows for arrays and generators. */
  readonly format?: LoadFormat | undefined
  /** How CSV is read. */
  readonly csv?: Omit<ReadCsvOptions, 'columns'> | undefined
  /** How JSON lines and JSON arrays are read. */
  readonly json?: ReadJsonOptions | undefined
}

/** What a load did. */
export interface LoadResult extends WriteCounts {
  /** How many rows the source held. */
  readonly rows: number
  /** What it cost. */
  readonly receipt: Receipt
}

/** Starts a load. */
export function loadTable(
  session: Session,
  request: TableRequest,
  source: LoadSource,
  options: LoadOptions,
): Transfer<LoadResult> {
  checkOptions('table.load', options, ['mode', 'format', 'csv', 'json', 'signal', 'timeoutMs'])
  const mode = options.mode ?? 'append'
  const place = { operation: 'tables.load', resource: `${request.bucket}/${request.table}` }
  const insertMode = emulatedMode(session, mode, place)
  // The table's columns and key are looked up first.
  session.require('tables.get', place)
  return startTransfer(session, place, options, async (controls) => {
    const opened = await openLoadSource(source, options.format)
    const table = await session.tables.get(request, controls)
    if (mode === 'upsert' && table.primaryKey.length === 0) {
      throw invalidArgument(`${table.name} has no primary key to upsert by: set one, or append`)
    }
    let rows = 0
    const onRows = (total: number): void => {
      rows = Math.max(rows, total)
      controls.meter.setRows(rows)
    }
    const given = readRows(opened, table, options, controls)
    const batches = countBatches(given.batches, (_, total) => onRows(total))
    const counts =
      insertMode === undefined
        ? await loadNatively(session, { ...request, mode, batches, csv: given.csv }, onRows, controls)
        : await loadByInsert(session, request, insertMode, batches, place, controls)
    return { ...counts, rows, receipt: controls.receipt.snapshot() }
  })
}

/** Gives the mode in which the load is emulated by inserts; undefined where the backend loads by itself. */
export function emulatedMode(session: Session, mode: WriteMode, place: CallPlace): 'append' | 'upsert' | undefined {
  if (mode !== 'append' && mode !== 'upsert' && mode !== 'replace') {
    throw invalidArgument('load takes mode "append", "upsert" or "replace"')
  }
  if (mode === 'upsert') session.require('tables.upsert', place)
  if (mode === 'replace') session.require('tables.replace', place)
  if (!session.isEmulated('tables.load', place)) return undefined
  if (mode !== 'replace') return mode
  const message =
    'loads are emulated here batch by batch, which can not replace a whole table at once: drop and create it'
  const details = { capability: 'tables.replace' }
  throw new StorageError({ code: 'unsupported', message, details }, { backend: session.driver.backend, ...place })
}

/** Rows on their way, and the bytes they come from where those say the same to any reader of CSV. */
interface SourceRows {
  readonly batches: AsyncIterable<RowBatch>
  readonly csv: ByteSource | undefined
}

function readRows(
  opened: OpenLoadSource,
  table: TableInfo,
  options: LoadOptions,
  controls: TransferControls,
): SourceRows {
  if (opened.format === 'rows') {
    const { rows } = opened
    controls.meter.expect(Array.isArray(rows) ? rows.length : undefined, 'rows')
    return { batches: rowsToBatches(rows), csv: undefined }
  }
  const { format, source } = opened
  controls.meter.expect(source.sizeBytes, 'bytes')
  const metered = new MeteredSource(source, [], controls)
  const bytes = returned(countSent(metered, undefined, controls))
  if (format === 'csv') {
    const csv = isPlainCsv(options.csv) ? passable(metered, controls) : undefined
    return { batches: readCsv(bytes, { ...options.csv, columns: table.columns }), csv }
  }
  return {
    batches: format === 'json' ? readJson(bytes, options.json) : readJsonLines(bytes, options.json),
    csv: undefined,
  }
}

/** With any other option the bytes mean something else to whoever doesn't know it. */
function isPlainCsv({ dialect, delimiter, ...others }: LoadOptions['csv'] = {}): boolean {
  const isDefault = (dialect ?? 'plain') === 'plain' && (delimiter ?? ',') === ','
  return isDefault && Object.values(others).every((value) => value === undefined)
}

function passable(metered: MeteredSource, controls: TransferControls): ByteSource {
  const { sizeBytes, isReopenable } = metered
  return { sizeBytes, isReopenable, bytes: undefined, open: (range) => countSent(metered, range, controls) }
}

async function* countSent(
  source: MeteredSource,
  range: ByteRange | undefined,
  controls: TransferControls,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source.open(range)) {
    controls.receipt.bytesSent += chunk.byteLength
    yield chunk
  }
}

// The codecs copy what they keep.
async function* returned(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    yield chunk
    returnChunk(chunk)
  }
}

/** Loads by the backend's own means, as one unit. */
export function loadNatively(
  session: Session,
  request: Omit<LoadRowsRequest, 'onJob' | 'onProgress'>,
  onRows: (rows: number) => void,
  controls: TransferControls,
): Promise<WriteCounts> {
  const isCountedInRows = controls.meter.snapshot().unit === 'rows'
  let reported = 0
  const onProgress = (rows: number): void => {
    if (isCountedInRows) controls.advance(rows - reported)
    reported = rows
    onRows(rows)
  }
  return session.tables.load({ ...request, onJob: controls.setJob, onProgress }, controls)
}

/** Writes batches one by one, which stay when a later one fails: the error says how many rows are in. The next is read meanwhile. */
export async function loadByInsert(
  session: Session,
  request: TableRequest,
  mode: 'append' | 'upsert',
  batches: AsyncIterable<RowBatch>,
  place: CallPlace,
  controls: TransferControls,
): Promise<WriteCounts> {
  controls.receipt.emulated.push('tables.load')
  const isCountedInRows = controls.meter.snapshot().unit === 'rows'
  const done: WriteCounts[] = []
  let start = 0
  for await (const batch of tellRowsIn(batches, session, place, controls.signal, () => ({ start, done }))) {
    try {
      done.push(await insertBatch(session, request, mode, batch, place, controls))
    } catch (error) {
      throw withRowsBefore(session.explain(error, place, controls.signal), start, sumCounts(done))
    }
    start += batch.rows.length
    if (isCountedInRows) controls.advance(batch.rows.length)
  }
  return sumCounts(done)
}

// A source that fails, or hangs and is given up, stops behind rows that are in: its error has to say so too.
async function* tellRowsIn(
  batches: AsyncIterable<RowBatch>,
  session: Session,
  place: CallPlace,
  signal: AbortSignal,
  soFar: () => { readonly start: number; readonly done: readonly WriteCounts[] },
): AsyncGenerator<RowBatch, void, undefined> {
  try {
    yield* abortable(readAhead(batches), signal)
  } catch (cause) {
    const error = session.explain(cause, place, signal)
    const { start, done } = soFar()
    const { row } = error.details
    // A reader counts rows from the first of all already.
    throw withRowsBefore(error, start, sumCounts(done), row === undefined ? {} : { row })
  }
}
