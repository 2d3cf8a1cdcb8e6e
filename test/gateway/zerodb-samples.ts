import type { ZerodbGateway } from '@stowage/gateway'
import { expect } from 'vitest'
import { type Answered, callApi, type Sent } from './call-api.ts'
import type { Serve } from './serve.ts'

const schema = {
  fields: { key: 'string', temp: 'number', at: 'timestamp' },
  indexes: [{ name: 'key_u', columns: ['key'], unique: true }],
}
const table = { table_name: 'readings', schema, description: 'probe readings' }

function caller({ url, apiKey }: ZerodbGateway): (method: string, path: string, json?: object) => Promise<Answered> {
  return (method, path, json) => {
    const sent: Sent = json === undefined ? {} : { json }
    return callApi(method, url + path, sent, { 'x-api-key': apiKey })
  }
}

/** What the guide of ZeroDB's Tables API shows, in its order, with a restart in between. */
export async function zerodbSamples(serve: Serve<ZerodbGateway>): Promise<void> {
  let call = caller(await serve())
  const tableId = await createTable(call)
  await insertRows(call)
  await queryRows(call)
  const rows = (await call('POST', '/tables/readings/query', {})).json.rows as unknown
  call = caller(await serve())
  expect((await call('POST', '/tables/readings/query', {})).json.rows).toEqual(rows)
  expect((await call('GET', '/tables/readings')).json).toMatchObject({ ...table, table_id: tableId, row_count: 2 })
  await changeRows(call)
  await pageThrough(call)
  await deleteAll(call)
}

type Call = ReturnType<typeof caller>

async function createTable(call: Call): Promise<string> {
  const created = await call('POST', '/tables', table)
  expect([created.status, created.json]).toMatchObject([201, { ...table, row_count: 0 }])
  const tableId = created.json.table_id as string
  expect(tableId).toMatch(/^tbl_/)
  const again = await call('POST', '/tables', table)
  expect([again.status, again.json.error_code]).toEqual([400, 'TABLE_ALREADY_EXISTS'])
  const listed = await call('GET', '/tables?limit=50')
  expect(listed.json).toMatchObject({ tables: [{ table_id: tableId, table_name: 'readings' }], total: 1, limit: 50 })
  for (const reference of ['readings', tableId]) {
    const got = await call('GET', `/tables/${reference}`)
    expect([got.status, got.json]).toMatchObject([200, { ...table, table_id: tableId }])
  }
  return tableId
}

async function insertRows(call: Call): Promise<void> {
  const rows = [
    { key: 'a', temp: 20.5, at: '2026-02-03T04:05:06Z' },
    { key: 'b', temp: 7 },
  ]
  const inserted = await call('POST', '/tables/readings/rows', { row_data: rows, return_ids: true })
  expect([inserted.status, inserted.json]).toMatchObject([201, { inserted_count: 2 }])
  expect(new Set(inserted.json.row_ids as string[]).size).toBe(2)
  const misnamed = await call('POST', '/tables/readings/rows', { rows })
  expect([misnamed.status, misnamed.json.error_code]).toEqual([422, 'INVALID_FIELD_NAME'])
  const wrong = await call('POST', '/tables/readings/rows', { row_data: [{ key: 'c' }, { key: 'd', temp: 'hot' }] })
  expect([wrong.status, wrong.json]).toMatchObject([400, { error_code: 'SCHEMA_VALIDATION_ERROR', row_index: 1 }])
  const taken = await call('POST', '/tables/readings/rows', { row_data: [{ key: 'c' }, { key: 'a' }] })
  expect([taken.status, taken.json]).toMatchObject([400, { error_code: 'SCHEMA_VALIDATION_ERROR', row_index: 1 }])
}

