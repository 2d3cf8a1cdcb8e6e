import type { WriteCounts, WriteMode } from '@stowage/core'
import { invalidArgument, type RowBatch, StorageError, type TableRequest } from '@stowage/core/driver'
import { changeCatalogue, requireWritableTable, type TableEntry } from './catalogue.ts'
import { guardUnique, isUniqueViolation } from '../constraint-error.ts'
import type { Database } from '../database.ts'
import { beginJob, finishJob, isJobCancelled } from '../job-commands.ts'
import { Staging } from './staging.ts'
import { createIndexes, dropStorage, lastRid, noteChange, readStats } from './storage.ts'
import { replaceOnConflict } from './table-insert.ts'

/** A load that has begun: its rows wait aside, and the table is as it was until `commitLoad`. */
interface Load {
  readonly request: TableRequest
  readonly mode: WriteMode
  readonly entry: TableEntry
  readonly staging: Staging
}

/** Names a load; its id is its job's. */
export interface LoadRequest {
  readonly id: string
}

const loads = new WeakMap<Database, Map<string, Load>>()

/** Loads, as the engine does them: begin, batches, then commit or abort. */
export const loadCommands = {
  beginLoad(database: Database, request: TableRequest & LoadRequest & { readonly mode: WriteMode }): void {
    const { id, bucket, table, mode } = request
    const entry = requireWritableTable(database, request)
    if (mode === 'upsert' && entry.primaryKey.length === 0) {
      throw invalidArgument(`${bucket}/${table} has no primary key to upsert by: set one, or append`)
    }
    beginJob(database, { id, operation: 'tables.load', resource: `${bucket}/${table}` })
    const isOnly = mode === 'replace' || readStats(database, entry).rowCount === 0
    const load = { request, mode, entry, staging: new Staging(database, entry, !isOnly) }
    loadsOf(database).set(id, load)
  },

  /** Takes a batch and gives the number of rows so far. */
  addToLoad(database: Database, { id, batch }: LoadRequest & { readonly batch: RowBatch }): number {
    const { staging } = requireLoad(database, id)
    staging.add(batch)
    if (isJobCancelled(database, id)) throw cancelled()
    return staging.rowCount
  },

  /** Makes all rows visible at once. */
  commitLoad(database: Database, { id }: LoadRequest): WriteCounts {
    const load = requireLoad(database, id)
    const counts = publish(database, id, load)
    forgetLoad(database, id)
    return counts
  },

  /** Gives a load up; the table stays as it was. One that is not running any more is left alone. */
  abortLoad(database: Database, { id, reason, isCancelled }: LoadRequest & AbortReason): void {
    if (!forgetLoad(database, id)) return
    finishJob(database, { id, status: isCancelled ? 'cancelled' : 'failed', reason })
  },
} as const

/** Why a load is given up. */
export interface AbortReason {
  readonly reason: string
  readonly isCancelled: boolean
}

function loadsOf(database: Database): Map<string, Load> {
  let running = loads.get(database)
  if (running === undefined) loads.set(database, (running = new Map<string, Load>()))
  return running
}

function requireLoad(database: Database, id: string): Load {
  const load = loadsOf(database).get(id)
  if (load !== undefined) return load
  throw new StorageError({ code: 'conflict', message: `the load ${id} is not running any more` })
}

function forgetLoad(database: Database, id: string): boolean {
  const load = loadsOf(database).get(id)
  loadsOf(database).delete(id)
  load?.staging.drop()
  return load !== undefined
}

function cancelled(): StorageError {
  return new StorageError({
    code: 'aborted',
    message: 'the load was cancelled; nothing of it was applied',
    applied: 'no',
  })
}

function publish(database: Database, id: string, load: Load): WriteCounts {
  load.staging.flush()
  return swapOrMerge(database, id, load, load.staging.storage !== undefined && prepareIndexes(database, load))
}

