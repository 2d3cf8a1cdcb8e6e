import { describe, expect, test } from 'vitest'
import type { ZerodbClient } from '../src/index.ts'
import { answer, apiKey, makeClient, table, useNock } from './wire-fixture.ts'

useNock()

const base = '/v1/public/database/tables'
const schema = {
  fields: { key: 'string', temp: 'number', at: 'timestamp' },
  indexes: [{ name: 'key_u', columns: ['key'], unique: true }],
} as const
const rows = [
  { key: 'a', temp: 20.5, at: '2026-02-03T04:05:06Z' },
  { key: 'b', temp: 7 },
]
const page = {
  rows: [
    { _id: 'row_0a1b2c3d4e5f6071', key: 'a', temp: 20.5 },
    { _id: 'row_1122334455667788', key: 'b', temp: 7 },
  ],
  total: 2,
  limit: 50,
  offset: 0,
}

interface Sample {
  readonly call: (client: ZerodbClient) => Promise<unknown>
  readonly status?: number
  readonly answer: object
  readonly line: string
  readonly body?: unknown
  readonly gives: unknown
}

const instants = { createdAt: new Date('2026-02-03T04:05:06Z'), updatedAt: undefined }
const readings = {
  tableId: 'tbl_q1w2e3r4t5y6',
  tableName: 'readings',
  schema: table.schema,
  description: 'probe readings',
  rowCount: 0,
  ...instants,
}

