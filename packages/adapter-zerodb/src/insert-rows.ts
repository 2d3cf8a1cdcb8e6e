import type { JsonValue, Row, WriteCounts } from '@stowage/core'
import { batchToRows, type CallContext, type RowBatch, StorageError, toStorageError } from '@stowage/core/driver'
import type { ZerodbInserted } from './answers.ts'
import type { ZerodbEndpoints } from './endpoints.ts'
import { explainZerodbError } from './errors.ts'
import { explainInsert } from './failed-write.ts'
import { cutByBytes, type InsertPart } from './insert-parts.ts'
import { isLost } from './lost-answer.ts'
import type { CheckedZerodbOptions } from './options.ts'
import { findByField } from './rows-by-field.ts'
import { checkRows } from './wire-values.ts'
import type { ZerodbEffect } from './wire.ts'

type InsertOptions = Pick<CheckedZerodbOptions, 'maxInsertBytes' | 'idempotencyField'>

/** How often rows that turned out to be missing are sent again. */
const mostCompletions = 3

/** Adds rows: no more bytes a request than allowed, in order, one request at a time. */
export class RowInserter {
  readonly #endpoints: ZerodbEndpoints
  readonly #options: InsertOptions

  constructor(endpoints: ZerodbEndpoints, options: InsertOptions) {
    this.#endpoints = endpoints
    this.#options = options
  }

