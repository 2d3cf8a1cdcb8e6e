import type { JsonValue, Row, WriteCounts } from '@stowage/core'
import {
  batchToRows,
  type CallContext,
  checkBatch,
  type InsertRowsRequest,
  invalidArgument,
  type RowBatch,
  StorageError,
  toBatch,
  toStorageError,
} from '@stowage/core/driver'
import type { ZerodbRow } from './answers.ts'
import type { ZerodbEndpoints } from './endpoints.ts'
import { explainZerodbError } from './errors.ts'
import { explainUpdate } from './failed-write.ts'
import type { RowInserter } from './insert-rows.ts'
import { findByField } from './rows-by-field.ts'
import { toTableInfo } from './table-info.ts'
import type { WireFilter } from './wire-filter.ts'
import { checkRows } from './wire-values.ts'

/** A row that is there and what it becomes. */
interface Replacement {
  readonly before: ZerodbRow
  readonly after: Row
}

/**
 * Writes rows over those with the same primary key. The service has no such call: the rows that are there are looked up, those that are new
 * go in with one insert, and each one that differs takes an update of its own, so that no row is ever gone in between.
 */
export class RowUpserter {
  readonly #endpoints: ZerodbEndpoints
  readonly #inserter: RowInserter

  constructor(endpoints: ZerodbEndpoints, inserter: RowInserter) {
    this.#endpoints = endpoints
    this.#inserter = inserter
  }

  /** Writes a batch; of rows with the same key the last one counts. */
  async upsert({ table, batch }: InsertRowsRequest, call: CallContext): Promise<WriteCounts> {
    call.receipt.emulated.push('tables.upsert')
    checkRows(batch)
    const info = toTableInfo(await this.#endpoints.getTable(table, call))
    const { primaryKey } = info
    if (primaryKey.length === 0) throw invalidArgument(`${table} has no primary key to upsert by: append the rows`)
    // What is wrong with a row is better known before any is written.
    checkBatch(batch, info)
    const wanted = lastByKey(batch, primaryKey)
    const there = await this.#find(table, [...wanted.values()], primaryKey, call)
    const added = [...wanted].filter(([key]) => !there.has(key)).map(([, row]) => row)
    const replaced = [...there].map(([key, before]): Replacement => ({ before, after: wanted.get(key) as Row }))
    for (const each of replaced) checkAddressable(each)
    await this.#write(table, added, replaced, primaryKey, call)
    return { inserted: added.length, updated: replaced.length, ids: undefined }
  }

  async #write(
    table: string,
    added: readonly Row[],
    replaced: readonly Replacement[],
    primaryKey: readonly string[],
    call: CallContext,
  ): Promise<void> {
    const done = { inserted: 0, updated: 0 }
    try {
      if (added.length > 0)
        done.inserted = (await this.#inserter.insert(table, toBatch(added), call, 'idempotent')).inserted
      for (const each of replaced) {
        await this.#replace(table, each, primaryKey, call)
        done.updated += 1
      }
    } catch (error) {
      throw partial(error, done)
    }
  }

  async #find(
    table: string,
    rows: readonly Row[],
    primaryKey: readonly string[],
    call: CallContext,
  ): Promise<ReadonlyMap<string, ZerodbRow>> {
    // Of a key of several columns this finds more than is wanted: there is no $or to ask for each.
    const filter = Object.fromEntries(
      primaryKey.map((name) => [name, { $in: [...new Set(rows.map((row) => row[name]))] }]),
    )
    const there = new Map<string, ZerodbRow>()
    const keys = new Set(rows.map((row) => keyOf(row, primaryKey)))
    for (const row of await findByField(this.#endpoints, table, filter as WireFilter, call)) {
      const key = keyOf(row, primaryKey)
      if (keys.has(key)) there.set(key, row)
    }
    return there
  }

  async #replace(
    table: string,
    { before, after }: Replacement,
    primaryKey: readonly string[],
    call: CallContext,
  ): Promise<void> {
    const $set = Object.fromEntries(
      Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value)),
    )
    const gone = Object.keys(before).filter((name) => name !== '_id' && !Object.hasOwn(after, name))
    const $unset = Object.fromEntries(gone.map((name) => [name, '']))
    const operators = Object.entries({ $set, $unset }).filter(([, fields]) => Object.keys(fields).length > 0)
    if (operators.length === 0) return
    const filter = Object.fromEntries(primaryKey.map((name) => [name, before[name]])) as WireFilter
    const update = Object.fromEntries(operators)
    call.signal.throwIfAborted()
    const matched = await this.#update(table, filter, update, call)
    if (matched === 1) return
    const message = `a row to be replaced is ${matched === 0 ? 'gone' : 'there several times'}: somebody else changed the table; try again`
    throw new StorageError({ code: 'conflict', message, retryable: true })
  }

  async #update(
    table: string,
    filter: WireFilter,
    update: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>,
    call: CallContext,
  ): Promise<number> {
    try {
      const json = { filter, update, upsert: false }
      return (await this.#endpoints.updateRows(table, json, 'idempotent', call)).matchedCount
    } catch (error) {
      const changes = Object.entries(update['$set'] ?? {}).map(
        ([path, value]) => ({ operator: '$set', path, value }) as const,
      )
      const request = {
        bucket: '',
        table,
        filter: { kind: 'and', nodes: [] },
        update: changes,
        upsertRow: undefined,
      } as const
      throw await explainUpdate(error, this.#endpoints, request, call)
    }
  }
}

function lastByKey(batch: RowBatch, primaryKey: readonly string[]): ReadonlyMap<string, Row> {
  const byKey = new Map<string, Row>()
  for (const row of batchToRows(batch)) byKey.set(keyOf(row, primaryKey), row)
  return byKey
}

function keyOf(row: Row, primaryKey: readonly string[]): string {
  return JSON.stringify(primaryKey.map((name) => row[name]))
}

/** In the paths of an update a dot leads into an object, and a `$` at the beginning is an operator. */
function checkAddressable({ before, after }: Replacement): void {
  const names = [...Object.keys(before), ...Object.keys(after)]
  const odd = names.find((name) => name.includes('.') || name.startsWith('$') || name === '')
  if (odd === undefined) return
  const message = `ZeroDB can't change the field "${odd}" of a row that is there: delete the row and insert it anew`
  throw new StorageError({ code: 'unsupported', message })
}

/** Tells what was written before a failure. Which row it was is counted among the new ones, so that is left out. */
function partial(error: unknown, done: { readonly inserted: number; readonly updated: number }): StorageError {
  const failure = toStorageError(error, { backend: 'zerodb', explainError: explainZerodbError })
  const { code, message, status, nativeCode, requestId, retryable, retryAfterMs } = failure
  const within = failure.details['inserted']
  const inserted = done.inserted + (typeof within === 'number' ? within : 0)
  const isPartly = (inserted > 0 || done.updated > 0) && failure.applied !== 'unknown'
  const applied = isPartly ? 'partly' : failure.applied
  const facts = { code, message, status, nativeCode, requestId, retryable, retryAfterMs, applied }
  return new StorageError({ ...facts, details: { inserted, updated: done.updated } }, {}, error)
}
