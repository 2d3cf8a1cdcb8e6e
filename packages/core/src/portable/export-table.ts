import { types } from 'node:util'
import type { ChecksumAlgorithm, FileInfo } from '../contract/file.ts'
import type { Receipt } from '../contract/receipt.ts'
import type { TableInfo } from '../contract/table.ts'
import { type ByteTarget, writeBytes } from '../bytes/byte-target.ts'
import { Checksums } from '../bytes/checksum.ts'
import type { CallContext } from '../driver/call.ts'
import type { QueryPlan, TableQuery, TableRequest } from '../driver/table-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import { compileFilter } from '../filter/compile-filter.ts'
import type { Filter } from '../filter/filter-types.ts'
import { isMatchAll } from '../filter/tree.ts'
import { batchToRows } from '../rows/batch-rows.ts'
import { countCsvRows } from '../rows/csv-count.ts'
import { type WriteCsvOptions, writeCsv } from '../rows/csv-write.ts'
import { writeJsonLines } from '../rows/json-lines.ts'
import type { RowBatch } from '../rows/row.ts'
import type { Transfer, TransferControls } from '../transfer/transfer.ts'
import type { CallOptions } from './call-options.ts'
import { countBatches } from './count-batches.ts'
import { checkOptions } from './names.ts'
import { parseQuery } from './query.ts'
import { type FetchRows, fetchBatches, pushedQuery } from './run-query.ts'
import type { Session } from './session.ts'
import { startTransfer } from './start-transfer.ts'

/** Options of exporting rows. */
export interface ExportOptions extends CallOptions {
  /** `csv` or `json-lines`. Default: by the path's ending, otherwise `csv`. */
  readonly format?: 'csv' | 'json-lines' | undefined
  /** Which rows. Default: all. */
  readonly filter?: Filter | undefined
  /**
   * Which columns, in this order. Default: the declared ones; a row with a value in an undeclared field then fails the export, so
   * that nothing is left out unseen.
   */
  readonly columns?: readonly string[] | undefined
  /** Only rows written at or after this instant. Default: all. */
  readonly changedSince?: Date | undefined
  /** How CSV is written. */
  readonly csv?: Omit<WriteCsvOptions, 'columns' | 'types'> | undefined
  /** Whether a file that is there is replaced, once the new one is complete. Default false. */
  readonly overwrite?: boolean | undefined
  /** Checksums to compute beside CRC32. Default: none. */
  readonly checksums?: readonly ChecksumAlgorithm[] | undefined
}

/** What an export came to. */
export interface ExportResult {
  /** How many rows were written. */
  readonly rows: number
  /** How many bytes were written. */
  readonly sizeBytes: number
  /** Checksums of what was written, in lower-case hex. */
  readonly checksums: FileInfo['checksums']
  /** What it cost. */
  readonly receipt: Receipt
}

/** Where an export goes: a path, a Node or web stream, or a function that takes chunks. */
export type ExportTarget = ByteTarget

const exportNames = [
  'format',
  'filter',
  'columns',
  'changedSince',
  'csv',
  'overwrite',
  'checksums',
  'signal',
  'timeoutMs',
]

/** Starts an export. */
export function exportTable(
  session: Session,
  request: TableRequest,
  target: ExportTarget,
  options: ExportOptions,
): Transfer<ExportResult> {
  checkOptions('table.export', options, exportNames)
  const place = { operation: 'tables.export', resource: `${request.bucket}/${request.table}` }
  const isEmulated = session.isEmulated('tables.export', place)
  const isByChange = options.changedSince !== undefined
  if (isByChange) checkInstant(options.changedSince)
  // What it is made of: the columns are looked up, and the rows read.
  session.require('tables.get', place)
  session.require(isByChange ? 'tables.changedSince' : 'tables.find', place)
  const format = options.format ?? formatOf(target)
  if (format !== 'csv' && format !== 'json-lines') throw invalidArgument('export writes "csv" or "json-lines"')
  return startTransfer(session, place, options, async (controls) => {
    if (isEmulated) controls.receipt.emulated.push('tables.export')
    const table = await session.tables.get(request, controls)
    const columns = checkColumns(table, options.columns)
    const query = parseQuery(request, options.filter, {})
    let rows = 0
    const onRows = (more: number, total: number): void => {
      rows = total
      controls.meter.setRows(total)
      controls.advance(more)
    }
    controls.meter.expect(isMatchAll(query.filter) && !isByChange ? table.rowCount : undefined, 'rows')
    const plan = await session.tables.plan(query, controls)
    const made =
      format === 'csv' ? await exportAsMade(session, query, plan, { table, columns, options }, controls) : undefined
    const written = await save(
      made === undefined ? await writeRows() : countCsvRows(made, onRows),
      target,
      options,
      controls,
    )
    return { rows, ...written, receipt: controls.receipt.snapshot() }

    async function writeRows(): Promise<AsyncIterable<Uint8Array>> {
      const batches = countBatches(await readTable(session, query, plan, options.changedSince, controls), onRows)
      // JSON lines hold every field by themselves; only CSV could leave one out.
      if (format !== 'csv') return writeJsonLines(only(batches, options.columns))
      const all = checkUndeclared(batches, table, options.columns)
      return writeCsv(all, { ...options.csv, columns, types: table.columns })
    }
  })
}

