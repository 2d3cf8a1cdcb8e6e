import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Database } from '../database.ts'

/** Compiles statements that read, rows as arrays. */
export interface ReadingConnection {
  /** Gives a compiled statement. */
  statement(sql: string): StatementSync
}

const connections = new WeakMap<Database, ListingConnection>()

/**
 * Gives the connection that listings read through.
 *
 * It is one of its own with hardly any cache: walking a long listing through the main one would fill all of that one's
 * cache, 64 MiB, with pages that nobody needs again, and drive out those that tables do. A database in memory has but one.
 */
export function listingConnection(database: Database): ReadingConnection {
  const location = database.raw.location()
  if (location === null) return database
  let connection = connections.get(database)
  if (connection === undefined) connections.set(database, (connection = new ListingConnection(location)))
  return connection
}

/** Closes the connection that listings read through, if there is one. */
export function closeListingConnection(database: Database): void {
  connections.get(database)?.close()
  connections.delete(database)
}

class ListingConnection implements ReadingConnection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    this.#database.exec('PRAGMA cache_size = -1024')
  }

  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      statement.setReturnArrays(true)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}
