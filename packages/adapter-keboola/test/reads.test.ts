import { createStorage, type Storage, type Table } from '@stowage/core'
import type { CallContext } from '@stowage/core/driver'
import { isMatchAll, matchAll, ReceiptRecorder } from '@stowage/core/driver'
import type { KeboolaGateway } from '@stowage/gateway'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { KeboolaDriver } from '../src/index.ts'
import { openDriver, startGateway } from './conformance-setup.ts'

let gateway: KeboolaGateway
let driver: KeboolaDriver
let storage: Storage
let many: Table

const columns = { id: 'string', name: 'string', n: 'number' } as const
const rows = Array.from({ length: 2500 }, (_, index) => ({
  id: `r${String(index).padStart(5, '0')}`,
  name: index % 2 === 0 ? 'even' : 'odd',
  n: index,
}))

beforeAll(async () => {
  gateway = await startGateway()
  driver = openDriver(gateway)
  storage = createStorage(driver, { emulation: 'always' })
  const bucket = storage.bucket('in.c-reads')
  await bucket.create()
  many = bucket.table('many')
  await many.create({ columns, primaryKey: ['id'] })
  await many.load(rows)
})

afterAll(async () => {
  await storage.close()
  await gateway.close()
})

beforeEach(() => {
  gateway.requests.length = 0
})

function countOf(method: string, path: RegExp): number {
  return gateway.requests.filter((request) => request.method === method && path.test(request.path)).length
}

function makeCall(): CallContext {
  return { signal: new AbortController().signal, receipt: new ReceiptRecorder() }
}

async function exported(table: Table): Promise<string> {
  const chunks: Uint8Array[] = []
  await table.export((chunk) => void chunks.push(chunk))
  return Buffer.concat(chunks).toString()
}

test('an export streams slices, puts the header back, and counts its rows without parsing them', async () => {
  const { rows: counted, sizeBytes, receipt } = await many.export(() => {})
  const text = await exported(many)
  expect([counted, sizeBytes, receipt.jobIds.length]).toEqual([2500, Buffer.byteLength(text), 1])
  const lines = text.split('\n')
  expect(lines.slice(0, 2)).toEqual(['id,name,n', '"r00000","even","0"'])
  expect(lines).toHaveLength(2502)
})

test('a file that isn’t sliced has its header already, and comes the same', async () => {
  const other = await startGateway({ exportSliced: false })
  const opened = createStorage(openDriver(other))
  await opened.bucket('in.c-reads').create()
  const table = opened.bucket('in.c-reads').table('one')
  await table.create({ columns })
  await table.load(rows.slice(0, 1500))
  expect((await exported(table)).split('\n').slice(0, 2)).toEqual(['"id","name","n"', '"r00000","even","0"'])
  expect(await table.find().toArray()).toEqual(rows.slice(0, 1500))
  await opened.close()
  await other.close()
})

test('an empty manifest is an empty table', async () => {
  const table = storage.bucket('in.c-reads').table('empty')
  await table.create({ columns })
  expect(await exported(table)).toBe('id,name,n\n')
  const read = await driver.tables.exportCsv?.(
    {
      bucket: 'in.c-reads',
      table: 'empty',
      filter: matchAll,
      columns: ['n'],
      changedSince: undefined,
      onJob: () => {},
    },
    makeCall(),
  )
  const chunks: string[] = []
  for await (const chunk of read ?? []) chunks.push(Buffer.from(chunk).toString())
  expect(chunks.join('')).toBe('n\n')
})

