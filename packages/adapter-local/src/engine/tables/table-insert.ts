import type { WriteCounts } from '@stowage/core'
import { checkBatch, type InsertRowsRequest, invalidArgument, type RowBatch, StorageError } from '@stowage/core/driver'
import { catalogueOf, requireWritableTable, type TableEntry } from './catalogue.ts'
import { explainRowError } from '../constraint-error.ts'
import type { Database } from '../database.ts'
import { rowEncoder } from './row-encoder.ts'
import { cellNames, lastRid, noteChange } from './storage.ts'

/** Writes a batch, wholly or not at all. */
export function insertRows(database: Database, request: InsertRowsRequest): WriteCounts {
  const { mode, batch } = request
  if (mode === 'append' && batch.rows.length === 1 && appendOne(database, request)) {
    return { inserted: 1, updated: 0, ids: undefined }
  }
  return database.transaction(() => {
    const entry = requireWritableTable(database, request)
    checkBatch(batch, entry)
    const nowMs = Date.now()
    const inserted = writeRows(database, entry, mode, batch, nowMs)
    if (inserted < batch.rows.length) noteChange(database, entry, nowMs)
    return { inserted, updated: batch.rows.length - inserted, ids: undefined }
  })
}

/**
 * Appends a single row by one statement that also makes sure that the catalogue is as we know it, which spares the
 * transaction around it; false when it has changed, or the statement failed in a way that the long way will explain.
 */
function appendOne(database: Database, { bucket, table, batch }: InsertRowsRequest): boolean {
  const catalogue = catalogueOf(database)
  const entry = catalogue.version < 0 ? undefined : catalogue.recall(bucket, table)
  if (entry === undefined || entry.isArchived) return false
  checkBatch(batch, entry)
  const [row] = batch.rows as [RowBatch['rows'][number]]
  try {
    const values = rowEncoder(entry, batch.columns, [Date.now(), catalogue.version])(row)
    database.transactions += 1
    return database.statement(sqlTextsOf(entry).appendOne).run(...values).changes === 1
  } catch (error) {
    const explained = explainRowError(entry, error, batch, 0, 0)
    if (StorageError.is(explained)) throw explained
    return false
  }
}

/**
 * Writes checked rows; part of a transaction.
 *
 * @param firstRow - the number of the batch's first row in the whole input
 * @returns how many of them are new
 */
export function writeRows(
  database: Database,
  entry: TableEntry,
  mode: 'append' | 'upsert',
  batch: RowBatch,
  nowMs: number,
  firstRow = 0,
): number {
  const statement = database.statement(mode === 'upsert' ? upsertSql(entry) : appendSql(entry))
  const before = mode === 'upsert' ? lastRid(database, entry) : 0
  const encode = rowEncoder(entry, batch.columns, [nowMs])
  let at = 0
  try {
    for (; at < batch.rows.length; at++) statement.run(...encode(batch.rows[at] as RowBatch['rows'][number]))
  } catch (error) {
    throw explainRowError(entry, error, batch, at, firstRow)
  }
  return mode === 'upsert' ? lastRid(database, entry) - before : batch.rows.length
}

interface InsertSql {
  readonly append: string
  readonly appendOne: string
  readonly upsert: string | undefined
}

const sqlTexts = new WeakMap<TableEntry, InsertSql>()

function appendSql(entry: TableEntry): string {
  return sqlTextsOf(entry).append
}

function upsertSql(entry: TableEntry): string {
  const { upsert } = sqlTextsOf(entry)
  if (upsert !== undefined) return upsert
  throw invalidArgument(`${entry.bucket}/${entry.name} has no primary key to upsert by: set one, or append`)
}

function sqlTextsOf(entry: TableEntry): InsertSql {
  const known = sqlTexts.get(entry)
  if (known !== undefined) return known
  const cells = entry.columns.map((_, position) => `c${position}`)
  const names = [...cells, 'extra', 'changed'].join(', ')
  const marks = [...cells, 'extra', 'changed'].map(() => '?').join(', ')
  const append = `INSERT INTO ${entry.sqlTable} (${names}) VALUES (${marks})`
  const isKnown = "(SELECT value FROM meta WHERE key = 'catalogue') = ?"
  const appendOne = `INSERT INTO ${entry.sqlTable} (${names}) SELECT ${marks} WHERE ${isKnown}`
  const hasKey = entry.primaryKey.length > 0
  const texts = { append, appendOne, upsert: hasKey ? `${append} ${replaceOnConflict(entry)}` : undefined }
  sqlTexts.set(entry, texts)
  return texts
}

/** The clause that makes a row replace the one with the same primary key, whole. */
export function replaceOnConflict(entry: TableEntry): string {
  const others = entry.columns.flatMap(({ name }, position) =>
    entry.primaryKey.includes(name) ? [] : [`c${position}`],
  )
  const changes = [...others, 'extra', 'changed'].map((name) => `${name} = excluded.${name}`)
  return `ON CONFLICT (${cellNames(entry, entry.primaryKey)}) DO UPDATE SET ${changes.join(', ')}`
}
