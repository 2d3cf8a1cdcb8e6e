import { type Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import type { WriteCounts } from '../contract/table.ts'
import type { CallContext } from '../driver/call.ts'
import type { TableRequest } from '../driver/table-driver.ts'
import { rebuildError } from '../errors/explain.ts'
import { invalidArgument, type StorageError } from '../errors/storage-error.ts'
import { toBatch } from '../rows/batch.ts'
import type { RowBatch, RowInput } from '../rows/row.ts'
import type { CallOptions } from './call-options.ts'
import { checkOptions } from './names.ts'
import type { CallPlace, Session } from './session.ts'

/** Options of inserting rows. */
export interface InsertOptions extends CallOptions {
  /**
   * `append` adds rows and fails with `conflict` when a key is taken; `upsert` replaces the row with the same primary key,
   * whole, and of two rows with one key the later wins. Default `append`.
   */
  readonly mode?: 'append' | 'upsert' | undefined
}

/** What an insert did. */
export interface InsertResult extends WriteCounts {
  /** What it cost. */
  readonly receipt: Receipt
}

/** Checks rows and writes them, in as many requests as the backend's limit asks for. */
export async function insertRows(
  session: Session,
  request: TableRequest,
  rows: RowInput | readonly RowInput[],
  options: InsertOptions,
): Promise<InsertResult> {
  checkOptions('table.insert', options, ['mode', 'signal', 'timeoutMs'])
  const mode = options.mode ?? 'append'
  if (mode !== 'append' && mode !== 'upsert') throw invalidArgument('insert takes mode "append" or "upsert"')
  const place = { operation: 'tables.insert', resource: `${request.bucket}/${request.table}` }
  session.require(mode === 'upsert' ? 'tables.upsert' : 'tables.insert', place)
  const batch = toBatch(Array.isArray(rows) ? (rows as readonly RowInput[]) : [rows as RowInput])
  const receipt = new ReceiptRecorder()
  const counts = await session.run(
    place,
    options,
    (call) => insertBatch(session, request, mode, batch, place, call),
    receipt,
  )
  return { ...counts, receipt: receipt.snapshot() }
}

/** Writes a batch that may be larger than one request takes. */
export async function insertBatch(
  session: Session,
  request: TableRequest,
  mode: 'append' | 'upsert',
  batch: RowBatch,
  place: CallPlace,
  call: CallContext,
): Promise<WriteCounts> {
  // Pieces of no row would never come to an end.
  const size = Math.max(1, session.driver.capabilities.limits.rowsPerInsert ?? Infinity)
  if (batch.rows.length <= size) {
    if (batch.rows.length === 0) return { inserted: 0, updated: 0, ids: undefined }
    return session.tables.insert({ ...request, mode, batch }, call)
  }
  const done: WriteCounts[] = []
  for (let start = 0; start < batch.rows.length; start += size) {
    const rows = batch.rows.slice(start, start + size)
    try {
      call.signal.throwIfAborted()
      done.push(await session.tables.insert({ ...request, mode, batch: { columns: batch.columns, rows } }, call))
    } catch (error) {
      throw partialInsert(session.explain(error, place, call.signal), done, start, rows.length, batch.rows.length)
    }
  }
  return sumCounts(done)
}

function partialInsert(
  error: StorageError,
  done: readonly WriteCounts[],
  start: number,
  size: number,
  total: number,
): StorageError {
  const isUnknown = error.applied === 'unknown' || error.code === 'outcome-unknown'
  // A driver that cuts its part further knows better what failed.
  const { failed = { start: 0, end: size, outcome: isUnknown ? 'unknown' : 'rejected' } } = error.details
  const notAttempted = { start: endOf(failed) ?? size, end: total - start }
  return withRowsBefore(withDetails(error, { failed, notAttempted }), start, sumCounts(done))
}

/**
 * Gives the error of a part of a larger write as the error of the whole: what went in before it, and row numbers counted from
 * the first row of all.
 */
export function withRowsBefore(
  error: StorageError,
  start: number,
  before: WriteCounts,
  further: Readonly<Record<string, unknown>> = {},
): StorageError {
  const { details } = error
  if (start === 0) return withDetails(error, further)
  const row = typeof details['row'] === 'number' ? { row: start + details['row'] } : {}
  const inserted = before.inserted + countOf(details['inserted'])
  const applied = error.applied === 'unknown' ? 'unknown' : 'partly'
  const message = `the first ${start} rows are in, then: ${error.message}`
  const ids = joinIds(before.ids, details['ids'])
  const ranges = { ...shifted(details, 'failed', start), ...shifted(details, 'notAttempted', start) }
  const report = { ...details, ...row, ...ranges, inserted, updated: before.updated, ids, ...further }
  return rebuildError(error, { message, applied, details: report })
}

function withDetails(error: StorageError, further: Readonly<Record<string, unknown>>): StorageError {
  return rebuildError(error, { details: { ...error.details, ...further } })
}

function joinIds(before: WriteCounts['ids'], within: unknown): WriteCounts['ids'] {
  if (!Array.isArray(within)) return before
  return before === undefined ? undefined : [...before, ...(within as readonly string[])]
}

function shifted(details: StorageError['details'], name: string, start: number): Record<string, unknown> {
  const range = details[name]
  const end = endOf(range)
  if (end === undefined) return {}
  const { start: first } = range as { readonly start: number }
  return { [name]: { ...(range as object), start: start + first, end: start + end } }
}

function endOf(range: unknown): number | undefined {
  if (typeof range !== 'object' || range === null) return undefined
  const { start, end } = range as { readonly start?: unknown; readonly end?: unknown }
  return typeof start === 'number' && typeof end === 'number' ? end : undefined
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** Adds up what several requests did. */
export function sumCounts(parts: readonly WriteCounts[]): WriteCounts {
  let inserted = 0
  let updated: number | undefined = 0
  for (const part of parts) {
    inserted += part.inserted
    updated = updated === undefined || part.updated === undefined ? undefined : updated + part.updated
  }
  const ids = parts.every((part) => part.ids !== undefined) ? parts.flatMap((part) => part.ids ?? []) : undefined
  return { inserted, updated, ids }
}
