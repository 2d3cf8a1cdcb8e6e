import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Database } from '../database.ts'

/** Rows as SQLite gave them. */
export type RawRow = SQLOutputValue[]

// Each holds its rows in a temporary file, so few programs will notice: more readers at once sort again for each page.
const maxResults = 4

/** A sorted result, and how far it has been read. */
export interface SortedResult {
  readonly sqlTable: string
  readonly width: number
  readonly version: string
  read: number
}

/**
 * Results that SQLite had to sort as a whole, by the token of the page that comes next.
 *
 * To sort again for each page would make reading a large result quadratic, and to keep the statement open would keep the
 * file from being cleaned up. So the sorted rows are put into a temporary table, which SQLite keeps outside JavaScript's heap
 * and, beyond a few megabytes, on disk. It is only a shortcut: it is forgotten when anything was written, and a page that
 * isn't here is found in the table itself.
 */
class SortedResults {
  readonly #database: Database
  readonly #results = new Map<string, SortedResult>()
  #next = 0

  constructor(database: Database) {
    this.#database = database
  }

  /** Runs a query that sorts and keeps its result. */
  create(sql: string, parameters: readonly SQLInputValue[], width: number): SortedResult {
    for (const [token, result] of this.#results) {
      if (result.version !== versionOf(this.#database) || this.#results.size >= maxResults) this.#drop(token, result)
    }
    const sqlTable = `temp.sorted_${this.#next++}`
    const cells = Array.from({ length: width }, (_, index) => `v${index}`).join(', ')
    this.#database.raw.exec(`CREATE TABLE ${sqlTable} (place INTEGER PRIMARY KEY, ${cells})`)
    const version = versionOf(this.#database)
    try {
      this.#database.raw.prepare(`INSERT INTO ${sqlTable} (${cells}) ${sql}`).run(...parameters)
    } catch (error) {
      this.#database.raw.exec(`DROP TABLE ${sqlTable}`)
      throw error
    }
    return { sqlTable, width, version, read: 0 }
  }

  /** Gives the result whose next page a token stands for; undefined when it has to be sorted again. */
  take(token: string): SortedResult | undefined {
    const result = this.#results.get(token)
    if (result === undefined) return undefined
    if (result.version !== versionOf(this.#database)) {
      this.#drop(token, result)
      return undefined
    }
    this.#results.delete(token)
    return result
  }

  /** Reads the next rows. */
  read(result: SortedResult, count: number): RawRow[] {
    const cells = Array.from({ length: result.width }, (_, index) => `v${index}`).join(', ')
    const sql = `SELECT ${cells} FROM ${result.sqlTable} WHERE place > ? ORDER BY place LIMIT ${count}`
    const rows = this.#database.statement(sql).all(result.read) as unknown as RawRow[]
    result.read += rows.length
    return rows
  }

  /** Keeps a result for the page with a token; without one it has been read to its end. */
  keep(result: SortedResult, token: string | undefined): void {
    if (token === undefined) this.#database.raw.exec(`DROP TABLE ${result.sqlTable}`)
    else this.#results.set(token, result)
  }

  #drop(token: string, { sqlTable }: SortedResult): void {
    this.#results.delete(token)
    this.#database.raw.exec(`DROP TABLE ${sqlTable}`)
  }
}

const results = new WeakMap<Database, SortedResults>()

/** The sorted results of a connection. */
export function sortedResultsOf(database: Database): SortedResults {
  let known = results.get(database)
  if (known === undefined) results.set(database, (known = new SortedResults(database)))
  return known
}

function versionOf(database: Database): string {
  const [dataVersion] = database.statement('PRAGMA data_version').get() as unknown as [number]
  return `${dataVersion}:${database.transactions}`
}
