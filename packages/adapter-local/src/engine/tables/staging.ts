import { checkBatch, type RowBatch } from '@stowage/core/driver'
import { sqlTableName, type TableEntry } from './catalogue.ts'
import { explainRowError } from '../constraint-error.ts'
import type { Database } from '../database.ts'
import { ownerOf } from '../owner.ts'
import { rowEncoder } from './row-encoder.ts'
import { createStorage, dropStorage, storageSql } from './storage.ts'

// Committing 1,000 rows at a time costs no more than 50,000 (measured), and keeps others waiting for less.
const heldRows = 2000

/**
 * Where the rows of a load wait, out of everybody's sight, until all of them are there.
 *
 * Rows that will be a table's only ones go into a storage of their own that later takes the table's place. Rows that will
 * be merged into others go into a temporary table, which costs less because a crash may lose it.
 */
export class Staging {
  /** How many rows it has taken. */
  rowCount = 0
  readonly #database: Database
  readonly #entry: TableEntry
  readonly #isTemporary: boolean
  #storage: number | undefined
  #sqlTable: string | undefined
  #held: RowBatch[] = []
  #heldRows = 0

  /** @param isTemporary - whether the rows will be merged into others */
  constructor(database: Database, entry: TableEntry, isTemporary: boolean) {
    this.#database = database
    this.#entry = entry
    this.#isTemporary = isTemporary
  }

  /** The number of the storage the rows are in; undefined for temporary ones. */
  get storage(): number | undefined {
    return this.#storage
  }

  /** Checks and takes rows. */
  add(batch: RowBatch): void {
    checkBatch(batch, this.#entry, this.rowCount)
    this.#held.push(batch)
    this.#heldRows += batch.rows.length
    this.rowCount += batch.rows.length
    if (this.#heldRows >= heldRows) this.flush()
  }

  /** Writes what is held and gives the name of the SQL table with all rows, in their order. */
  flush(): string {
    const write = () => this.#write()
    return this.#isTemporary ? this.#database.temporaryTransaction(write) : this.#database.transaction(write)
  }

  /** Drops the rows, unless the storage has become a table's. */
  drop(): void {
    if (this.#storage !== undefined) {
      const storage = this.#storage
      this.#database.transaction(() => dropStorage(this.#database, storage))
    } else if (this.#sqlTable !== undefined) this.#database.raw.exec(`DROP TABLE IF EXISTS ${this.#sqlTable}`)
    this.#storage = undefined
    this.#sqlTable = undefined
    this.#held = []
  }

  /** Gives the storage away to a table: it will not be dropped with this. */
  release(): void {
    this.#storage = undefined
    this.#sqlTable = undefined
  }

  #write(): string {
    const table = (this.#sqlTable ??= this.#create())
    const cells = this.#entry.columns.map((_, position) => `c${position}`)
    const marks = cells.map(() => '?, ').join('')
    const statement = this.#database.statement(
      `INSERT INTO ${table} (${[...cells, 'extra', 'changed'].join(', ')}) VALUES (${marks}?, ?)`,
    )
    const nowMs = Date.now()
    let first = this.rowCount - this.#heldRows
    for (const batch of this.#held) {
      const encode = rowEncoder(this.#entry, batch.columns, [nowMs])
      let at = 0
      try {
        for (; at < batch.rows.length; at++) statement.run(...encode(batch.rows[at] as RowBatch['rows'][number]))
      } catch (error) {
        throw explainRowError(this.#entry, error, batch, at, first)
      }
      first += batch.rows.length
    }
    this.#held = []
    this.#heldRows = 0
    return table
  }

  #create(): string {
    const { columns } = this.#entry
    if (!this.#isTemporary) {
      this.#storage = createStorage(this.#database, columns, ownerOf(this.#database).id)
      return sqlTableName(this.#storage)
    }
    const name = `temp.load_${nextTemporary++}`
    this.#database.raw.exec(storageSql(name, columns))
    return name
  }
}

let nextTemporary = 1