// Long work, so it is done before the lock is taken. An upsert whose rows repeat keys can't have the index: it is merged.
function prepareIndexes(database: Database, { entry, staging, mode }: Load): boolean {
  const storage = staging.storage as number
  try {
    database.transaction(() => guardIndexes(database, entry, storage, mode))
    return true
  } catch (error) {
    if (mode === 'upsert' && isUniqueViolation(error)) return false
    throw error
  }
}

function guardIndexes(database: Database, entry: TableEntry, storage: number, mode: WriteMode): void {
  const create = () => createIndexes(database, storage, entry)
  return mode === 'upsert' ? create() : guardUnique(entry, create)
}

function swapOrMerge(database: Database, id: string, load: Load, isReady: boolean): WriteCounts {
  const { mode, request, staging } = load
  let isSwapped = false
  const counts = changeCatalogue(database, () => {
    const entry = requireWritableTable(database, request)
    checkSame(load.entry, entry)
    isSwapped = isReady && (mode === 'replace' || readStats(database, entry).rowCount === 0)
    const done = isSwapped ? swap(database, entry, staging) : merge(database, entry, load)
    // In the same transaction: after a crash a job must not be called terminated whose rows are there.
    finishJob(database, { id, status: 'succeeded', result: { inserted: done.inserted, updated: done.updated } })
    return done
  })
  if (isSwapped) staging.release()
  return counts
}

function checkSame(before: TableEntry, now: TableEntry): void {
  const isSame = before.tableId === now.tableId && before.primaryKey.join('\0') === now.primaryKey.join('\0')
  if (isSame) return
  const message = `${now.bucket}/${now.name} was dropped or got another primary key while rows were loaded: load again`
  throw new StorageError({ code: 'conflict', message, applied: 'no' })
}

function swap(database: Database, entry: TableEntry, staging: Staging): WriteCounts {
  const storage = staging.storage as number
  const nowMs = Date.now()
  database.statement('UPDATE tables SET storage = ? WHERE table_id = ?').run(storage, entry.tableId)
  database.statement('UPDATE storages SET owner = NULL WHERE storage = ?').run(storage)
  database
    .statement('UPDATE table_stats SET gaps = 0, updated = ?, loaded = ? WHERE table_id = ?')
    .run(nowMs, nowMs, entry.tableId)
  // In the same transaction: who still knows the old storage must find it gone, not full of old rows.
  dropStorage(database, entry.storage)
  return { inserted: staging.rowCount, updated: 0, ids: undefined }
}

function merge(database: Database, entry: TableEntry, { mode, staging }: Load): WriteCounts {
  const nowMs = Date.now()
  const from = staging.flush()
  const before = lastRid(database, entry)
  const cells = entry.columns.map((_, position) => `c${position}, `).join('')
  const conflictClause = mode === 'upsert' ? replaceOnConflict(entry) : ''
  // A taken key ends the whole transaction: to be able to undo just the statement would cost SQLite a journal.
  const sql = `INSERT OR ROLLBACK INTO main.${entry.sqlTable} (${cells}extra, changed)
    SELECT ${cells}extra, ? FROM ${from} WHERE true ORDER BY rid ${conflictClause}`
  guardUnique(entry, () => database.raw.prepare(sql).run(nowMs))
  const inserted = mode === 'upsert' ? lastRid(database, entry) - before : staging.rowCount
  noteChange(database, entry, nowMs)
  return { inserted, updated: staging.rowCount - inserted, ids: undefined }
}

/** Drops what loads of processes that are gone left behind; part of opening the database. */
export function dropAbandonedStorages(database: Database, isAlive: (owner: string) => boolean): void {
  const rows = database.statement('SELECT storage, owner FROM storages WHERE owner IS NOT NULL').all() as unknown as [
    number,
    string,
  ][]
  for (const [storage, owner] of rows) {
    if (!isAlive(owner)) database.transaction(() => dropStorage(database, storage))
  }
}