/**
 * Gives the CSV a backend makes itself, unparsed; undefined where it makes none, or where what the app asked for is more than it can: a
 * condition left to core, another dialect, or fields no column declares.
 */
async function exportAsMade(
  session: Session,
  query: TableQuery,
  plan: QueryPlan,
  what: { readonly table: TableInfo; readonly columns: readonly string[]; readonly options: ExportOptions },
  controls: TransferControls,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { table, columns, options } = what
  const isWhole = isMatchAll(plan.residual) && table.undeclaredFields === 'refuse'
  if (session.tables.exportCsv === undefined || !isWhole || !isPlainCsv(options.csv)) return undefined
  const { bucket, table: name, filter } = query
  const request = { bucket, table: name, filter, columns, changedSince: options.changedSince, onJob: controls.setJob }
  return session.tables.exportCsv(request, controls)
}

function isPlainCsv({ dialect, delimiter, header, ...markers }: ExportOptions['csv'] = {}): boolean {
  const isDefault = (dialect ?? 'plain') === 'plain' && (delimiter ?? ',') === ',' && (header ?? true)
  return isDefault && Object.values(markers).every((value) => value === undefined)
}

function checkInstant(instant: unknown): void {
  if (types.isDate(instant) && !Number.isNaN(instant.getTime())) return
  throw invalidArgument('changedSince must be a valid Date')
}

async function save(
  bytes: AsyncIterable<Uint8Array>,
  target: ExportTarget,
  options: ExportOptions,
  controls: TransferControls,
): Promise<Pick<ExportResult, 'sizeBytes' | 'checksums'>> {
  const checksums = new Checksums([...new Set<ChecksumAlgorithm>(['crc32', ...(options.checksums ?? [])])])
  async function* checked(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytes) {
      await controls.gate()
      controls.signal.throwIfAborted()
      checksums.update(chunk)
      controls.receipt.bytesReceived += chunk.byteLength
      yield chunk
    }
  }
  const writeOptions = { overwrite: options.overwrite ?? false, fsync: false, signal: controls.signal }
  const sizeBytes = await writeBytes(target, checked(), writeOptions)
  return { sizeBytes, checksums: checksums.digest() }
}

/** Reads the rows of a planned query as batches: core checks what the plan left to it. */
export async function readTable(
  session: Session,
  query: TableQuery,
  plan: QueryPlan,
  changedSince: Date | undefined,
  call: CallContext,
): Promise<AsyncIterable<RowBatch>> {
  const { tables } = session
  const fetch: FetchRows = (request, context) =>
    changedSince === undefined ? tables.find(request, context) : tables.changed({ ...request, changedSince }, context)
  const pageSize = Math.min(1000, session.driver.capabilities.limits.pageSize ?? 1000)
  const batches = fetchBatches(fetch, pushedQuery(query, plan), pageSize, call)
  return isMatchAll(plan.residual) ? batches : filterBatches(batches, plan)
}

async function* filterBatches(
  batches: AsyncIterable<RowBatch>,
  { residual }: QueryPlan,
): AsyncGenerator<RowBatch, void, undefined> {
  const matches = compileFilter(residual)
  for await (const batch of batches) {
    const objects = batchToRows(batch)
    yield { columns: batch.columns, rows: batch.rows.filter((_, index) => matches(objects[index] ?? {})) }
  }
}

function formatOf(target: ExportTarget): 'csv' | 'json-lines' {
  const path = target instanceof URL ? target.pathname : target
  return typeof path === 'string' && /\.(jsonl|ndjson)$/i.test(path) ? 'json-lines' : 'csv'
}

function checkColumns(table: TableInfo, wanted: readonly string[] | undefined): readonly string[] {
  const declared = table.columns.map((column) => column.name)
  if (wanted === undefined) return declared
  if (wanted.length === 0 || new Set(wanted).size !== wanted.length) {
    throw invalidArgument('columns must name at least one column, each once')
  }
  const unknown = wanted.find((name) => !declared.includes(name))
  // Where rows may hold undeclared fields, those can be asked for by name.
  if (unknown === undefined || table.undeclaredFields === 'keep') return wanted
  throw invalidArgument(`the table has no column "${unknown}": it has ${declared.join(', ')}`)
}

// An export without a list of columns is taken for all there is, so a field outside it must not vanish.
async function* checkUndeclared(
  batches: AsyncIterable<RowBatch>,
  table: TableInfo,
  wanted: readonly string[] | undefined,
): AsyncGenerator<RowBatch, void, undefined> {
  const declared = new Set(table.columns.map((column) => column.name))
  for await (const batch of batches) {
    if (wanted === undefined) {
      const extra = batch.columns.find((name) => !declared.has(name))
      if (extra !== undefined) {
        throw invalidArgument(
          `rows hold the field "${extra}", which is no column: export JSON lines, or name the columns to write`,
          { field: extra },
        )
      }
    }
    yield batch
  }
}

async function* only(
  batches: AsyncIterable<RowBatch>,
  columns: readonly string[] | undefined,
): AsyncGenerator<RowBatch, void, undefined> {
  for await (const batch of batches) {
    if (columns === undefined) {
      yield batch
      continue
    }
    const kept = columns.filter((name) => batch.columns.includes(name))
    const indexes = kept.map((name) => batch.columns.indexOf(name))
    yield { columns: kept, rows: batch.rows.map((row) => indexes.map((index) => row[index])) }
  }
}
