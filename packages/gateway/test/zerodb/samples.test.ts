import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startZerodb } from './zerodb-fixture.ts'

const run = promisify(execFile)

/** Sends a request the way the service's guide shows it. */
async function curl(url: string, ...options: string[]): Promise<unknown> {
  const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', url, ...options])
  const [, body = '', status] = /^(.*)\n(\d+)$/s.exec(stdout) ?? []
  return [Number(status), JSON.parse(body)]
}

test('the documented samples, with curl', async () => {
  const gateway = await startZerodb()
  const call = (method: string, path: string, body?: object): Promise<unknown> => {
    const data = body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)]
    return curl(gateway.url + path, '-X', method, '-H', `X-API-Key: ${gateway.apiKey}`, ...data)
  }
  const schema = {
    fields: { key: 'string', temp: 'number', at: 'timestamp' },
    indexes: [{ name: 'key_u', columns: ['key'], unique: true }],
  }
  const table = { table_name: 'readings', schema, description: 'probe readings' }
  const times = { created_at: '2026-02-03T04:05:06Z', updated_at: '2026-02-03T04:05:06Z' }
  const { updated_at: _, ...created } = times
  const id = expect.stringMatching(/^tbl_[a-z0-9]{12}$/) as string
  const rowId = expect.stringMatching(/^row_[0-9a-f]{16}$/) as string

  expect(await call('POST', '/tables', table)).toEqual([201, { ...table, table_id: id, row_count: 0, ...created }])
  const { schema: _schema, ...item } = table
  expect(await call('GET', '/tables?limit=50')).toEqual([
    200,
    { tables: [{ ...item, table_id: id, row_count: 0, ...times }], total: 1, limit: 50, offset: 0 },
  ])
  expect(await call('GET', '/tables/readings')).toEqual([200, { ...table, table_id: id, row_count: 0, ...times }])

  const rows = [
    { key: 'a', temp: 20.5, at: '2026-02-03T04:05:06Z' },
    { key: 'b', temp: 7 },
  ]
  expect(await call('POST', '/tables/readings/rows', { row_data: rows, return_ids: true })).toEqual([
    201,
    { inserted_count: 2, row_ids: [rowId, rowId] },
  ])
  const query = {
    filter: { temp: { $gte: 5 } },
    projection: { key: 1, temp: 1 },
    sort: { temp: -1 },
    limit: 50,
    offset: 0,
  }
  const found = [
    { _id: rowId, key: 'a', temp: 20.5 },
    { _id: rowId, key: 'b', temp: 7 },
  ]
  expect(await call('POST', '/tables/readings/query', query)).toEqual([
    200,
    { rows: found, total: 2, limit: 50, offset: 0 },
  ])
  const update = { filter: { key: 'a' }, update: { $set: { temp: 21 }, $inc: { edits: 1 } }, upsert: false }
  expect(await call('PATCH', '/tables/readings/rows', update)).toEqual([200, { matched_count: 1, modified_count: 1 }])
  const deletion = { filter: { temp: { $lt: 10 } }, limit: 100 }
  expect(await call('DELETE', '/tables/readings/rows', deletion)).toEqual([200, { deleted_count: 1 }])
  const message = expect.stringContaining('readings') as string
  expect(await call('DELETE', '/tables/readings?confirm=true')).toEqual([
    200,
    { message, table_id: id, rows_deleted: 1 },
  ])
})