// Section 3 of the contract: what goes over the wire, and what comes of the answer.
const samples: Readonly<Record<string, Sample>> = {
  'create table': {
    call: (c) => c.createTable({ tableName: 'readings', schema, description: 'probe readings' }),
    status: 201,
    answer: table,
    line: `POST ${base}`,
    body: { table_name: 'readings', schema, description: 'probe readings' },
    gives: readings,
  },
  'create table, with the short answer of the quick start': {
    call: (c) => c.createTable({ tableName: 't', schema: { fields: { a: 'string' } } }),
    status: 201,
    answer: { table_id: 'tbl_1', table_name: 't', row_count: 0 },
    line: `POST ${base}`,
    body: { table_name: 't', schema: { fields: { a: 'string' } } },
    gives: expect.objectContaining({ tableId: 'tbl_1', tableName: 't', rowCount: 0, schema: undefined }),
  },
  'list tables': {
    call: (c) => c.listTables(),
    answer: { tables: [{ ...table, schema: undefined }], total: 1, limit: 100, offset: 0 },
    line: `GET ${base}?limit=100&offset=0`,
    gives: { tables: [{ ...readings, schema: undefined }], total: 1 },
  },
  'list tables, a page': {
    call: (c) => c.listTables({ limit: 1000, offset: 2000 }),
    answer: { tables: [], total: 2000 },
    line: `GET ${base}?limit=1000&offset=2000`,
    gives: { tables: [], total: 2000 },
  },
  'get table by name': {
    call: (c) => c.getTable('readings'),
    answer: { ...table, updated_at: '2026-02-04T04:05:06Z' },
    line: `GET ${base}/readings`,
    gives: { ...readings, updatedAt: new Date('2026-02-04T04:05:06Z') },
  },
  'get table by id': {
    call: (c) => c.getTable('tbl_q1w2e3r4t5y6'),
    answer: table,
    line: `GET ${base}/tbl_q1w2e3r4t5y6`,
    gives: readings,
  },
  'get table of a name that needs encoding': {
    call: (c) => c.getTable('a/b?c#d e'),
    answer: table,
    line: `GET ${base}/a%2Fb%3Fc%23d%20e`,
    gives: readings,
  },
  'delete table': {
    call: (c) => c.deleteTable('readings', { confirm: true }),
    answer: { message: 'readings is gone', table_id: 'tbl_q1w2e3r4t5y6', rows_deleted: 12 },
    line: `DELETE ${base}/readings?confirm=true`,
    gives: { tableId: 'tbl_q1w2e3r4t5y6', rowsDeleted: 12 },
  },
  'insert rows': {
    call: (c) => c.insertRows('readings', rows),
    status: 201,
    answer: { inserted_count: 2, row_ids: ['row_0a1b2c3d4e5f6071', 'row_1122334455667788'] },
    line: `POST ${base}/readings/rows`,
    body: { row_data: rows, return_ids: true },
    gives: { insertedCount: 2, rowIds: ['row_0a1b2c3d4e5f6071', 'row_1122334455667788'] },
  },
  'insert rows without ids': {
    call: (c) => c.insertRows('readings', rows, { returnIds: false }),
    status: 201,
    answer: { inserted_count: 2 },
    line: `POST ${base}/readings/rows`,
    body: { row_data: rows, return_ids: false },
    gives: { insertedCount: 2, rowIds: undefined },
  },
  'query rows': {
    call: (c) =>
      c.queryRows('readings', {
        filter: { temp: { $gte: 5 } },
        projection: { key: 1, temp: 1 },
        sort: { temp: -1 },
        limit: 50,
        offset: 0,
      }),
    answer: page,
    line: `POST ${base}/readings/query`,
    body: {
      filter: { temp: { $gte: 5 } },
      projection: { _id: 1, key: 1, temp: 1 },
      sort: { temp: -1 },
      limit: 50,
      offset: 0,
    },
    gives: { rows: page.rows, total: 2 },
  },
  'query all rows': {
    call: (c) => c.queryRows('readings'),
    answer: { rows: [], total: 0 },
    line: `POST ${base}/readings/query`,
    body: { filter: {}, limit: 100, offset: 0 },
    gives: { rows: [], total: 0 },
  },
  'update rows': {
    call: (c) => c.updateRows('readings', { key: 'a' }, { $set: { temp: 21 }, $inc: { edits: 1 } }),
    answer: { matched_count: 1, modified_count: 1 },
    line: `PATCH ${base}/readings/rows`,
    body: { filter: { key: 'a' }, update: { $set: { temp: 21 }, $inc: { edits: 1 } }, upsert: false },
    gives: { matchedCount: 1, modifiedCount: 1 },
  },
  'update rows with each operator, and upsert': {
    call: (c) =>
      c.updateRows(
        'readings',
        { key: 'a' },
        {
          $unset: { at: true },
          $push: { tags: ['x'] },
          $pull: { notes: { by: 'me', at: { $lt: 5 } }, marks: { $gte: 5 } },
        },
        { upsert: true },
      ),
    answer: { matched_count: 0, modified_count: 0 },
    line: `PATCH ${base}/readings/rows`,
    body: {
      filter: { key: 'a' },
      update: {
        $unset: { at: '' },
        $push: { tags: ['x'] },
        $pull: { notes: { by: 'me', at: { $lt: 5 } }, marks: { $gte: 5 } },
      },
      upsert: true,
    },
    gives: { matchedCount: 0, modifiedCount: 0 },
  },
  'delete rows': {
    call: (c) => c.deleteRows('readings', { temp: { $lt: 0 } }, { limit: 100 }),
    answer: { deleted_count: 15 },
    line: `DELETE ${base}/readings/rows`,
    body: { filter: { temp: { $lt: 0 } }, limit: 100 },
    gives: 15,
  },
  'delete all rows': {
    call: (c) => c.deleteRows('readings', {}, { all: true }),
    answer: { deleted_count: 15 },
    line: `DELETE ${base}/readings/rows`,
    body: { filter: {} },
    gives: 15,
  },
}

describe('requests', () => {
  test.each(Object.entries(samples))('%s', async (_, { call, status = 200, answer: body, line, body: sent, gives }) => {
    const seen = answer([status, body])
    expect(await call(makeClient())).toEqual(gives)
    expect(seen.map((request) => [request.line, request.body])).toEqual([[line, sent]])
    expect(seen[0]?.headers).toMatchObject({ 'x-api-key': apiKey, accept: 'application/json' })
    expect(seen[0]?.headers['content-type']).toBe(sent === undefined ? undefined : 'application/json')
  })

  test('carry the extra headers, beside the key', async () => {
    const seen = answer([200, { tables: [], total: 0 }])
    await makeClient({ extraHeaders: { 'X-Project-ID': 'p-1' } }).listTables()
    expect(seen[0]?.headers).toMatchObject({ 'x-project-id': 'p-1', 'x-api-key': apiKey })
  })

  test('the dialect of the project routes sends skip and reads envelopes', async () => {
    const data = [{ row_id: 'row_1', table_name: 't', row_data: { a: 1, b: [2] }, created_at: 'x' }]
    const seen = answer([200, { data, total: 1, has_more: false }])
    const client = makeClient({ responseDialect: 'project' })
    expect(await client.queryRows('t', { offset: 3 })).toEqual({ rows: [{ a: 1, b: [2], _id: 'row_1' }], total: 1 })
    expect(seen[0]?.body).toEqual({ filter: {}, limit: 100, skip: 3 })
  })
})