  /**
   * Adds a batch of rows that one request may carry.
   *
   * When the bytes ask for several requests and a later one fails, the error says which rows are in, which failed and which were not sent.
   *
   * @param effect - `idempotent` where whoever calls can tell afterwards which rows are in
   */
  async insert(
    table: string,
    batch: RowBatch,
    call: CallContext,
    effect: ZerodbEffect = 'unsafe',
  ): Promise<WriteCounts> {
    checkRows(batch)
    const ids: (string | undefined)[] = []
    for (const part of cutByBytes(batch, this.#options.maxInsertBytes)) {
      try {
        call.signal.throwIfAborted()
        ids.push(...(await this.#insertPart(table, batch, part, call, effect)))
      } catch (error) {
        throw partial(error, part, ids, batch.rows.length)
      }
    }
    return { inserted: batch.rows.length, updated: 0, ids: ids.every(isText) ? ids : undefined }
  }

  async #insertPart(
    table: string,
    batch: RowBatch,
    { start, end, text }: InsertPart,
    call: CallContext,
    effect: ZerodbEffect,
  ): Promise<readonly (string | undefined)[]> {
    try {
      return checkInserted(await this.#endpoints.insertRows(table, text, true, effect, call), end - start)
    } catch (error) {
      const part = { columns: batch.columns, rows: batch.rows.slice(start, end) }
      if (isLost(error) && !call.signal.aborted) return this.#complete(table, batchToRows(part), error, call)
      throw await explainInsert(error, this.#endpoints, table, part, start, call)
    }
  }

  /** After a lost answer: looks which rows are in and sends the others, where the app named a field to tell rows apart by. */
  async #complete(
    table: string,
    rows: readonly Row[],
    lost: StorageError,
    call: CallContext,
  ): Promise<readonly (string | undefined)[]> {
    const field = this.#options.idempotencyField
    const keys = field === undefined ? undefined : distinctKeys(rows, field)
    if (field === undefined || keys === undefined) throw lost
    for (let attempt = 1; ; attempt += 1) {
      const there = await this.#find(table, field, keys, rows, lost, call)
      const missing = rows.filter((row) => !there.has(row[field] as JsonValue))
      if (missing.length === 0) return keys.map((key) => there.get(key))
      if (attempt > mostCompletions) throw lost
      try {
        call.receipt.retries += 1
        const text = JSON.stringify(missing)
        checkInserted(await this.#endpoints.insertRows(table, text, true, 'unsafe', call), missing.length)
      } catch (error) {
        if (!isLost(error) || call.signal.aborted) throw afterLoss(error, there.size, rows.length)
      }
    }
  }

  /** Gives the ids of the rows that are in, by key. */
  async #find(
    table: string,
    field: string,
    keys: readonly JsonValue[],
    rows: readonly Row[],
    lost: StorageError,
    call: CallContext,
  ): Promise<ReadonlyMap<JsonValue, string>> {
    const byKey = new Map(rows.map((row) => [row[field], row]))
    const there = new Map<JsonValue, string>()
    for (const { _id, ...row } of await this.#findRows(table, field, keys, lost, call)) {
      const wanted = byKey.get(row[field] as JsonValue)
      if (wanted === undefined) continue
      if (!isSameRow(wanted, row)) throw keyTaken(field, lost)
      there.set(row[field] as JsonValue, _id)
    }
    return there
  }

  async #findRows(
    table: string,
    field: string,
    keys: readonly JsonValue[],
    lost: StorageError,
    call: CallContext,
  ): ReturnType<typeof findByField> {
    try {
      return await findByField(this.#endpoints, table, { [field]: { $in: keys } }, call)
    } catch {
      // That it can't be found out is what the lost answer says already.
      throw lost
    }
  }
}

/** Gives a row's id for each row, where the service told them; fails when it took another number of rows than were sent. */
function checkInserted({ insertedCount, rowIds }: ZerodbInserted, sent: number): readonly (string | undefined)[] {
  if (insertedCount === sent && (rowIds === undefined || rowIds.length === sent))
    return rowIds ?? Array.from({ length: sent }, () => undefined)
  const message = `${sent} rows were sent, and the service says that ${insertedCount} are in, with ${rowIds?.length ?? 'no'} ids: look which ones`
  const details = { inserted: insertedCount, failed: { start: 0, end: sent, outcome: 'unknown' } }
  throw new StorageError({ code: 'outcome-unknown', message, applied: 'unknown', retryable: false, details })
}

/** Gives the error of one request as that of the whole batch: what is in before it, and what was not sent. */
function partial(
  error: unknown,
  { start, end }: InsertPart,
  ids: readonly (string | undefined)[],
  size: number,
): unknown {
  if (start === 0 && end === size) return error
  const { code, message, status, nativeCode, requestId, retryAfterMs, applied, details } = toStorageError(error, {
    backend: 'zerodb',
    explainError: explainZerodbError,
  })
  const isUnknown = applied === 'unknown' || code === 'outcome-unknown'
  const inner = typeof details['inserted'] === 'number' ? details['inserted'] : 0
  const failed = { start, end, outcome: isUnknown ? 'unknown' : 'rejected' }
  const report = { inserted: start + inner, updated: 0, ids: [...ids], failed, notAttempted: { start: end, end: size } }
  const facts = { code, status, nativeCode, requestId, retryAfterMs, retryable: start === 0 ? undefined : false }
  const told = start === 0 ? message : `the first ${start} rows are in, then: ${message}`
  const outcome = isUnknown ? 'unknown' : start === 0 ? applied : 'partly'
  return new StorageError({ ...facts, message: told, applied: outcome, details: { ...details, ...report } }, {}, error)
}

function afterLoss(error: unknown, there: number, sent: number): StorageError {
  const facts = toStorageError(error, { backend: 'zerodb', explainError: explainZerodbError })
  const { code, status, nativeCode, requestId, retryAfterMs } = facts
  const message = `after an answer was lost ${there} of ${sent} rows were found in, and completing them failed: ${facts.message}`
  const details = { ...facts.details, inserted: there }
  const applied = there === 0 ? facts.applied : 'partly'
  return new StorageError(
    { code, message, status, nativeCode, requestId, retryAfterMs, retryable: false, applied, details },
    {},
    error,
  )
}

function keyTaken(field: string, cause: StorageError): StorageError {
  const message = `an answer was lost, and another row has a value of "${field}" that was to be inserted: idempotencyField has to be unique`
  return new StorageError({ code: 'conflict', message, applied: 'unknown', details: { field } }, {}, cause)
}

/** Gives each row's key; undefined unless every row has one of its own. */
function distinctKeys(rows: readonly Row[], field: string): readonly (string | number)[] | undefined {
  const keys = rows.flatMap((row) => {
    const key: JsonValue | undefined = Object.hasOwn(row, field) ? row[field] : undefined
    return typeof key === 'string' || typeof key === 'number' ? [key] : []
  })
  return keys.length === rows.length && new Set(keys).size === keys.length ? keys : undefined
}

function isSameRow(wanted: Row, found: Row): boolean {
  const names = Object.keys(wanted)
  if (names.length !== Object.keys(found).length) return false
  return names.every((name) => JSON.stringify(wanted[name]) === JSON.stringify(found[name]))
}

function isText(value: string | undefined): value is string {
  return value !== undefined
}
