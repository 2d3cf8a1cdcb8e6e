import { createStorage, type Storage, type StorageError, type Table } from '@stowage/core'
import { retryLayer } from '@stowage/core/driver'
import type { KeboolaGateway } from '@stowage/gateway'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { KeboolaDriver } from '../src/index.ts'
import { openDriver, startGateway } from './conformance-setup.ts'

let gateway: KeboolaGateway
let driver: KeboolaDriver
let storage: Storage
let tables = 0

beforeAll(async () => {
  gateway = await startGateway()
  driver = openDriver(gateway)
  storage = createStorage(driver, { emulation: 'always' })
  await storage.bucket('in.c-loads').create()
})

afterAll(async () => {
  await storage.close()
  await gateway.close()
})

beforeEach(() => {
  gateway.faults.clear()
  gateway.requests.length = 0
})

const columns = { id: 'string', name: 'string' } as const
const imports = { method: 'POST', path: /\/import-async$/ } as const

async function makeTable(primaryKey: readonly string[] = [], on: Storage = storage): Promise<Table> {
  tables += 1
  const table = on.bucket('in.c-loads').table(`t${tables}`)
  await table.create({ columns, primaryKey })
  gateway.requests.length = 0
  return table
}

function countOf(method: string, path: RegExp): number {
  return gateway.requests.filter((request) => request.method === method && path.test(request.path)).length
}

async function rowsOf(table: Table): Promise<string[]> {
  const rows = await table.find({}, { sort: { id: 1 } }).toArray()
  return rows.map((row) => Object.values(row).map(String).join(':'))
}

/** CSV that is large enough to be passed on. */
function largeCsv(rows = 30_000, quote = ''): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const name = `the name of number ${index}, ${'x'.repeat(20)}`.replaceAll(',', quote === '' ? '' : ',')
    return [`k${index}`, name].map((cell) => quote + cell + quote).join(',')
  })
  return `id,name\n${lines.join('\n')}\n`
}

async function failureOf(work: PromiseLike<unknown>): Promise<StorageError> {
  return Promise.resolve(work).then(
    () => expect.fail('succeeded, but should have failed'),
    (error: StorageError) => error,
  )
}

/** Files of loads that are still in the file storage. */
async function leftFiles(table: Table): Promise<string[]> {
  const files = await driver.native.files.list({ tags: ['stowage-load'] })
  return files.map(({ name }) => name).filter((name) => name === `in.c-loads.${table.name}.csv`)
}

test('an import that was accepted before the answer got lost is waited for, and its rows are there once', async () => {
  const table = await makeTable()
  gateway.faults.add({ match: imports, times: 1, status: 500, when: 'after' })
  const { inserted } = await table.insert([{ id: 'a', name: 'once' }])
  expect([inserted, await rowsOf(table)]).toEqual([1, ['a:once']])
  expect(countOf('POST', /\/import-async$/)).toBe(1)
})

test('the same for a load, whose job it names', async () => {
  const table = await makeTable()
  gateway.faults.add({ match: imports, times: 1, status: 502, when: 'after' })
  const load = table.load([{ id: 'a', name: 'once' }])
  expect(await load).toMatchObject({ inserted: 1, rows: 1 })
  expect(await storage.job(load.jobId ?? '').info()).toMatchObject({ status: 'succeeded', operation: 'tables.load' })
  expect(await rowsOf(table)).toEqual(['a:once'])
})

test('an import that never began is known not to be applied, and is repeated where that is asked for', async () => {
  const table = await makeTable()
  gateway.faults.add({ match: imports, times: 1, status: 500, when: 'before' })
  const error = await failureOf(table.insert([{ id: 'a', name: 'x' }]))
  expect(error).toMatchObject({ code: 'unavailable', applied: 'no', retryable: true })
  expect(await leftFiles(table)).toEqual([])

  const patient = openDriver(gateway)
  const retrying = createStorage(retryLayer({ baseDelayMs: 1 })(patient))
  gateway.faults.add({ match: imports, times: 2, status: 500, when: 'before' })
  const { receipt } = await retrying
    .bucket('in.c-loads')
    .table(table.name)
    .insert([{ id: 'a', name: 'x' }])
  expect([receipt.retries, await rowsOf(table)]).toEqual([2, ['a:x']])
  await retrying.close()
})

