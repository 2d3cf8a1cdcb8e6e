import { inspect } from 'node:util'
import { redact } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import {
  answerAll,
  bucket,
  failureOf,
  file,
  job,
  makeClient,
  table,
  token,
  useNock,
  workspace,
} from './wire-fixture.ts'

useNock()

describe('answers are checked', () => {
  test('an empty list stands for an empty map wherever a map is expected', async () => {
    const typed = {
      ...table,
      isTyped: true,
      definition: { columns: [{ name: 'id', definition: [] }] },
      columnMetadata: [],
    }
    answerAll([200, { ...typed, sourceTable: [], bucket: [] }])
    const got = await makeClient().tables.get(table.id)
    expect(got).toMatchObject({ columnMetadata: {}, bucket: undefined, sourceTableId: undefined })
    expect(got.columnTypes.get('id')).toEqual({ isNullable: true })
    answerAll([200, { ...job, operationParams: [], results: [], error: [], metrics: [] }])
    expect(await makeClient().jobs.get('1')).toMatchObject({ operationParams: {}, results: {}, error: undefined })
  })

  test('what may be left out, or be null, is left out', async () => {
    answerAll([200, { id: 'in.c-main.orders', name: 'orders', rowsCount: null, dataSizeBytes: null, primaryKey: null }])
    expect(await makeClient().tables.get(table.id)).toMatchObject({
      bucketId: 'in.c-main',
      primaryKey: [],
      isAlias: false,
      isTyped: false,
      metadata: [],
      columnMetadata: {},
      columns: undefined,
      rowsCount: undefined,
    })
    answerAll([200, { id: 5, name: 'x' }])
    expect(await makeClient().files.get('5')).toMatchObject({ isSliced: false, tags: [], maxAgeDays: undefined })
    answerAll([200, { id: 'in.c-main' }])
    expect(await makeClient().buckets.get('in.c-main')).toMatchObject({ isLinked: false, name: 'c-main', metadata: [] })
  })

  test('a definition of an untyped table says nothing', async () => {
    const columns = [null, [], {}].map((definition, index) => ({ name: `c${index}`, definition }))
    answerAll([200, { ...table, definition: { columns } }])
    expect((await makeClient().tables.get(table.id)).columnTypes.size).toBe(0)
  })

  test('the columns of a typed table have their types', async () => {
    const definition = { type: 'NUMBER', length: '38,0', nullable: false, default: null }
    answerAll([
      200,
      { ...table, isTyped: true, definition: { columns: [{ name: 'id', definition, basetype: 'INTEGER' }] } },
    ])
    const { columnTypes } = await makeClient().tables.get(table.id)
    expect(columnTypes.get('id')).toEqual({ type: 'NUMBER', length: '38,0', isNullable: false, baseType: 'INTEGER' })
  })

  test('ids may be numbers or texts and come as texts', async () => {
    for (const id of [22070846, '22070846']) {
      answerAll([200, { ...job, id }])
      expect((await makeClient().jobs.get('1')).id).toBe('22070846')
    }
  })

  test('an id that no double holds keeps its digits', async () => {
    answerAll([200, `{"id":123456789012345678901,"name":"x"}`, { 'content-type': 'application/json' }])
    expect((await makeClient().files.get('1')).id).toBe('123456789012345678901')
  })

  test('the tables of a bucket are a URL in lists and a list in the bucket itself', async () => {
    answerAll([200, [bucket]])
    expect((await makeClient().buckets.list())[0]?.tables).toBeUndefined()
    answerAll([200, { ...bucket, tables: [{ ...table, columns: undefined }] }])
    expect((await makeClient().buckets.get(bucket.id)).tables?.map(({ id, columns }) => [id, columns])).toEqual([
      ['in.c-main.orders', undefined],
    ])
  })

  test('a linked bucket says where it comes from', async () => {
    answerAll([200, { ...bucket, sourceBucket: { id: 'out.c-x', project: { id: 7 } } }])
    expect(await makeClient().buckets.get(bucket.id)).toMatchObject({
      isLinked: true,
      source: { id: 'out.c-x', projectId: '7' },
    })
  })

  test.each([
    ['a table without an id', { name: 'x' }],
    ['a page', '<html>'],
    ['a list', []],
    ['nothing', ''],
    ['an id that is an object', { ...table, id: {} }],
  ])('%s instead of a table is refused', async (_, answer) => {
    answerAll([200, answer])
    expect(await failureOf(makeClient().tables.get(table.id))).toMatchObject({ code: 'unavailable', retryable: false })
  })

  test('a preview whose rows have other columns is refused', async () => {
    const rows = [[{ columnName: 'b', value: '1', isTruncated: false }]]
    answerAll([200, { columns: ['a'], rows }])
    expect(await failureOf(makeClient().tables.preview(table.id))).toMatchObject({ code: 'unavailable' })
  })

  test('a preview says when a value was cut', async () => {
    const rows = [[{ columnName: 'a', value: 'x', isTruncated: true }]]
    answerAll([200, { columns: ['a'], rows }])
    expect(await makeClient().tables.preview(table.id)).toEqual({ columns: ['a'], rows: [['x']], isTruncated: true })
  })

  test('metadata of a table comes in two forms', async () => {
    const item = { id: '1', key: 'k', value: 'v', provider: 'p', timestamp: '2017-02-13 23:36:10' }
    const fields = { provider: 'p', metadata: [] }
    const entry = { id: '1', key: 'k', value: 'v', provider: 'p', writtenAt: new Date('2017-02-13T23:36:10Z') }
    answerAll([201, [item]])
    expect(await makeClient().metadata.setOfTable(table.id, fields)).toEqual({ metadata: [entry], columnsMetadata: {} })
    answerAll([201, { metadata: [{ ...item, id: 1 }], columnsMetadata: { c: [item] } }])
    expect(await makeClient().metadata.setOfTable(table.id, fields)).toEqual({
      metadata: [entry],
      columnsMetadata: { c: [entry] },
    })
  })
})

