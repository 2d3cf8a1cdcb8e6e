import { createHash, type Hash } from 'node:crypto'
import { invalidArgument, StorageError } from '../../errors/storage-error.ts'
import type { CallContext } from '../../driver/call.ts'
import type { File } from '../../portable/file.ts'
import { checkOptions } from '../../portable/names.ts'
import { readAhead } from '../../portable/read-ahead.ts'
import type { Table } from '../../portable/table.ts'
import { checkDialect } from '../../rows/csv-dialect.ts'
import { writeCsv } from '../../rows/csv-write.ts'
import { writeJsonLines } from '../../rows/json-lines.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { Transfer, TransferControls } from '../../transfer/transfer.ts'
import { type ColumnMapping, mapColumns, targetName } from './column-mapping.ts'
import {
  checkCopyOptions,
  type CheckedCopyOptions,
  type CopyTableResult,
  type CopyTableToFileOptions,
} from './copy-table-options.ts'
import { RowLedger } from './row-ledger.ts'
import { RowMapper } from './row-mapper.ts'
import { startCopy } from '../start-copy.ts'
import { placeOfEnd } from './table-end.ts'
import { TableOrigin } from './table-origin.ts'

const optionNames = [
  'mode',
  'verify',
  'format',
  'csv',
  'columns',
  'rename',
  'filter',
  'allowLossy',
  'signal',
  'timeoutMs',
]

type Format = NonNullable<CopyTableToFileOptions['format']>

interface FileCopy {
  readonly source: TableOrigin
  readonly target: File
  readonly format: Format
  readonly options: CopyTableToFileOptions & CheckedCopyOptions
}

/**
 * Copies a table's rows into a file of the same or another storage, as CSV or JSON lines, streaming.
 *
 * The file appears when it is complete. Values that the format can't keep apart, such as null and the empty text in plain CSV, are refused, with row
 * and column, unless `allowLossy` names the column.
 *
 * @param source - the table; it must not change meanwhile
 * @param target - the file
 */
export function copyTableToFile(
  source: Table,
  target: File,
  options: CopyTableToFileOptions = {},
): Transfer<CopyTableResult> {
  checkOptions('copyTableToFile', options, optionNames)
  const { format: wanted = formatOf(target), csv, ...others } = options
  if (wanted !== 'csv' && wanted !== 'json-lines') throw invalidArgument('format must be "csv" or "json-lines"')
  const checked = { ...checkCopyOptions('copyTableToFile', others), csv }
  const origin = new TableOrigin(source.end, checked)
  const copy: FileCopy = { source: origin, target, format: wanted, options: checked }
  const { signal, timeoutMs } = options
  const place = { operation: 'copyTableToFile', resource: `${target.bucketName}/${target.key}` }
  source.end.session.require('tables.get', placeOfEnd(source.end, 'tables.get'))
  source.end.session.require('tables.find', placeOfEnd(source.end, 'tables.find'))
  return startCopy(origin.session, target.session, place, { signal, timeoutMs }, (controls) => run(copy, controls))
}

async function run(copy: FileCopy, controls: TransferControls): Promise<CopyTableResult> {
  const { source, target, options } = copy
  const { signal } = controls
  const isThere = options.mode === 'skip-existing' && (await target.exists({ signal }))
  const info = await source.look(undefined, controls)
  const mapping = mapColumns(
    { info, semantics: source.semantics },
    {
      info: { ...info, undeclaredFields: copy.format === 'csv' ? 'refuse' : 'keep', columns: renamed(info, options) },
      semantics: { ...source.semantics, keepsNulls: keepsNulls(copy) },
    },
    options,
  )
  const [problem] = mapping.problems
  if (problem !== undefined) throw invalidArgument(problem)
  const ledger = new RowLedger({ level: options.verify, primaryKey: [], columns: undefined })
  const checks = isThere
    ? ['the file was there and stays as it is']
    : await write(copy, mapping, { info, ledger }, controls)
  return {
    rows: ledger.rows,
    written: ledger.rows,
    skipped: 0,
    values: ledger.values,
    digest: ledger.digest,
    isCreated: !isThere,
    resumedAt: 0,
    casts: mapping.casts,
    verification: { level: options.verify, checks },
    receipt: controls.receipt.snapshot(),
  }
}

async function write(
  { source, target, format, options }: FileCopy,
  mapping: ColumnMapping,
  { info, ledger }: { readonly info: Awaited<ReturnType<TableOrigin['look']>>; readonly ledger: RowLedger },
  controls: TransferControls,
): Promise<string[]> {
  controls.meter.expect(options.filter === undefined ? info.rowCount : undefined, 'rows')
  const rows = ledger.watch(mapped(source.read(info, controls), new RowMapper(mapping), controls))
  const columns = mapping.columns.map(({ to }) => to)
  const types = renamed(info, options)
  const bytes =
    format === 'csv' ? writeCsv(readAhead(rows), { ...options.csv, columns, types }) : writeJsonLines(readAhead(rows))
  const sha256 = options.verify === 'counts' ? undefined : createHash('sha256')
  const upload = await target.upload(hashed(bytes, sha256, controls), {
    overwrite: options.mode === 'upsert' || options.mode === 'replace',
    signal: controls.signal,
  })
  const { verification } = upload
  const stored = verification.verified
    ? 'checked by the checksum the backend keeps'
    : `not checked: ${verification.reason}`
  const checks = [`${ledger.rows} rows were written as ${upload.file.sizeBytes} bytes, ${stored}`]
  const digest = sha256?.digest('hex')
  if (digest !== undefined) checks.push(`the SHA-256 of the bytes is ${digest}`)
  if (options.verify === 'read-back') checks.push(await compareBytes(target, digest, controls))
  return checks
}

async function* mapped(
  batches: AsyncIterable<RowBatch>,
  mapper: RowMapper,
  controls: TransferControls,
): AsyncGenerator<RowBatch, void, undefined> {
  let row = 0
  for await (const batch of batches) {
    yield mapper.map(batch, row)
    row += batch.rows.length
    controls.meter.setRows(row)
    controls.advance(batch.rows.length)
  }
}

async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  hash: Hash | undefined,
  { receipt }: CallContext,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    hash?.update(chunk)
    receipt.bytesSent += chunk.byteLength
    yield chunk
  }
}

async function compareBytes(target: File, expected: string | undefined, { signal }: CallContext): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of target.stream({ signal })) hash.update(chunk)
  if (hash.digest('hex') === expected) return 'the file was read again and its SHA-256 is the same'
  const message = `${target.key} does not hold what was copied: look for others that write to it, and copy again`
  throw new StorageError({ code: 'corrupt-data', message, applied: 'yes', details: { keys: [target.key] } })
}

function renamed(
  { columns }: Awaited<ReturnType<TableOrigin['look']>>,
  { rename }: CheckedCopyOptions,
): (typeof columns)[number][] {
  return columns.map((column) => ({ ...column, name: targetName(column.name, { rename }) }))
}

function keepsNulls({ format, options }: FileCopy): boolean {
  if (format !== 'csv') return true
  const { isLossless, nullText, missingText } = checkDialect(options.csv ?? {})
  return isLossless || (nullText !== undefined && missingText !== undefined)
}

function formatOf({ key }: File): Format {
  return /\.(jsonl|ndjson)$/i.test(key) ? 'json-lines' : 'csv'
}
