import { createReadStream } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { BenchRun } from '../harness/bench-run.ts'
import { type Customer, customerCounts, customerId, makeCustomer } from './customers.ts'

/** What both sides do to the table; each step is one section. */
export interface CustomerTable {
  /** Creates the table and loads the file into it. */
  load(path: string): Promise<number>
  upsert(path: string): Promise<number>
  /** Counts the active customers from a balance. */
  count(balance: number): Promise<number>
  /** Gives the active customers from a balance with the highest balances, the highest first. */
  top(balance: number, limit: number): Promise<readonly Customer[]>
  /** Hands out the active customers from a balance, one by one. */
  stream(balance: number, onRow: (customer: Customer) => void): Promise<void>
  get(id: string): Promise<Customer | undefined>
  /** Adds one to the visits of all customers of a country. */
  update(country: string): Promise<number>
  /** Deletes all customers of a country. */
  delete(country: string): Promise<number>
  insert(customer: Customer): Promise<void>
  export(path: string): Promise<number>
  close(): Promise<void>
}

const balance = 40_000
const repeats = 5
// A single call takes some microseconds, and the first thousands run before their code is optimised.
const singles = 10_000
const warmUps = 2000

/** Takes a table through all sections. */
export async function runSections(run: BenchRun, table: CustomerTable): Promise<void> {
  await runBulkSections(run, table)
  await runReadSections(run, table)
  await runWriteSections(run, table)
  await runInsertSection(run, table)
  const path = join(run.folder, 'export.csv')
  await run.section(
    'export',
    () => table.export(path),
    async (rows) => [rows, await hashFile(path)],
  )
  await table.close()
}

async function runBulkSections(run: BenchRun, table: CustomerTable): Promise<void> {
  await run.section(
    'load',
    () => table.load(join(run.shared, 'load.csv')),
    (rows) => rows,
  )
  await run.section(
    'upsert',
    () => table.upsert(join(run.shared, 'upsert.csv')),
    (rows) => rows,
  )
}

async function runReadSections(run: BenchRun, table: CustomerTable): Promise<void> {
  // One pass takes some 80 ms: several make the figure steady.
  await run.section('count', () => repeat(repeats, () => table.count(balance)), Number)
  await run.section(
    'top',
    () => repeat(repeats, () => table.top(balance, 50)),
    (rows) => rows.map(({ id, balance: own }) => [id, own]),
  )
  await run.section(
    'stream',
    () => sumStream(table),
    (sums) => sums,
  )
  const { rows } = customerCounts(run)
  await sumGets(table, rows, run.size(warmUps, 10))
  await run.section(
    'get',
    () => sumGets(table, rows, singles),
    (sum) => sum,
  )
}

async function runWriteSections(run: BenchRun, table: CustomerTable): Promise<void> {
  await run.section(
    'update',
    () => table.update('CZ'),
    (rows) => rows,
  )
  await run.section(
    'delete',
    () => table.delete('US'),
    (rows) => rows,
  )
}

async function runInsertSection(run: BenchRun, table: CustomerTable): Promise<void> {
  const { rows, upserts } = customerCounts(run)
  const warmUpCount = run.size(warmUps, 10)
  const added = Array.from({ length: warmUpCount + run.size(singles, 100) }, (_, index) =>
    makeCustomer(customerId(rows + upserts + index, rows), rows + index),
  )
  await insertAll(table, added.slice(0, warmUpCount))
  await run.section(
    'insert',
    () => insertAll(table, added.slice(warmUpCount)),
    async () => (await table.get(added.at(-1)?.id ?? ''))?.email ?? null,
  )
}

async function insertAll(table: CustomerTable, customers: readonly Customer[]): Promise<void> {
  for (const customer of customers) await table.insert(customer)
}

async function repeat<Result>(times: number, work: () => Promise<Result>): Promise<Result> {
  for (let done = 1; done < times; done += 1) await work()
  return work()
}

async function sumStream(
  table: CustomerTable,
): Promise<{ rows: number; balances: number; text: number; active: number }> {
  const sums = { rows: 0, balances: 0, text: 0, active: 0 }
  await table.stream(balance, (customer) => {
    sums.rows += 1
    sums.balances += Math.round(customer.balance * 100)
    sums.text += customer.id.length + customer.name.length + customer.created.length + customer.note.length
    sums.active += customer.active ? 1 : 0
  })
  return sums
}

async function sumGets(table: CustomerTable, rows: number, count: number): Promise<number> {
  let sum = 0
  for (let index = 0; index < count; index += 1) {
    const customer = await table.get(customerId((index * 617) % rows, rows))
    sum += Math.round((customer?.balance ?? NaN) * 100)
  }
  return sum
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
