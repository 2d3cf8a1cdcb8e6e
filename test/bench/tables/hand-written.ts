import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { BenchRun } from '../harness/bench-run.ts'
import type { Customer } from './customers.ts'
import { readCsvRows, textCell, writeCsvFile } from './hand-written-csv.ts'
import { type CustomerTable, runSections } from './sections.ts'

/** Runs the sections on node:sqlite, as a careful program without Stowage would. */
export async function runHandWritten(run: BenchRun): Promise<void> {
  await runSections(run, new HandWrittenTable(join(run.folder, 'customers.sqlite')))
}

const columns = 'id, name, email, city, country, balance, visits, active, created, note'
const marks = '?, ?, ?, ?, ?, ?, ?, ?, ?, ?'
const insertSql = `INSERT INTO customers (${columns}) VALUES (${marks})`
const assignments = columns
  .split(', ')
  .slice(1)
  .map((name) => `${name} = excluded.${name}`)
const upsertSql = `${insertSql} ON CONFLICT (id) DO UPDATE SET ${assignments.join(', ')}`
const pageRows = 1000
const rowsPerTransaction = 50_000

type SqlRow = readonly [string, string, string, string, string, number, number, number, string, string]
type NumberedSqlRow = readonly [...SqlRow, number]

class HandWrittenTable implements CustomerTable {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY;
      PRAGMA busy_timeout = 5000;
    `)
  }

  async load(path: string): Promise<number> {
    this.#database.exec(`CREATE TABLE customers (
      rid INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT, email TEXT, city TEXT, country TEXT, balance REAL,
      visits INTEGER, active INTEGER, created TEXT, note TEXT
    ) STRICT`)
    const insert = this.#statement(insertSql)
    let rows = 0
    this.#database.exec('BEGIN IMMEDIATE')
    await readCsvRows(path, (cells) => {
      insert.run(...toParameters(cells))
      rows += 1
      if (rows % rowsPerTransaction === 0) this.#database.exec('COMMIT; BEGIN IMMEDIATE')
    })
    this.#database.exec('COMMIT; CREATE UNIQUE INDEX customers_id ON customers (id)')
    return rows
  }

  async upsert(path: string): Promise<number> {
    const upsert = this.#statement(upsertSql)
    let rows = 0
    this.#database.exec('BEGIN IMMEDIATE')
    await readCsvRows(path, (cells) => {
      upsert.run(...toParameters(cells))
      rows += 1
    })
    this.#database.exec('COMMIT')
    return rows
  }

  count(balance: number): Promise<number> {
    const sql = 'SELECT count(*) FROM customers WHERE active = 1 AND balance >= ?'
    const [rows] = this.#statement(sql).get(balance) as unknown as [number]
    return Promise.resolve(rows)
  }

  top(balance: number, limit: number): Promise<readonly Customer[]> {
    const sql = `SELECT ${columns} FROM customers WHERE active = 1 AND balance >= ? ORDER BY balance DESC, rid LIMIT ?`
    const rows = this.#statement(sql).all(balance, limit) as unknown as SqlRow[]
    return Promise.resolve(rows.map(toCustomer))
  }

  async stream(balance: number, onRow: (customer: Customer) => void): Promise<void> {
    const sql = `SELECT ${columns}, rid FROM customers WHERE rid > ? AND active = 1 AND balance >= ? ORDER BY rid LIMIT ?`
    const statement = this.#statement(sql)
    for await (const rows of this.#pages((lastRid) => statement.all(lastRid, balance, pageRows))) {
      for (const row of rows) onRow(toCustomer(row))
    }
  }

  get(id: string): Promise<Customer | undefined> {
    const row = this.#statement(`SELECT ${columns} FROM customers WHERE id = ?`).get(id) as unknown as
      | SqlRow
      | undefined
    return Promise.resolve(row === undefined ? undefined : toCustomer(row))
  }

  update(country: string): Promise<number> {
    const { changes } = this.#statement('UPDATE customers SET visits = visits + 1 WHERE country = ?').run(country)
    return Promise.resolve(Number(changes))
  }

  delete(country: string): Promise<number> {
    return Promise.resolve(Number(this.#statement('DELETE FROM customers WHERE country = ?').run(country).changes))
  }

  insert(customer: Customer): Promise<void> {
    const { id, name, email, city, country, balance, visits, active, created, note } = customer
    this.#statement(insertSql).run(id, name, email, city, country, balance, visits, active ? 1 : 0, created, note)
    return Promise.resolve()
  }

  async export(path: string): Promise<number> {
    const statement = this.#statement(`SELECT ${columns}, rid FROM customers WHERE rid > ? ORDER BY rid LIMIT ?`)
    const pages = this.#pages((lastRid) => statement.all(lastRid, pageRows))
    return writeCsvFile(path, `${columns.replaceAll(' ', '')}\n`, pages, toLine)
  }

  close(): Promise<void> {
    this.#database.close()
    return Promise.resolve()
  }

  // Pages go on from the last row's key, and other work gets its turn between them.
  async *#pages(fetch: (lastRid: number) => unknown[]): AsyncGenerator<NumberedSqlRow[], void, undefined> {
    let lastRid = 0
    for (;;) {
      const rows = fetch(lastRid) as NumberedSqlRow[]
      const last = rows.at(-1)
      if (last === undefined) return
      yield rows
      lastRid = last[10]
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    this.#statements.set(sql, statement)
    return statement
  }
}

function toParameters(cells: readonly string[]): SQLInputValue[] {
  const [id = '', name = '', email = '', city = '', country = '', balance, visits, active, created = '', note = ''] =
    cells
  return [id, name, email, city, country, Number(balance), Number(visits), active === 'true' ? 1 : 0, created, note]
}

function toCustomer(row: SqlRow | NumberedSqlRow): Customer {
  return {
    id: row[0],
    name: row[1],
    email: row[2],
    city: row[3],
    country: row[4],
    balance: row[5],
    visits: row[6],
    active: row[7] === 1,
    created: row[8],
    note: row[9],
  }
}

// Only texts can hold what needs quotes.
function toLine(row: NumberedSqlRow): string {
  const texts = `${textCell(row[0])},${textCell(row[1])},${textCell(row[2])},${textCell(row[3])},${textCell(row[4])}`
  return `${texts},${row[5]},${row[6]},${row[7] === 1 ? 'true' : 'false'},${row[8]},${textCell(row[9])}\n`
}
