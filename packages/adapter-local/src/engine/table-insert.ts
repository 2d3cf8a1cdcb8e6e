import type { WriteCounts } from '@stowage/core'
import { checkBatch, type InsertRowsRequest, invalidArgument, type RowBatch } from '@stowage/core/driver'
import { requireWritableTable, type TableEntry } from './catalogue.ts'
import { explainRowError } from './constraint-error.ts'
import type { Database } from './database.ts'
import { rowEncoder } from './row-encoder.ts'
import { cellNames, lastRid, noteChange } from './storage.ts'

/** Writes a batch, wholly or not at all. */
export function insertRows(database: Database, request: InsertRowsRequest): WriteCounts {
  const { mode, batch } = request
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

const sqlTexts = new WeakMap<TableEntry, { append: string; upsert: string | undefined }>()

function appendSql(entry: TableEntry): string {
  return sqlTextsOf(entry).append
}

function upsertSql(entry: TableEntry): string {
  const { upsert } = sqlTextsOf(entry)
  if (upsert !== undefined) return upsert
  throw invalidArgument(`${entry.bucket}/${entry.name} has no primary key to upsert by: set one, or append`)
}

function sqlTextsOf(entry: TableEntry): { append: string; upsert: string | undefined } {
  const known = sqlTexts.get(entry)
  if (known !== undefined) return known
  const cells = entry.columns.map((_, position) => `c${position}`)
  const names = [...cells, 'extra', 'changed'].join(', ')
  const append = `INSERT INTO ${entry.sqlTable} (${names}) VALUES (${cells.map(() => '?').join(', ')}, ?, ?)`
  const hasKey = entry.primaryKey.length > 0
  const texts = { append, upsert: hasKey ? `${append} ${replaceOnConflict(entry)}` : undefined }
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
