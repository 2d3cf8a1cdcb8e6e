import type { Column, IndexDefinition } from '@stowage/core'
import { StorageError, type TableRequest } from '@stowage/core/driver'
import type { Database } from '../database.ts'

/** What a table was created with, as the catalogue stores it. */
export interface TableDefinition {
  /** The declared columns; the first one is stored in `c0`, and so on. */
  readonly columns: readonly Column[]
  /** The columns of the primary key. */
  readonly primaryKey: readonly string[]
  /** Further indexes. */
  readonly indexes: readonly IndexDefinition[]
  /** What happens to fields no column declares. */
  readonly undeclaredFields: 'keep' | 'refuse'
  /** Free text. */
  readonly description: string | undefined
}

/** A table as the catalogue knows it. */
export interface TableEntry extends TableDefinition {
  /** Its number, never used again after it is dropped. */
  readonly tableId: number
  /** The number of the storage that holds its rows; a load that replaces all rows changes it. */
  readonly storage: number
  /** The SQL table that holds its rows. */
  readonly sqlTable: string
  /** Its bucket. */
  readonly bucket: string
  /** Its name. */
  readonly name: string
  /** Whether its bucket is archived. */
  readonly isArchived: boolean
  /** When it was created, in milliseconds since 1970. */
  readonly createdMs: number
  /** The position of each column, by name. */
  readonly positions: ReadonlyMap<string, number>
}

/** The name of the SQL table of a storage. */
export function sqlTableName(storage: number): string {
  return `t${storage}`
}

type EntryRow = [number, number, string, number, number]

/** The tables of one connection's database, kept until somebody changes the catalogue. */
class Catalogue {
  readonly #database: Database
  readonly #entries = new Map<string, TableEntry>()
  #dataVersion = -1
  #version = -1

  constructor(database: Database) {
    this.#database = database
  }

  /** Gives a table, or undefined without it. Another process's changes are seen at once. */
  find(bucket: string, name: string): TableEntry | undefined {
    this.#refresh()
    return this.recall(bucket, name)
  }

  /**
   * Gives a table as it was when it was last looked at, which is good enough to read rows: columns never change, and when
   * another process drops or replaces the rows, the SQL table of this entry is gone.
   */
  recall(bucket: string, name: string): TableEntry | undefined {
    // Length first: neither name can pass for a part of the other.
    const key = `${bucket.length}:${bucket}${name}`
    const cached = this.#entries.get(key)
    if (cached !== undefined) return cached
    const entry = this.#read(bucket, name)
    if (entry !== undefined) this.#entries.set(key, entry)
    return entry
  }

  /**
   * The version of the catalogue that what is kept belongs to, as `meta` holds it; -1 before anything was looked at. A
   * statement that compares them acts on nothing stale.
   */
  get version(): number {
    return this.#version
  }

  /** Forgets everything: what this connection changed, or what turned out to be stale. */
  forget(): void {
    this.#entries.clear()
    // Own changes don't show in `data_version`: look again.
    this.#dataVersion = -1
    this.#version = -1
  }

  #refresh(): void {
    const [dataVersion] = this.#database.statement('PRAGMA data_version').get() as unknown as [number]
    if (dataVersion === this.#dataVersion) return
    const [version] = this.#database.statement("SELECT value FROM meta WHERE key = 'catalogue'").get() as unknown as [
      number,
    ]
    if (version !== this.#version) this.forget()
    this.#dataVersion = dataVersion
    this.#version = version
  }

  #read(bucket: string, name: string): TableEntry | undefined {
    const row = this.#database
      .statement(
        `SELECT table_id, storage, definition, tables.created, is_archived
         FROM tables JOIN buckets ON buckets.name = tables.bucket WHERE bucket = ? AND tables.name = ?`,
      )
      .get(bucket, name) as unknown as EntryRow | undefined
    if (row === undefined) return undefined
    const [tableId, storage, text, createdMs, isArchived] = row
    const definition = parseDefinition(text)
    const positions = new Map(definition.columns.map((column, position) => [column.name, position]))
    const place = { tableId, storage, sqlTable: sqlTableName(storage), bucket, name }
    return { ...definition, ...place, createdMs, positions, isArchived: isArchived === 1 }
  }
}

const catalogues = new WeakMap<Database, Catalogue>()

/** The catalogue of a connection. */
export function catalogueOf(database: Database): Pick<Catalogue, 'find' | 'recall' | 'forget' | 'version'> {
  let catalogue = catalogues.get(database)
  if (catalogue === undefined) catalogues.set(database, (catalogue = new Catalogue(database)))
  return catalogue
}

/** Gives a definition as the catalogue stores it. */
export function definitionText({
  columns,
  primaryKey,
  indexes,
  undeclaredFields,
  description,
}: TableDefinition): string {
  return JSON.stringify({ columns, primaryKey, indexes, undeclaredFields, description })
}

function parseDefinition(text: string): TableDefinition {
  const { columns, description, ...rest } = JSON.parse(text) as TableDefinition
  // JSON has no undefined; the contract's types have no missing keys.
  const whole = columns.map((column) => ({ ...column, native: column.native, description: column.description }))
  return { columns: whole, description, ...rest }
}

/** Gives a table; fails with `not-found` without it. */
export function requireTable(database: Database, request: TableRequest): TableEntry {
  return catalogueOf(database).find(request.bucket, request.table) ?? failMissing(database, request)
}

/** Gives a table to read rows from, without looking whether another process changed it; see `Catalogue.recall`. */
export function knownTable(database: Database, request: TableRequest): TableEntry {
  return catalogueOf(database).recall(request.bucket, request.table) ?? failMissing(database, request)
}

function failMissing(database: Database, { bucket, table }: TableRequest): never {
  requireBucket(database, bucket)
  throw new StorageError({
    code: 'not-found',
    message: `there is no table "${table}" in bucket "${bucket}": create it`,
  })
}

/** Gives a table to write to; call it inside the transaction that writes. Fails with `permission-denied` in an archived bucket. */
export function requireWritableTable(database: Database, request: TableRequest): TableEntry {
  const entry = requireTable(database, request)
  if (entry.isArchived) throw archived(entry.bucket)
  return entry
}

/** Fails with `not-found` without the bucket; tells whether it is archived. */
export function requireBucket(database: Database, bucket: string): { readonly isArchived: boolean } {
  const row = database.statement('SELECT is_archived FROM buckets WHERE name = ?').get(bucket) as unknown as
    | [number]
    | undefined
  if (row !== undefined) return { isArchived: row[0] === 1 }
  throw new StorageError({ code: 'not-found', message: `there is no bucket "${bucket}": create it` })
}

/** The failure of a write to an archived bucket. */
export function archived(bucket: string): StorageError {
  const message = `bucket "${bucket}" is archived and refuses writes: unarchive it first`
  return new StorageError({ code: 'permission-denied', message, applied: 'no' })
}

/**
 * Runs work that changes buckets or tables in a transaction, and makes every process look at the catalogue again.
 *
 * A call inside another transaction joins it.
 */
export function changeCatalogue<T>(database: Database, work: () => T): T {
  try {
    return database.transaction(() => {
      const result = work()
      database.statement("UPDATE meta SET value = value + 1 WHERE key = 'catalogue'").run()
      return result
    })
  } finally {
    catalogueOf(database).forget()
  }
}