describe("secrets don't show", () => {
  const secrets = [
    token,
    'abc-signature',
    'AKIA-id',
    's3-secret',
    's3-session',
    'pwd-told-once',
    'sas-signature',
    'gcs-token',
  ]

  function expectHidden(value: unknown): void {
    const texts = [inspect(value, { depth: 9, showHidden: false }), JSON.stringify(value) ?? '', String(value)]
    for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret)
  }

  test('in the client', () => {
    expectHidden(makeClient())
    expect(redact(`the token is ${token}`)).not.toContain(token)
  })

  test('in files, though they are there', async () => {
    const credentials = { AccessKeyId: 'AKIA-id', SecretAccessKey: 's3-secret', SessionToken: 's3-session' }
    const url = 'https://files.example/x?X-Amz-Signature=abc-signature'
    answerAll([200, { ...file, url, credentials, s3Path: { bucket: 'b', key: 'k' } }])
    const got = await makeClient().files.get('555', { withAccess: true })
    expectHidden(got)
    expectHidden({ ...got })
    expect([got.url, got.readAccess]).toMatchObject([url, { provider: 'aws', secretAccessKey: 's3-secret' }])
    const sas = {
      SASConnectionString:
        'BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=sv=1&sig=sas-signature==',
    }
    answerAll([200, { ...file, absUploadParams: { blobName: 'b', container: 'c', absCredentials: sas } }])
    const azure = await makeClient().files.prepare({ name: 'x' })
    expectHidden(azure)
    expect(azure.writeAccess).toMatchObject({
      blobEndpoint: 'https://a.blob.core.windows.net',
      sas: 'sv=1&sig=sas-signature==',
    })
    answerAll([200, { ...file, gcsUploadParams: { bucket: 'b', key: 'k', access_token: 'gcs-token' } }])
    expectHidden(await makeClient().files.prepare({ name: 'x' }))
  })

  test('in workspaces, though they are there', async () => {
    answerAll([200, workspace])
    const got = await makeClient().workspaces.create()
    expectHidden(got)
    expect(got.secret?.password).toBe('pwd-told-once')
    answerAll([200, { password: 'pwd-told-once' }])
    const secret = await makeClient().workspaces.resetPassword('1')
    expectHidden(secret)
    expect(secret.password).toBe('pwd-told-once')
  })

  test('in failures, even where the service repeats them', async () => {
    answerAll([401, { error: `Invalid token ${token}`, code: 'storage.tokenInvalid' }])
    const failure = await failureOf(makeClient().tables.get(table.id))
    expectHidden(failure)
    expect(String(failure)).toContain('answered 401')
  })

  test("in the guide's results", async () => {
    answerAll([200, { ...job, results: { file: { id: 1, url: 'https://x.example/?sig=abc-signature' } } }])
    const result = await (await makeClient({ dialect: 'guide' }).tables.export(table.id)).wait()
    expectHidden(result)
    expect(result.fileUrl).toContain('abc-signature')
  })
})