/** Calls that must be refused before anything is sent, by what is wrong. */
const refused: Readonly<Record<string, (client: ZerodbClient) => Promise<unknown>>> = {
  'a table deleted without a word': (c) => c.deleteTable('t', {} as { confirm: true }),
  'a limit above 1,000': (c) => c.queryRows('t', { limit: 1001 }),
  'a limit of 0': (c) => c.queryRows('t', { limit: 0 }),
  'a broken limit': (c) => c.queryRows('t', { limit: 1.5 }),
  'a negative offset': (c) => c.queryRows('t', { offset: -1 }),
  'a listing of more than 1,000': (c) => c.listTables({ limit: 1001 }),
  'an empty list of rows': (c) => c.insertRows('t', []),
  'more rows than the tier takes': (c) =>
    c.insertRows(
      't',
      Array.from({ length: 1001 }, () => ({ a: 1 })),
    ),
  'a row with an _id': (c) => c.insertRows('t', [{ _id: 'row_1' }]),
  'an empty filter of an update': (c) => c.updateRows('t', {}, { $set: { a: 1 } }),
  'an empty filter of a delete': (c) => c.deleteRows('t', {}),
  'a filter of nothing but an empty $and': (c) => c.deleteRows('t', { $and: [{}] }),
  'a negative limit of a delete': (c) => c.deleteRows('t', { a: 1 }, { limit: -1 }),
  'a broken limit of a delete': (c) => c.deleteRows('t', { a: 1 }, { limit: 0.5 }),
  'an update without operators': (c) => c.updateRows('t', { a: 1 }, { b: 2 } as never),
  'an empty update': (c) => c.updateRows('t', { a: 1 }, {}),
  'an unknown operator of an update': (c) => c.updateRows('t', { a: 1 }, { $rename: { a: 'b' } } as never),
  'a modifier of $push': (c) => c.updateRows('t', { a: 1 }, { $push: { b: { $each: [1] } } } as never),
  'a change of the row id': (c) => c.updateRows('t', { a: 1 }, { $set: { _id: 'x' } }),
  'an unknown operator of a filter': (c) => c.queryRows('t', { filter: { a: { $contains: 'x' } } as never }),
  'undefined in a filter': (c) => c.queryRows('t', { filter: { a: undefined } as never }),
  'another direction of a sort': (c) => c.queryRows('t', { sort: { a: 0 } as never }),
  'another value of a projection': (c) => c.queryRows('t', { projection: { a: 'x' } as never }),
  'the name .': (c) => c.getTable('.'),
  'the name ..': (c) => c.getTable('..'),
  'an empty name': (c) => c.getTable(''),
}

describe('refused before anything is sent', () => {
  test.each(Object.entries(refused))('%s', async (_, call) => {
    const seen = answer([200, {}])
    await expect(call(makeClient())).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(seen).toEqual([])
  })

  test.each([
    ['$or over two fields', { $or: [{ a: 1 }, { b: 1 }] }],
    ['$nor of a comparison', { $nor: [{ a: { $gt: 1 } }] }],
    ['$not of a comparison', { a: { $not: { $gt: 1 } } }],
  ])('%s, which the service has no words for', async (_, filter) => {
    const seen = answer([200, {}])
    await expect(makeClient().queryRows('t', { filter })).rejects.toMatchObject({ code: 'unsupported' })
    expect(seen).toEqual([])
  })

  test('a sort whose order of keys an object would change', async () => {
    const sort = [
      ['b', 1],
      ['1', -1],
    ] as const
    await expect(makeClient().queryRows('t', { sort })).rejects.toMatchObject({ code: 'unsupported' })
  })
})

test('a delete of 0 rows sends nothing', async () => {
  const seen = answer([200, { deleted_count: 9 }])
  expect(await makeClient().deleteRows('t', { a: 1 }, { limit: 0 })).toBe(0)
  expect(seen).toEqual([])
})

test('operators that were allowed are sent as they are', async () => {
  const seen = answer([200, { rows: [], total: 0 }])
  const filter = { a: { $contains: 'x' } } as never
  await makeClient({ extraOperators: ['$contains'] }).queryRows('t', { filter })
  expect(seen[0]?.body).toMatchObject({ filter })
})
