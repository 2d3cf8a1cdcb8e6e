import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** How a database is opened. */
export interface DatabaseOptions {
  /** `normal` may lose the last commits in a power failure (never after a crash of the process); `full` syncs each. */
  readonly durability: 'normal' | 'full'
}

// Enough for what a program repeats; a stream of ever new filters must not pile up compiled statements.
const maxCachedStatements = 300
const busyTimeoutMs = 5000

/**
 * One connection to the SQLite file, with its statements kept compiled.
 *
 * A statement object serves one cursor at a time: read it to its end (`all`, `get`, or an iterator that is closed)
 * before it runs again, and never keep an iterator open across an `await`.
 */
export class Database {
  /** The connection itself, for what has no place here. */
  readonly raw: DatabaseSync
  /** How many write transactions this connection began: unchanged means that it changed nothing. */
  transactions = 0
  readonly #statements = new Map<string, StatementSync>()
  #isInTransaction = false

  /**
   * Opens the file, which is created when it isn't there, or a database in memory.
   *
   * @param path - the file, or `:memory:`
   */
  constructor(path: string, options: DatabaseOptions) {
    this.raw = new DatabaseSync(path)
    try {
      this.#configure(path, options)
    } catch (error) {
      this.raw.close()
      throw error
    }
  }

  /**
   * Gives a compiled statement whose rows come as arrays.
   *
   * @param sql - its text, the key of the cache: values belong into parameters
   */
  statement(sql: string): StatementSync {
    const cached = this.#statements.get(sql)
    if (cached !== undefined) return cached
    const statement = this.raw.prepare(sql)
    statement.setReturnArrays(true)
    if (this.#statements.size >= maxCachedStatements) this.#forgetOldest()
    this.#statements.set(sql, statement)
    return statement
  }

  /**
   * Runs synchronous work in a write transaction: all of it is committed, or nothing after a failure.
   *
   * The write lock is taken at the start, since a read transaction that turns to writing fails at once when another
   * process committed meanwhile. A call inside `work` joins the transaction around it.
   */
  transaction<T>(work: () => T): T {
    if (this.#isInTransaction) return work()
    this.transactions += 1
    return this.#run('BEGIN IMMEDIATE', work)
  }

  /** Runs work that writes to temporary tables only in a transaction: it takes no lock that others would wait for. */
  temporaryTransaction<T>(work: () => T): T {
    return this.#isInTransaction ? work() : this.#run('BEGIN', work)
  }

  /** Closes the connection. Calling it again does nothing. */
  close(): void {
    this.#statements.clear()
    if (this.raw.isOpen) this.raw.close()
  }

  #run<T>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
    this.statement(begin).run()
    this.#isInTransaction = true
    try {
      const result = work()
      this.statement('COMMIT').run()
      return result
    } catch (error) {
      // SQLite rolls back by itself after some failures, a full disk for one.
      if (this.raw.isTransaction) this.raw.exec('ROLLBACK')
      throw error
    } finally {
      this.#isInTransaction = false
    }
  }

  #configure(path: string, { durability }: DatabaseOptions): void {
    this.raw.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    if (path !== ':memory:') enterWalMode(this.raw)
    this.raw.exec(`
      PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'};
      PRAGMA cache_size = -65536;
      PRAGMA temp.cache_size = -16384;
      PRAGMA temp.journal_mode = MEMORY;
      PRAGMA foreign_keys = ON;
    `)
  }

  #forgetOldest(): void {
    const oldest = this.#statements.keys().next()
    if (oldest.done !== true) this.#statements.delete(oldest.value)
  }
}

// Two processes that create the file at the same moment both switch modes, and SQLite doesn't wait for that lock.
function enterWalMode(raw: DatabaseSync): void {
  const deadline = Date.now() + busyTimeoutMs
  for (;;) {
    try {
      raw.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function isBusy(error: unknown): boolean {
  const errcode = (error as { errcode?: unknown }).errcode
  return typeof errcode === 'number' && [5, 6].includes(errcode & 0xff)
}