async function queryRows(call: Call): Promise<void> {
  const query = { filter: { temp: { $gte: 5 } }, projection: { key: 1, temp: 1 }, sort: { temp: -1 }, limit: 50 }
  const found = await call('POST', '/tables/readings/query', { ...query, offset: 0 })
  const _id = expect.any(String) as string
  expect([found.status, found.json]).toEqual([
    200,
    {
      rows: [
        { _id, key: 'a', temp: 20.5 },
        { _id, key: 'b', temp: 7 },
      ],
      total: 2,
      limit: 50,
      offset: 0,
    },
  ])
  const second = await call('POST', '/tables/readings/query', { sort: { key: 1 }, limit: 1, offset: 1 })
  expect(second.json).toMatchObject({ rows: [{ key: 'b' }], total: 2, limit: 1, offset: 1 })
  const byId = await call('POST', '/tables/readings/query', { filter: { _id: found.json.rows[1]._id as string } })
  expect(byId.json).toMatchObject({ rows: [{ key: 'b', temp: 7 }], total: 1 })
  const refused = await call('POST', '/tables/readings/query', { filter: { temp: { $near: 5 } } })
  expect([refused.status, refused.json.error_code]).toEqual([400, 'QUERY_SYNTAX_ERROR'])
}

async function changeRows(call: Call): Promise<void> {
  const update = { filter: { key: 'a' }, update: { $set: { temp: 21 }, $inc: { edits: 1 } }, upsert: false }
  const changed = await call('PATCH', '/tables/readings/rows', update)
  expect([changed.status, changed.json]).toEqual([200, { matched_count: 1, modified_count: 1 }])
  const put = { filter: { key: 'c' }, update: { $set: { temp: -4 } }, upsert: true }
  expect((await call('PATCH', '/tables/readings/rows', put)).json).toMatchObject({ matched_count: 0 })
  const { rows } = (await call('POST', '/tables/readings/query', { sort: { key: 1 } })).json as { rows: object[] }
  expect(rows).toMatchObject([
    { key: 'a', temp: 21, edits: 1 },
    { key: 'b', temp: 7 },
    { key: 'c', temp: -4 },
  ])
  const deleted = await call('DELETE', '/tables/readings/rows', { filter: { temp: { $lt: 0 } }, limit: 100 })
  expect([deleted.status, deleted.json]).toEqual([200, { deleted_count: 1 }])
}

/** Reads to the end page by page, the way the guide's loop does. */
async function pageThrough(call: Call): Promise<void> {
  const many = Array.from({ length: 250 }, (_, index) => ({ key: `k${String(index).padStart(3, '0')}`, temp: index }))
  expect((await call('POST', '/tables/readings/rows', { row_data: many })).json.inserted_count).toBe(250)
  const keys: string[] = []
  for (;;) {
    const page = { filter: { key: { $regex: '^k' } }, sort: { temp: -1 }, limit: 100, offset: keys.length }
    const { rows, total } = (await call('POST', '/tables/readings/query', page)).json as Page
    expect(total).toBe(250)
    keys.push(...rows.map(({ key }) => key))
    if (rows.length < 100) break
  }
  expect(keys).toEqual(many.map(({ key }) => key).toReversed())
  const filter = { key: { $regex: '^k' } }
  expect((await call('DELETE', '/tables/readings/rows', { filter, limit: 249 })).json).toEqual({ deleted_count: 249 })
  expect((await call('DELETE', '/tables/readings/rows', { filter })).json).toEqual({ deleted_count: 1 })
}

interface Page {
  readonly rows: readonly { readonly key: string }[]
  readonly total: number
}

async function deleteAll(call: Call): Promise<void> {
  const unsure = await call('DELETE', '/tables/readings')
  expect([unsure.status, unsure.json.error_code]).toEqual([400, 'CONFIRMATION_REQUIRED'])
  const gone = await call('DELETE', '/tables/readings?confirm=true')
  expect([gone.status, gone.json]).toMatchObject([200, { rows_deleted: 2 }])
  const missing = await call('GET', '/tables/readings')
  expect([missing.status, missing.json.error_code]).toEqual([404, 'TABLE_NOT_FOUND'])
}
