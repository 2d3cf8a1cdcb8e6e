import { join } from 'node:path'
import type { Filter, Storage, Table } from '@stowage/core'
import type { BenchRun } from '../harness/bench-run.ts'
import { openLocal } from '../harness/open-local.ts'
import { type Customer, customerColumns } from './customers.ts'
import { type CustomerTable, runSections } from './sections.ts'

/** Gives the benchmark's table in a storage whose bucket is there. */
export function customersOf(storage: Storage): Table {
  return storage.bucket('bench').table('customers')
}

/** Runs the sections on the embedded backend. */
export async function runOurs(run: BenchRun): Promise<void> {
  const storage = await openLocal(join(run.folder, 'data'))
  await storage.bucket('bench').create()
  await runSections(run, new StowageTable(storage, customersOf(storage)))
}

class StowageTable implements CustomerTable {
  readonly #storage: Storage
  readonly #table: Table

  constructor(storage: Storage, table: Table) {
    this.#storage = storage
    this.#table = table
  }

  async load(path: string): Promise<number> {
    await this.#table.create({ columns: customerColumns, primaryKey: ['id'] })
    return (await this.#table.load(path)).rows
  }

  async upsert(path: string): Promise<number> {
    return (await this.#table.load(path, { mode: 'upsert' })).rows
  }

  async count(balance: number): Promise<number> {
    return (await this.#table.count(richAndActive(balance))).count
  }

  async top(balance: number, limit: number): Promise<readonly Customer[]> {
    const options = { sort: { balance: -1 }, limit } as const
    return (await this.#table.find(richAndActive(balance), options).toArray()) as unknown as Customer[]
  }

  async stream(balance: number, onRow: (customer: Customer) => void): Promise<void> {
    for await (const row of this.#table.find(richAndActive(balance))) onRow(row as unknown as Customer)
  }

  async get(id: string): Promise<Customer | undefined> {
    return (await this.#table.get({ id })) as unknown as Customer | undefined
  }

  async update(country: string): Promise<number> {
    return (await this.#table.update({ country }, { $inc: { visits: 1 } })).matched
  }

  async delete(country: string): Promise<number> {
    return (await this.#table.delete({ country })).deleted
  }

  async insert(customer: Customer): Promise<void> {
    await this.#table.insert({ ...customer })
  }

  async export(path: string): Promise<number> {
    return (await this.#table.export(path)).rows
  }

  close(): Promise<void> {
    return this.#storage.close()
  }
}

function richAndActive(balance: number): Filter {
  return { active: true, balance: { $gte: balance } }
}
