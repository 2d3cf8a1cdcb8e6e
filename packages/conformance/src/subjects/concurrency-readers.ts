import assert from 'node:assert/strict'
import type { Row, RowInput, Table } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { inParallel } from './parallel-calls.ts'

/** How many rows one request writes and one page holds with room to spare, 20 where the backend's limits allow. */
function batchSize({ capabilities }: CheckContext): number {
  const { rowsPerInsert = 20, pageSize = 21 } = capabilities.limits
  return Math.max(1, Math.min(20, rowsPerInsert, pageSize - 1))
}

function versionRows(count: number, version: number): RowInput[] {
  return Array.from({ length: count }, (_, index) => ({ row_id: `r${index}`, version: `v${version}` }))
}

async function versionTable(context: CheckContext): Promise<Table> {
  const columns = { row_id: 'string', version: 'string' } as const
  const table = await context.table({ columns, primaryKey: ['row_id'] })
  await table.insert(versionRows(batchSize(context), 0))
  return table
}

function expectOneVersion(rows: readonly Row[], count: number): void {
  const versions = new Set(rows.map((row) => row['version'] as string))
  assert.equal(rows.length, count, 'a reader saw rows missing or doubled')
  assert.equal(versions.size, 1, `a reader saw a mixture: ${[...versions].join(', ')}`)
}

/** Reads the table over and over, in one page each time, until the writing is done. */
async function readWhile(table: Table, count: number, writing: Promise<void>): Promise<void> {
  let isWriting = true
  const ended = writing.finally(() => (isWriting = false))
  const read = async (): Promise<void> => {
    while (isWriting) {
      await nextTurn()
      const { done } = await inParallel(1, () => collect(table.find({}, { pageSize: count + 1 })), 'conflict')
      // A reader that is told of the change may be; one that gets a mixture is lied to.
      for (const { value } of done) expectOneVersion(value, count)
    }
  }
  await Promise.all([ended, read(), read()])
  expectOneVersion(await collect(table.find()), count)
}

async function writeVersions(write: (version: number) => PromiseLike<unknown>): Promise<void> {
  for (let version = 1; version <= 15; version++) await write(version)
}

/** Lets others go on: a backend in this process may answer without ever leaving the turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

async function* slowly(rows: readonly RowInput[], rowsPerTurn: number): AsyncGenerator<RowInput, void, undefined> {
  for (const [index, row] of rows.entries()) {
    if (index % rowsPerTurn === 0) await nextTurn()
    yield row
  }
}

/** Readers while somebody writes. */
export const readerChecks: readonly Check[] = [
  check(
    'concurrency/readers-of-upserts',
    'a reader during an upsert of many rows sees all of them old or all new',
    { needs: [...findNeeds, 'tables.upsert', 'semantics.atomicWrites'] },
    async (context) => {
      const table = await versionTable(context)
      const count = batchSize(context)
      const upsert = (version: number): PromiseLike<unknown> =>
        table.insert(versionRows(count, version), { mode: 'upsert' })
      await readWhile(table, count, writeVersions(upsert))
    },
  ),
  check(
    'concurrency/readers-of-updates',
    'a reader during an update of many rows sees all of them old or all new',
    { needs: [...findNeeds, 'tables.update', 'semantics.atomicWrites'] },
    async (context) => {
      const table = await versionTable(context)
      const update = (version: number): PromiseLike<unknown> =>
        table.update({}, { $set: { version: `v${version}` } }, { all: true })
      await readWhile(table, batchSize(context), writeVersions(update))
    },
  ),
  check(
    'concurrency/readers-of-loads',
    'a reader while a load replaces the rows sees the old ones or the new ones, never both and never none',
    { needs: [...findNeeds, 'tables.get', 'tables.load', 'tables.replace'] },
    async (context) => {
      const table = await versionTable(context)
      const count = batchSize(context)
      const load = (version: number): PromiseLike<unknown> =>
        table.load(slowly(versionRows(count, version), 1), { mode: 'replace' })
      await readWhile(table, count, writeVersions(load))
    },
  ),
  check(
    'concurrency/readers-of-appends',
    'a reader while a load appends sees none of it or all of it',
    { needs: ['tables.create', 'tables.get', 'tables.load', 'tables.count'] },
    async (context) => {
      const table = await context.table({ columns: { row_id: 'string', version: 'string' } })
      const counts = new Set<number>()
      let isLoading = true
      const load = Promise.resolve(table.load(slowly(versionRows(2500, 1), 100))).finally(() => (isLoading = false))
      const read = async (): Promise<void> => {
        while (isLoading) {
          await nextTurn()
          counts.add((await table.count()).count)
        }
      }
      await Promise.all([load, read()])
      counts.add((await table.count()).count)
      const seen = [...counts].toSorted((left, right) => left - right)
      assert.ok(
        seen.every((count) => count === 0 || count === 2500),
        `readers counted ${seen.join(', ')} rows`,
      )
      assert.equal(seen.at(-1), 2500)
    },
  ),
]
