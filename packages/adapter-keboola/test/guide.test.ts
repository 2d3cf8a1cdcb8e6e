import { describe, expect, test } from 'vitest'
import { type RequestRow, jobOf } from './request-rows.ts'
import { answerAll, failureOf, job, makeClient, table, token, useNock } from './wire-fixture.ts'

useNock()

const base = '/v2/storage'
const bucketId = 'in.c-main'
const tableId = 'in.c-main.orders'
const csv = 'id,name\n1,"A&B, ž"\n'

// Section 15 of the contract: the calls as the guide shows them.
const rows: RequestRow[] = [
  [
    'create a table: its data and key in the query, no body',
    (c) => c.tables.create(bucketId, { name: 'orders', dataString: csv, primaryKey: ['id'] }),
    jobOf(table),
    `POST ${base}/buckets/${bucketId}/tables-async?name=orders&dataString=${csv}&primaryKey=id`,
    '',
  ],
  [
    'import: incremental is 1',
    (c) => c.tables.import(tableId, { dataString: csv, incremental: true }),
    jobOf({ totalRowsCount: 1 }),
    `POST ${base}/tables/${tableId}/import-async?dataString=${csv}&incremental=1`,
    '',
  ],
  [
    'import what was uploaded: as today',
    (c) => c.tables.import(tableId, { dataFileId: '555' }),
    jobOf({ totalRowsCount: 1 }),
    `POST ${base}/tables/${tableId}/import-async`,
    '{"dataFileId":555,"incremental":false}',
  ],
  [
    'export: options in the query, no gzip',
    (c) => c.tables.export(tableId, { changedSince: '-1 day', columns: ['id', 'name'], limit: 3 }),
    jobOf({ file: { url: 'https://files.example/x' } }),
    `POST ${base}/tables/${tableId}/export-async?columns=id,name&limit=3&changedSince=-1 day`,
    '',
  ],
  [
    'preview: pages of objects',
    (c) => c.tables.preview(tableId, { limit: 10_000, offset: 20_000 }),
    [],
    `GET ${base}/tables/${tableId}/data-preview?limit=10000&offset=20000`,
    '',
  ],
  [
    'set a primary key: at once',
    (c) => c.tables.setPrimaryKey(tableId, ['id']),
    table,
    `POST ${base}/tables/${tableId}`,
    '{"primaryKey":["id"]}',
  ],
]

test.each(rows)('the guide: %s', async (_, call, answer, line, body) => {
  const seen = answerAll([200, answer])
  const given = await call(makeClient({ dialect: 'guide' }))
  expect(seen.map((request) => [request.line, request.body])).toEqual([[line, body]])
  expect(seen[0]?.headers['x-storageapi-token']).toBe(token)
  const contentType = line.includes('dataString') ? 'text/csv' : body === '' ? undefined : 'application/json'
  expect(seen[0]?.headers['content-type']).toBe(contentType)
  if (typeof given === 'object' && given !== null && 'wait' in given)
    await (given as { wait(): Promise<unknown> }).wait()
  expect(seen).toHaveLength(1)
})

test("the guide's data arrives as it is, every character of it", async () => {
  const seen = answerAll([202, job])
  const text = 'a,b\r\n"+ &=#%?;/","🦆 \n"\n'
  await makeClient({ dialect: 'guide' }).tables.import(tableId, { dataString: text })
  expect(new URL(`https://x${seen[0]?.path ?? ''}`).searchParams.get('dataString')).toBe(text)
})

test('data that no URL holds is refused before anything is sent', async () => {
  const seen = answerAll([202, job])
  const { tables } = makeClient({ dialect: 'guide' })
  const failure = await failureOf(tables.import(tableId, { dataString: 'ž'.repeat(1200) }))
  expect(failure).toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('upload a file') as string,
  })
  expect(seen).toEqual([])
})

test("rows of the guide's previews are told apart by their columns", async () => {
  answerAll([
    200,
    [
      { id: '1', name: null },
      { id: 2, more: true },
    ],
  ])
  expect(await makeClient({ dialect: 'guide' }).tables.preview(tableId)).toEqual({
    columns: ['id', 'name', 'more'],
    rows: [
      ['1', null, null],
      ['2', null, 'true'],
    ],
    isTruncated: false,
  })
})

describe("today's dialect never speaks the guide's", () => {
  test.each([
    ['dataString to create', () => makeClient().tables.create(bucketId, { name: 'x', dataString: csv })],
    ['dataString to import', () => makeClient().tables.import(tableId, { dataString: csv })],
    ['a second page of a preview', () => makeClient().tables.preview(tableId, { offset: 100 })],
    ['a preview of more than 1,000 rows', () => makeClient().tables.preview(tableId, { limit: 1001 })],
    ['a CSV preview of more than 1,000 rows', () => makeClient().tables.previewCsv(tableId, { limit: 0 })],
  ])('%s is refused before anything is sent', async (_, call) => {
    const seen = answerAll([200, job])
    expect(await failureOf(call())).toMatchObject({ code: 'invalid-argument' })
    expect(seen).toEqual([])
  })
})

describe('requests that could do harm are refused before they are sent', () => {
  const { tables, files } = makeClient()

  test.each([
    ['deleting rows without a filter', () => tables.deleteRows(tableId, {})],
    ['deleting rows with a filter without columns', () => tables.deleteRows(tableId, { whereFilters: [] })],
    [
      'deleting with a filter and allowTruncate',
      () => tables.deleteRows(tableId, { changedUntil: '-1 day', allowTruncate: true }),
    ],
    [
      "deleting by gt, which rows can't be chosen by",
      () => tables.deleteRows(tableId, { whereFilters: [{ column: 'a', operator: 'gt', values: ['1'] }] }),
    ],
    [
      'deleting by a filter without values',
      () => tables.deleteRows(tableId, { whereFilters: [{ column: 'a', operator: 'eq', values: [] }] }),
    ],
    ['importing nothing', () => tables.import(tableId, {})],
    ['importing two things', () => tables.import(tableId, { dataFileId: '1', dataWorkspaceId: '2', dataObject: 'T' })],
    ['importing half a workspace', () => tables.import(tableId, { dataWorkspaceId: '2' })],
    ['enclosure and escapedBy', () => tables.import(tableId, { dataFileId: '1', enclosure: '"', escapedBy: '\\' })],
    ['two values for nothing', () => tables.import(tableId, { dataFileId: '1', treatValuesAsNull: ['', 'NULL'] })],
    ['a column with a comma', () => tables.export(tableId, { columns: ['a,b'] })],
    ['a key with a comma', () => tables.create(bucketId, { name: 'x', dataFileId: '1', primaryKey: ['a,b'] })],
    ['a primary key without columns', () => tables.setPrimaryKey(tableId, [])],
    ['a tag without characters', () => files.addTag('1', '')],
  ])('%s', async (_, call) => {
    const seen = answerAll([200, job])
    expect(await failureOf(call())).toMatchObject({ code: 'invalid-argument' })
    expect(seen).toEqual([])
  })
})
