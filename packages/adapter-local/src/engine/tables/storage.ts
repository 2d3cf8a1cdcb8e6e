import type { Column, ColumnType } from '@stowage/core'
import type { Database } from '../database.ts'
import { sqlTableName, type TableDefinition, type TableEntry } from './catalogue.ts'

/**
 * Makes an empty SQL table for rows, without indexes.
 *
 * @param owner - who will publish or drop it; null for one that is part of the catalogue from the start
 * @returns its number
 */
export function createStorage(database: Database, columns: readonly Column[], owner: string | null): number {
  const { lastInsertRowid } = database.statement('INSERT INTO storages (owner) VALUES (?)').run(owner)
  const storage = Number(lastInsertRowid)
  database.raw.exec(storageSql(sqlTableName(storage), columns))
  return storage
}

// REAL holds every number of JavaScript, and whole ones in fewer bytes than a column of any type would.
const sqlTypes: Readonly<Record<ColumnType, string>> = {
  string: 'TEXT',
  timestamp: 'TEXT',
  number: 'REAL',
  boolean: 'INTEGER',
  object: 'TEXT',
  array: 'TEXT',
}

/**
 * The SQL that creates a table for rows.
 *
 * `changed` is never null, yet not declared so: a constraint that might fail makes SQLite keep a journal for each statement
 * inside a transaction, which adds half to the cost of an update.
 */
export function storageSql(name: string, columns: readonly Column[]): string {
  const cells = columns.map(({ type }, position) => `c${position} ${sqlTypes[type]}, `).join('')
  return `CREATE TABLE ${name} (rid INTEGER PRIMARY KEY, ${cells}extra TEXT, changed INTEGER) STRICT`
}

/** Builds the indexes of a storage: the one that guards the primary key, then the others. */
export function createIndexes(database: Database, storage: number, definition: TableDefinition): void {
  if (definition.primaryKey.length > 0) createKeyIndex(database, storage, definition)
  for (const [number, { columns, unique }] of definition.indexes.entries()) {
    const kind = unique === true ? 'UNIQUE INDEX' : 'INDEX'
    const on = `${sqlTableName(storage)} (${cellNames(definition, columns)})`
    database.raw.exec(`CREATE ${kind} i${storage}_${number} ON ${on}`)
  }
}

/** Builds the index that guards the primary key. */
export function createKeyIndex(database: Database, storage: number, definition: TableDefinition): void {
  const on = `${sqlTableName(storage)} (${cellNames(definition, definition.primaryKey)})`
  database.raw.exec(`CREATE UNIQUE INDEX i${storage}_pk ON ${on}`)
}

/** Drops the index that guards the primary key, where there is one. */
export function dropKeyIndex(database: Database, storage: number): void {
  database.raw.exec(`DROP INDEX IF EXISTS i${storage}_pk`)
}

/** The SQL names of columns, as a list. */
export function cellNames({ columns }: Pick<TableDefinition, 'columns'>, names: readonly string[]): string {
  return names.map((name) => `c${columns.findIndex((column) => column.name === name)}`).join(', ')
}

/** Drops a storage and its rows. */
export function dropStorage(database: Database, storage: number): void {
  database.raw.exec(`DROP TABLE IF EXISTS ${sqlTableName(storage)}`)
  database.statement('DELETE FROM storages WHERE storage = ?').run(storage)
}

/** How many rows a table holds, and when they last changed. */
export interface TableStats {
  /** The number of rows. */
  readonly rowCount: number
  /** When rows or definition last changed, in milliseconds since 1970. */
  readonly updatedMs: number
  /** When the rows were loaded as a whole: none of them counts as changed before, whatever its own `changed` says. */
  readonly loadedMs: number
}

/**
 * Gives a table's numbers.
 *
 * Rows are numbered without gaps but where some were deleted, and only gaps are kept in the catalogue: so a new row costs
 * nothing there, and the number of rows is known without counting.
 */
export function readStats(database: Database, table: Pick<TableEntry, 'tableId' | 'sqlTable'>): TableStats {
  const [gaps, updatedMs, loadedMs] = database
    .statement('SELECT gaps, updated, loaded FROM table_stats WHERE table_id = ?')
    .get(table.tableId) as unknown as [number, number, number]
  const last = database
    .statement(`SELECT rid, changed FROM ${table.sqlTable} ORDER BY rid DESC LIMIT 1`)
    .get() as unknown as [number, number] | undefined
  const [rid, changedMs] = last ?? [0, 0]
  return { rowCount: rid - gaps, updatedMs: Math.max(updatedMs, changedMs), loadedMs }
}

/**
 * Notes that rows were changed in place, or that the definition was; part of the transaction that does it. Rows that were
 * only added show by themselves.
 */
export function noteChange(database: Database, { tableId }: TableEntry, nowMs: number): void {
  database.statement('UPDATE table_stats SET updated = ? WHERE table_id = ?').run(nowMs, tableId)
}

/**
 * Runs work that deletes rows and notes it; part of the transaction.
 *
 * @param work - gives how many it deleted
 */
export function noteDeletions(database: Database, table: TableEntry, work: () => number): number {
  const { rowCount } = readStats(database, table)
  const deleted = work()
  if (deleted === 0) return 0
  const gaps = lastRid(database, table) - (rowCount - deleted)
  database
    .statement('UPDATE table_stats SET gaps = ?, updated = ? WHERE table_id = ?')
    .run(gaps, Date.now(), table.tableId)
  return deleted
}

/**
 * Gives the number of the last row, 0 without rows. A new row takes the one behind it and a row that is replaced keeps its
 * own, so the difference counts the new ones.
 */
export function lastRid(database: Database, { sqlTable }: Pick<TableEntry, 'sqlTable'>): number {
  const [rid] = database.statement(`SELECT max(rid) FROM ${sqlTable}`).get() as unknown as [number | null]
  return rid ?? 0
}
