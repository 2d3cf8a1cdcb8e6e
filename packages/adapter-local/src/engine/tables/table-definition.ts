import type { Page, TableInfo } from '@stowage/core'
import {
  type CreateTableRequest,
  type ListTablesRequest,
  type SetPrimaryKeyRequest,
  StorageError,
  type TableRequest,
} from '@stowage/core/driver'
import {
  archived,
  catalogueOf,
  changeCatalogue,
  definitionText,
  requireBucket,
  requireTable,
  requireWritableTable,
  type TableDefinition,
  type TableEntry,
} from './catalogue.ts'
import { guardUnique } from '../constraint-error.ts'
import type { Database } from '../database.ts'
import {
  createIndexes,
  createKeyIndex,
  createStorage,
  dropKeyIndex,
  dropStorage,
  noteChange,
  readStats,
} from './storage.ts'

/** Gives one page of a bucket's tables. */
export function listTables(database: Database, request: ListTablesRequest): Page<TableInfo> {
  const { bucket, pageSize, pageToken } = request
  requireBucket(database, bucket)
  const rows = database
    .statement('SELECT name FROM tables WHERE bucket = ? AND name > ? ORDER BY name LIMIT ?')
    .all(bucket, pageToken ?? '', pageSize + 1) as unknown as [string][]
  const names = rows.slice(0, pageSize).map(([name]) => name)
  const items = names.map((name) => tableInfo(database, requireTable(database, { bucket, table: name })))
  return { items, nextPageToken: rows.length > pageSize ? names.at(-1) : undefined }
}

/** Gives one table. */
export function getTable(database: Database, request: TableRequest): TableInfo {
  return tableInfo(database, requireTable(database, request))
}

/** Creates a table. */
export function createTable(database: Database, request: CreateTableRequest): TableInfo {
  const { bucket, table } = request
  return changeCatalogue(database, () => {
    if (requireBucket(database, bucket).isArchived) throw archived(bucket)
    if (catalogueOf(database).find(bucket, table) !== undefined) {
      throw new StorageError({
        code: 'already-exists',
        message: `there is a table "${table}" in bucket "${bucket}" already`,
      })
    }
    const nowMs = Date.now()
    const storage = createStorage(database, request.columns, null)
    createIndexes(database, storage, request)
    const { lastInsertRowid } = database
      .statement('INSERT INTO tables (bucket, name, storage, definition, created) VALUES (?, ?, ?, ?, ?)')
      .run(bucket, table, storage, definitionText(request), nowMs)
    database.statement('INSERT INTO table_stats VALUES (?, 0, ?, ?)').run(lastInsertRowid, nowMs, nowMs)
    return getTable(database, request)
  })
}

/** Drops a table and its rows. */
export function dropTable(database: Database, request: TableRequest): void {
  changeCatalogue(database, () => {
    const { tableId, storage } = requireWritableTable(database, request)
    database.statement('DELETE FROM tables WHERE table_id = ?').run(tableId)
    dropStorage(database, storage)
  })
}

/** Sets, changes or removes the primary key. */
export function setPrimaryKey(database: Database, request: SetPrimaryKeyRequest): TableInfo {
  const { primaryKey } = request
  return changeCatalogue(database, () => {
    const entry = requireWritableTable(database, request)
    const columns = entry.columns.map((column) =>
      primaryKey.includes(column.name) ? { ...column, required: true } : column,
    )
    const changed: TableEntry = { ...entry, columns, primaryKey }
    for (const name of primaryKey) checkFilled(database, entry, name)
    dropKeyIndex(database, entry.storage)
    if (primaryKey.length > 0) guardUnique(changed, () => createKeyIndex(database, entry.storage, changed))
    writeDefinition(database, entry, changed)
    noteChange(database, entry, Date.now())
    return tableInfo(database, changed)
  })
}

function checkFilled(database: Database, entry: TableEntry, name: string): void {
  const position = entry.positions.get(name)
  if (position === undefined) {
    throw new StorageError({
      code: 'invalid-argument',
      message: `${entry.bucket}/${entry.name} has no column "${name}"`,
    })
  }
  const row = database.statement(`SELECT 1 FROM ${entry.sqlTable} WHERE c${position} IS NULL LIMIT 1`).get()
  if (row === undefined) return
  const message = `column "${name}" has rows without a value: fill or delete them before it joins the primary key`
  throw new StorageError({ code: 'conflict', message, applied: 'no', details: { columns: [name] } })
}

function writeDefinition(database: Database, { tableId }: TableEntry, definition: TableDefinition): void {
  const text = definitionText(definition)
  database.statement('UPDATE tables SET definition = ? WHERE table_id = ?').run(text, tableId)
}

function tableInfo(database: Database, entry: TableEntry): TableInfo {
  const { bucket, name, columns, primaryKey, indexes, undeclaredFields, description } = entry
  const { rowCount, updatedMs } = readStats(database, entry)
  const createdAt = new Date(entry.createdMs)
  const updatedAt = new Date(updatedMs)
  return { bucket, name, columns, primaryKey, indexes, undeclaredFields, description, rowCount, createdAt, updatedAt }
}