test('the file of an export stays: the service may have given it to somebody else as well', async () => {
  const job = await (await driver.native.tables.export('in.c-reads.many', { gzip: false })).wait()
  await many.export(() => {})
  await many.find({ name: { $ne: 'x' } }).toArray()
  expect(countOf('DELETE', /\/files\//)).toBe(0)
  expect(await driver.native.files.get(job.fileId ?? '')).toMatchObject({ isSliced: true })
})

test('few rows take one request, and no job', async () => {
  const found = await many.find({ name: 'odd' }, { limit: 3, offset: 1, sort: { id: -1 } }).toArray()
  expect(found.map(({ n }) => n)).toEqual([2497, 2495, 2493])
  expect(await many.get({ id: 'r00007' })).toEqual({ id: 'r00007', name: 'odd', n: 7 })
  expect([countOf('POST', /export-async$/), countOf('GET', /data-preview$/)]).toEqual([0, 2])
})

test('many rows take one export, whatever the number of pages', async () => {
  const found = await many.find({}, { pageSize: 100 }).toArray()
  expect(found).toEqual(rows)
  expect([countOf('POST', /export-async$/), countOf('GET', /data-preview$/)]).toEqual([1, 0])
})

test('a page is read again from the same export when nobody waits at its token any more', async () => {
  const query = { bucket: 'in.c-reads', table: 'many', filter: matchAll, projection: undefined, sort: [], offset: 0 }
  const request = { ...query, limit: undefined, pageSize: 700, pageToken: undefined }
  const first = await driver.tables.find(request, makeCall())
  const second = await driver.tables.find({ ...request, pageToken: first.nextPageToken }, makeCall())
  const again = await driver.tables.find({ ...request, pageToken: first.nextPageToken }, makeCall())
  expect(again.batch.rows).toEqual(second.batch.rows)
  expect(countOf('POST', /export-async$/)).toBe(1)

  const elsewhere = openDriver(gateway)
  const third = await elsewhere.tables.find({ ...request, pageToken: second.nextPageToken }, makeCall())
  expect(third.batch.rows.map(([id]) => id)).toEqual(rows.slice(1400, 2100).map(({ id }) => id))
  await elsewhere.close()
})

test('the token of another query is refused', async () => {
  const query = { bucket: 'in.c-reads', table: 'many', filter: matchAll, projection: undefined, sort: [], offset: 0 }
  const request = { ...query, limit: undefined, pageSize: 700, pageToken: undefined }
  const { nextPageToken } = await driver.tables.find(request, makeCall())
  const other = { ...request, sort: [{ path: 'id', direction: 1 as const }], pageToken: nextPageToken }
  await expect(driver.tables.find(other, makeCall())).rejects.toThrow('another query')
  await expect(driver.tables.find({ ...request, pageToken: 'x' }, makeCall())).rejects.toThrow('begin without one')
})

test('a preview that is full is not taken for the whole table', async () => {
  const table = storage.bucket('in.c-reads').table('grows')
  await table.create({ columns })
  await table.load(rows.slice(0, 10))
  const plan = await driver.tables.plan(
    {
      bucket: 'in.c-reads',
      table: 'grows',
      filter: matchAll,
      projection: undefined,
      sort: [],
      limit: undefined,
      offset: 0,
    },
    makeCall(),
  )
  expect(isMatchAll(plan.residual)).toBe(true)
  // Written by somebody else, after the table was looked at.
  const other = createStorage(openDriver(gateway))
  await other.bucket('in.c-reads').table('grows').load(rows.slice(10, 1500))
  const page = await driver.tables.find(
    {
      bucket: 'in.c-reads',
      table: 'grows',
      filter: matchAll,
      projection: undefined,
      sort: [],
      limit: undefined,
      offset: 0,
      pageSize: 5e3,
      pageToken: undefined,
    },
    makeCall(),
  )
  expect(page.batch.rows).toHaveLength(1500)
  await other.close()
})

test('tables are listed in one request for a page, with their columns and types, and none for each of them', async () => {
  const bucket = storage.bucket('in.c-listed')
  await bucket.create()
  const names = Array.from({ length: 30 }, (_, index) => `t${String(index).padStart(3, '0')}`)
  for (const name of names)
    await bucket.table(name).create({ columns: { id: 'string', n: 'number' }, primaryKey: ['id'] })
  gateway.requests.length = 0
  const listed = await bucket.tables({ pageSize: 10 }).toArray()
  expect(listed.map(({ name }) => name)).toEqual(names)
  expect(listed[3]).toMatchObject({ primaryKey: ['id'], columns: [{ name: 'id' }, { name: 'n', type: 'number' }] })
  expect(gateway.requests).toHaveLength(3)
})

test('numbers that others wrote another way are found by value', async () => {
  const table = storage.bucket('in.c-reads').table('numbers')
  await table.create({ columns: { id: 'string', n: 'number' } })
  const csv = Buffer.from('id,n\na,5.0\nb,+5\nc,5\nd,50\n')
  const file = await driver.native.files.upload(csv, { name: 'n.csv' })
  await (await driver.native.tables.import('in.c-reads.numbers', { dataFileId: file.id })).wait()
  const found = await table.find({ n: 5 }, { sort: { id: 1 } }).toArray()
  expect(found).toEqual(['a', 'b', 'c'].map((id) => ({ id, n: 5 })))
})

test('what a declared column can’t be is told, never changed', async () => {
  const table = storage.bucket('in.c-reads').table('odd')
  await table.create({ columns: { id: 'string', n: 'number' } })
  const file = await driver.native.files.upload(Buffer.from('id,n\na,9007199254740993\n'), { name: 'n.csv' })
  await (await driver.native.tables.import('in.c-reads.odd', { dataFileId: file.id })).wait()
  await expect(table.find().toArray()).rejects.toMatchObject({ code: 'corrupt-data', details: { column: 'n' } })
  expect(await exported(table)).toContain('"9007199254740993"')
})

test('columns with types of the service make a typed table', async () => {
  const table = storage.bucket('in.c-reads').table('typed')
  const info = await table.create({
    columns: { id: 'string', price: { type: 'number', native: 'NUMERIC' }, ok: { type: 'boolean', native: 'BOOLEAN' } },
    primaryKey: ['id'],
  })
  expect(info.columns.map(({ type, native }) => [type, native !== undefined])).toEqual([
    ['string', true],
    ['number', true],
    ['boolean', true],
  ])
  await table.insert([
    { id: 'a', price: 1.5, ok: true },
    { id: 'b', price: null, ok: null },
  ])
  expect(await table.find({}, { sort: { id: 1 } }).toArray()).toEqual([
    { id: 'a', price: 1.5, ok: true },
    { id: 'b', price: null, ok: null },
  ])
  expect(await driver.native.tables.get('in.c-reads.typed')).toMatchObject({ isTyped: true })
})
