import type { Database } from './database.ts'
import { sqlTableName, type TableDefinition, type TableEntry } from './catalogue.ts'

/**
 * Makes an empty SQL table for rows, without indexes.
 *
 * @param owner - who will publish or drop it; null for one that is part of the catalogue from the start
 * @returns its number
 */
export function createStorage(database: Database, columns: number, owner: string | null): number {
  const { lastInsertRowid } = database.statement('INSERT INTO storages (owner) VALUES (?)').run(owner)
  const storage = Number(lastInsertRowid)
  database.raw.exec(storageSql(sqlTableName(storage), columns))
  return storage
}

/** The SQL that creates a table for rows: ANY keeps each value as it is bound. */
export function storageSql(name: string, columns: number): string {
  const cells = Array.from({ length: columns }, (_, position) => `c${position} ANY, `).join('')
  return `CREATE TABLE ${name} (rid INTEGER PRIMARY KEY, ${cells}extra TEXT, changed INTEGER NOT NULL) STRICT`
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

/** Gives a table's numbers, which every write keeps. */
export function readStats(database: Database, { tableId }: Pick<TableEntry, 'tableId'>): TableStats {
  const row = database
    .statement('SELECT row_count, updated, loaded FROM table_stats WHERE table_id = ?')
    .get(tableId) as unknown as [number, number, number] | undefined
  const [rowCount, updatedMs, loadedMs] = row ?? [0, 0, 0]
  return { rowCount, updatedMs, loadedMs }
}

/** Notes a change of a table's rows; part of the transaction that makes it. */
export function noteChange(database: Database, { tableId }: TableEntry, addedRows: number, nowMs: number): void {
  database
    .statement('UPDATE table_stats SET row_count = row_count + ?, updated = ? WHERE table_id = ?')
    .run(addedRows, nowMs, tableId)
}
