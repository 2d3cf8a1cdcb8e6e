import { describe, expect, test } from 'vitest'
import { createKeboolaClient } from '../src/client.ts'
import { detectKeboolaContext, toSqlName } from '../src/contexts.ts'
import { answerAll, bucket, failureOf, job, makeClient, table, useNock, workspace } from './wire-fixture.ts'

useNock()

const tableId = 'in.c-main.orders'
const inWorkspace = { KBC_PROJECT_ID: '8625' }

describe('which context it is', () => {
  test('shows in the environment', () => {
    expect(detectKeboolaContext({})).toBe('storage')
    expect(detectKeboolaContext({ KBC_PROJECT_ID: '' })).toBe('storage')
    expect(detectKeboolaContext(inWorkspace)).toBe('workspace')
  })
})

describe('a reference to a table', () => {
  test('is its id in the storage context, which asks nobody', async () => {
    const seen = answerAll([500, ''])
    expect(await makeClient().tableReference(tableId, {}, {}, {})).toBe(tableId)
    expect(seen).toEqual([])
  })

  test('is the place the backend gave its bucket in a workspace', async () => {
    const seen = answerAll([200, bucket])
    expect(await makeClient().tableReference(tableId, {}, {}, inWorkspace)).toBe('"KBC_PRJ_123"."in.c-main"."orders"')
    expect(seen.map(({ line }) => line)).toEqual(['GET /v2/storage/buckets/in.c-main'])
  })

  test('is in the project it comes from when its bucket is linked', async () => {
    answerAll([200, { ...bucket, isLinkedBucket: true, backendPath: ['SAPI_7', 'out.c-shared'] }])
    expect(await makeClient().tableReference(tableId, { context: 'workspace' }, {}, {})).toBe(
      '"SAPI_7"."out.c-shared"."orders"',
    )
  })

  test('has backticks and no project on BigQuery', () => {
    expect(toSqlName(tableId, { backend: 'bigquery', backendPath: ['in_c_main'] })).toBe('`in_c_main`.`orders`')
    expect(() => toSqlName(tableId, { backend: 'bigquery', backendPath: ['in`c'] })).toThrow('backtick')
  })

  test('has its quotes doubled', () => {
    expect(toSqlName(tableId, { backend: 'snowflake', backendPath: ['A"B', 'c'] })).toBe('"A""B"."c"."orders"')
  })

  test("has the guide's form on request, and where the place is not known", async () => {
    const seen = answerAll([200, { ...bucket, backendPath: [] }])
    const guide = '"8625"."in.c-main"."orders"'
    expect(await makeClient().tableReference(tableId, { form: 'guide' }, {}, inWorkspace)).toBe(guide)
    expect(seen).toEqual([])
    expect(await makeClient().tableReference(tableId, {}, {}, inWorkspace)).toBe(guide)
    expect(await makeClient().tableReference(tableId, { context: 'workspace', projectId: '8625' }, {}, {})).toBe(guide)
  })

  test('that nothing is known of fails', async () => {
    answerAll([200, { ...bucket, backendPath: undefined }])
    const failure = await failureOf(makeClient().tableReference(tableId, { context: 'workspace' }, {}, {}))
    expect(failure).toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('KBC_PROJECT_ID') as string,
    })
  })
})

describe('contexts that are mixed', () => {
  const sqlName = '"KBC_PRJ_123"."in.c-main"."orders"'

  test.each([
    ['getting a table', () => makeClient().tables.get(sqlName)],
    ['importing', () => makeClient().tables.import(sqlName, { dataFileId: '1' })],
    ['a preview', () => makeClient().tables.previewCsv('`in_c_main`.`orders`')],
    ['loading a workspace', () => makeClient().workspaces.load('1', [{ source: sqlName, destination: 'x' }])],
    ['a reference', () => makeClient().tableReference(sqlName, { context: 'storage' })],
  ])('a name in SQL is refused: %s', async (_, call) => {
    const seen = answerAll([500, ''])
    const failure = await failureOf(call())
    expect(failure).toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(
        "is a table's name in SQL, for a workspace: the Storage API takes its id",
      ) as string,
    })
    expect(seen).toEqual([])
  })

  test.each(['orders', 'in.c-main', 'in.c-main.a.b', '', 'in..orders'])('%j has no name in SQL', (id) => {
    expect(() => toSqlName(id, bucket)).toThrow("is no table's id")
  })

  test('a workspace without a token is told that its credentials are none', () => {
    const make = (): unknown => createKeboolaClient({}, { environment: inWorkspace })
    expect(make).toThrow('Keboola needs a Storage API token')
    expect(make).toThrow('its credentials are for its database, and no token')
  })
})

describe('a workspace in use', () => {
  const done = { ...job, operationName: 'workspaceLoad' }

  test('is made, loaded, reached, unloaded and deleted', async () => {
    const seen = answerAll(
      [201, workspace],
      [202, done],
      [200, table],
      [202, { ...job, results: { totalRowsCount: 1 } }],
      [404, { code: 'storage.tables.notFound' }],
      [202, { ...job, results: { ...table, id: 'out.c-x.new' } }],
      [202, done],
    )
    const handle = await makeClient().openWorkspace({ backend: 'snowflake' })
    expect((await handle.credentials()).password).toBe('pwd-told-once')
    await handle.load([tableId, { source: 'in.c-main.a', destination: 'b', rows: 5 }])
    expect(handle.sqlName('orders')).toBe('"KBC_USE4_361"."WORKSPACE_234"."orders"')
    expect(await handle.unload('result', { bucketId: 'in.c-main', name: 'orders', incremental: true })).toBe(tableId)
    expect(await handle.unload('new', { bucketId: 'out.c-x', primaryKey: ['id'] })).toBe('out.c-x.new')
    await handle.delete()
    expect(seen.map(({ line, body }) => [line.replace('/v2/storage/', ''), body])).toEqual([
      ['POST workspaces?async=0', '{"backend":"snowflake"}'],
      [
        'POST workspaces/234/load',
        JSON.stringify({
          input: [
            { source: tableId, destination: 'orders' },
            { source: 'in.c-main.a', destination: 'b', rows: 5 },
          ],
          preserve: true,
        }),
      ],
      ['GET tables/in.c-main.orders', ''],
      [
        'POST tables/in.c-main.orders/import-async',
        JSON.stringify({ dataWorkspaceId: 234, dataObject: 'result', incremental: true }),
      ],
      ['GET tables/out.c-x.new', ''],
      [
        'POST buckets/out.c-x/tables-async',
        JSON.stringify({ name: 'new', dataWorkspaceId: 234, dataObject: 'new', primaryKey: 'id' }),
      ],
      ['DELETE workspaces/234?async=1', ''],
    ])
  })

  test('that was made earlier gets a new password', async () => {
    const { password: _, ...connection } = workspace.connection
    const seen = answerAll([200, { ...workspace, connection }], [201, { password: 'another-one' }])
    const handle = await makeClient().attachWorkspace('234')
    expect((await handle.credentials()).password).toBe('another-one')
    expect(seen.map(({ line }) => line)).toEqual([
      'GET /v2/storage/workspaces/234',
      'POST /v2/storage/workspaces/234/password',
    ])
  })
})