test('an import of which nobody knows is unknown, not repeated', async () => {
  const table = await makeTable()
  gateway.faults.add({ match: imports, times: 1, status: 500, when: 'after' })
  gateway.faults.add({ match: { method: 'GET', path: /\/jobs$/ }, times: 10, status: 500 })
  const error = await failureOf(table.insert([{ id: 'a', name: 'x' }]))
  expect(error.applied).toBe('unknown')
  expect(countOf('POST', /\/import-async$/)).toBe(1)
})

test('plain CSV goes up as it is, byte for byte', async () => {
  const table = await makeTable()
  const csv = Buffer.from(largeCsv())
  const { inserted, rows, receipt } = await table.load(csv, { format: 'csv' })
  expect([inserted, rows, receipt.bytesSent]).toEqual([30_000, 30_000, csv.byteLength])
  const sent = gateway.requests.filter(({ method }) => method === 'PUT').reduce((sum, one) => sum + one.requestBytes, 0)
  expect(sent).toBe(csv.byteLength)
  expect(await table.count()).toMatchObject({ count: 30_000 })
  expect(await leftFiles(table)).toEqual([])
})

test('a key that comes twice in it: the last row stays in an upsert, anything else is a conflict', async () => {
  const table = await makeTable(['id'])
  const csv = Buffer.from(`${largeCsv(30_000, '"')}"k7","the last"\n`)
  const replaced = await failureOf(table.load(csv, { format: 'csv', mode: 'replace' }))
  expect(replaced).toMatchObject({ code: 'conflict', details: { row: 30_000 } })
  expect(await table.count()).toMatchObject({ count: 0 })
  expect(await table.load(csv, { format: 'csv', mode: 'upsert' })).toMatchObject({ inserted: 30_000, rows: 30_001 })
  expect(await table.get({ id: 'k7' })).toEqual({ id: 'k7', name: 'the last' })
  expect(await leftFiles(table)).toEqual([])
})

test('a key that is in the table is a conflict for an append of any size, and nothing is written', async () => {
  const table = await makeTable(['id'])
  await table.insert([{ id: 'k29999', name: 'here first' }])
  const error = await failureOf(table.load(Buffer.from(largeCsv()), { format: 'csv' }))
  expect(error).toMatchObject({ code: 'conflict', applied: 'no', details: { row: 29_999 } })
  expect(await rowsOf(table)).toEqual(['k29999:here first'])
  expect(await leftFiles(table)).toEqual([])
})

test('a row with a cell too many fails the job of a large file, and the table stays as it was', async () => {
  const table = await makeTable()
  await table.insert([{ id: 'a', name: 'x' }])
  const error = await failureOf(table.load(Buffer.from(`${largeCsv()}b,c,d\n`), { format: 'csv' }))
  expect(error).toMatchObject({ code: 'corrupt-data', applied: 'no' })
  expect(error.details['jobId']).toBeTypeOf('string')
  expect(await rowsOf(table)).toEqual(['a:x'])
  expect(await leftFiles(table)).toEqual([])
})

test('a large file that is not UTF-8 fails with its row before anything is imported', async () => {
  const table = await makeTable()
  const csv = Buffer.concat([Buffer.from(largeCsv()), Buffer.from([0x62, 0x2c, 0xe9, 0x0a])])
  const error = await failureOf(table.load(csv, { format: 'csv' }))
  expect(error).toMatchObject({ code: 'corrupt-data', details: { row: 30_000 } })
  expect([countOf('POST', /\/import-async$/), await leftFiles(table)]).toEqual([0, []])
})

test('an aborted load leaves no file and no rows', async () => {
  const table = await makeTable(['id'])
  const stop = new AbortController()
  async function* rows(): AsyncGenerator<{ id: string; name: string }[]> {
    yield [{ id: 'a', name: 'x' }]
    stop.abort(new Error('enough'))
    yield [{ id: 'b', name: 'x' }]
  }
  const error = await failureOf(table.load(rows(), { signal: stop.signal }))
  expect(error.code).toBe('aborted')
  expect([await rowsOf(table), await leftFiles(table)]).toEqual([[], []])
})

test('a failed job fails the load with what the service says, and its file goes', async () => {
  const table = await makeTable()
  gateway.failJobs({ operationName: 'tableImport', kind: 'error', code: 'rowTooLarge', message: 'a row is too large' })
  const error = await failureOf(table.insert([{ id: 'a', name: 'x' }]))
  expect(error).toMatchObject({ code: 'invalid-argument', nativeCode: 'rowTooLarge', applied: 'no' })
  expect(await leftFiles(table)).toEqual([])
})
