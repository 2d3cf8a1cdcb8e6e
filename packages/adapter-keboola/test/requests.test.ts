import { expect, test } from 'vitest'
import type { KeboolaClient } from '../src/client.ts'
import { type RequestRow, jobOf, proveRequests } from './request-rows.ts'
import { answerAll, bucket, file, job, makeClient, table, useNock, workspace } from './wire-fixture.ts'

useNock()

const json = JSON.stringify
const base = '/v2/storage'
const bucketId = 'in.c-main'
const tableId = 'in.c-main.orders'
const uploadParams = {
  key: 'exp-15/1/orders.csv',
  bucket: 'kbc-files',
  acl: 'private',
  'x-amz-server-side-encryption': 'AES256',
  credentials: { AccessKeyId: 'AKIA', SecretAccessKey: 'secret', SessionToken: 'session' },
}
const prepared = { ...file, uploadParams }

// Section 16 of the contract, and the calls of sections 5 to 11: what goes over the wire, word for word.
const rows: RequestRow[] = [
  ['list buckets', (c) => c.buckets.list(), [bucket], `GET ${base}/buckets`],
  [
    'list buckets with metadata',
    (c) => c.buckets.list({ include: ['metadata', 'linkedBuckets'] }),
    [bucket],
    `GET ${base}/buckets?include=metadata,linkedBuckets`,
  ],
  ['get a bucket', (c) => c.buckets.get(bucketId), bucket, `GET ${base}/buckets/${bucketId}`],
  [
    'create a bucket',
    (c) => c.buckets.create({ name: 'shop', displayName: 'shop' }),
    bucket,
    `POST ${base}/buckets`,
    json({ name: 'shop', stage: 'in', displayName: 'shop' }),
  ],
  [
    'change a bucket',
    (c) => c.buckets.update(bucketId, { displayName: 'x' }),
    bucket,
    `PUT ${base}/buckets/${bucketId}?async=1`,
    json({ displayName: 'x' }),
  ],
  ['delete a bucket', (c) => c.buckets.delete(bucketId), job, `DELETE ${base}/buckets/${bucketId}?async=1`],
  [
    'delete a bucket with its tables',
    (c) => c.buckets.delete(bucketId, { force: true }),
    job,
    `DELETE ${base}/buckets/${bucketId}?async=1&force=1`,
  ],
  ['get a job', (c) => c.jobs.get('1/2'), job, `GET ${base}/jobs/1/2`],
  [
    'list jobs',
    (c) => c.jobs.list({ limit: 5, statuses: ['error'], excludedStatuses: ['success'], createdFrom: new Date(0) }),
    [job],
    `GET ${base}/jobs?limit=5&storage_job_status[]=error&excluded_storage_job_status[]=success&created_time_from=1970-01-01T00:00:00.000Z`,
  ],
  [
    'prepare a file: always with federationToken',
    (c) => c.files.prepare({ name: 'a.csv', sizeBytes: 52, tags: ['x'] }),
    prepared,
    `POST ${base}/files/prepare`,
    json({ name: 'a.csv', sizeBytes: 52, tags: ['x'], isEncrypted: true, federationToken: true }),
  ],
  ['refresh a file', (c) => c.files.refresh('555'), prepared, `PUT ${base}/files/555/refresh`],
  [
    'list files',
    (c) => c.files.list({ limit: 2, tags: ['a b', 'c&d'], q: 'tags:"a" AND tags:"b"', maxId: '9', showExpired: true }),
    [file],
    `GET ${base}/files?limit=2&tags[]=a b&tags[]=c&d&q=tags:"a" AND tags:"b"&maxId=9&showExpired=1`,
  ],
  ['get a file', (c) => c.files.get('555'), file, `GET ${base}/files/555`],
  [
    'get a file and how to read it',
    (c) => c.files.get('555', { withAccess: true }),
    file,
    `GET ${base}/files/555?federationToken=1`,
  ],
  ['get small content', async (c) => (await c.files.content('555')).text(), 'x', `GET ${base}/files/555/content`],
  ['delete a file', (c) => c.files.delete('555'), job, `DELETE ${base}/files/555?async=1`],
  ['tag a file', (c) => c.files.addTag('555', 'a/b'), '', `POST ${base}/files/555/tags`, json({ tag: 'a/b' })],
  ['untag a file', (c) => c.files.deleteTag('555', 'a/b#?'), '', `DELETE ${base}/files/555/tags/a/b#?`],
  [
    'snapshot a table',
    (c) => c.snapshots.create(tableId, { description: 'd' }),
    jobOf({ id: '82629' }),
    `POST ${base}/tables/${tableId}/snapshots`,
    json({ description: 'd' }),
  ],
  [
    'list snapshots',
    (c) => c.snapshots.list(tableId, { limit: 2, offset: 4 }),
    [{ id: '1' }],
    `GET ${base}/tables/${tableId}/snapshots?limit=2&offset=4`,
  ],
  ['get a snapshot', (c) => c.snapshots.get('1'), { id: 1, table: [] }, `GET ${base}/snapshots/1`],
  ['delete a snapshot', (c) => c.snapshots.delete('1'), '', `DELETE ${base}/snapshots/1`],
  [
    'create an alias',
    (c) => c.aliases.create(bucketId, { sourceTable: tableId, name: 'a', columns: ['id'] }),
    table,
    `POST ${base}/buckets/${bucketId}/table-aliases`,
    json({ sourceTable: tableId, name: 'a', aliasColumns: ['id'] }),
  ],
  [
    'show all columns',
    (c) => c.aliases.enableColumnSync(tableId),
    '',
    `POST ${base}/tables/${tableId}/alias-columns-auto-sync`,
    '{}',
  ],
  [
    'keep columns',
    (c) => c.aliases.disableColumnSync(tableId),
    '',
    `DELETE ${base}/tables/${tableId}/alias-columns-auto-sync`,
  ],
  [
    'filter an alias',
    (c) => c.aliases.setFilter(tableId, { column: 'a', operator: 'eq', values: ['1'] }),
    '',
    `POST ${base}/tables/${tableId}/alias-filter`,
    json({ column: 'a', operator: 'eq', values: ['1'] }),
  ],
  ['unfilter an alias', (c) => c.aliases.deleteFilter(tableId), '', `DELETE ${base}/tables/${tableId}/alias-filter`],
  ["a bucket's metadata", (c) => c.metadata.listOfBucket(bucketId), [], `GET ${base}/buckets/${bucketId}/metadata`],
  [
    "set a bucket's metadata",
    (c) => c.metadata.setOfBucket(bucketId, { provider: 'us', metadata: [{ key: 'k', value: 'v' }] }),
    [],
    `POST ${base}/buckets/${bucketId}/metadata`,
    json({ provider: 'us', metadata: [{ key: 'k', value: 'v' }] }),
  ],
  [
    "delete a bucket's metadata",
    (c) => c.metadata.deleteOfBucket(bucketId, '7'),
    '',
    `DELETE ${base}/buckets/${bucketId}/metadata/7`,
  ],
  ["a table's metadata", (c) => c.metadata.listOfTable(tableId), [], `GET ${base}/tables/${tableId}/metadata`],
  [
    "set a table's metadata, and its columns'",
    (c) =>
      c.metadata.setOfTable(tableId, {
        provider: 'us',
        metadata: [],
        columnsMetadata: { id: [{ key: 'k', value: 'v' }] },
      }),
    { metadata: [], columnsMetadata: [] },
    `POST ${base}/tables/${tableId}/metadata`,
    json({ provider: 'us', metadata: [], columnsMetadata: [[{ columnName: 'id', key: 'k', value: 'v' }]] }),
  ],
  [
    "delete a table's metadata",
    (c) => c.metadata.deleteOfTable(tableId, '7'),
    '',
    `DELETE ${base}/tables/${tableId}/metadata/7`,
  ],
  [
    "a column's metadata",
    (c) => c.metadata.listOfColumn(tableId, 'id'),
    [],
    `GET ${base}/columns/${tableId}.id/metadata`,
  ],
  [
    "set a column's metadata",
    (c) => c.metadata.setOfColumn(tableId, 'id', { provider: 'us', metadata: [] }),
    [],
    `POST ${base}/columns/${tableId}.id/metadata`,
    json({ provider: 'us', metadata: [] }),
  ],
  [
    "delete a column's metadata",
    (c) => c.metadata.deleteOfColumn(tableId, 'id', '7'),
    '',
    `DELETE ${base}/columns/${tableId}.id/metadata/7`,
  ],
  ['list workspaces', (c) => c.workspaces.list(), [workspace], `GET ${base}/workspaces`],
  ['get a workspace', (c) => c.workspaces.get('234'), workspace, `GET ${base}/workspaces/234`],
  [
    'create a workspace',
    (c) => c.workspaces.create({ backend: 'snowflake', loginType: 'default' }),
    workspace,
    `POST ${base}/workspaces?async=0`,
    json({ backend: 'snowflake', loginType: 'default' }),
  ],
  ['submit a workspace', (c) => c.workspaces.submitCreate(), jobOf(workspace), `POST ${base}/workspaces?async=1`, '{}'],
  ['delete a workspace', (c) => c.workspaces.delete('234'), job, `DELETE ${base}/workspaces/234?async=1`],
  [
    'reset a password',
    (c) => c.workspaces.resetPassword('234'),
    { password: 'p-w-d-1' },
    `POST ${base}/workspaces/234/password`,
    '{}',
  ],
  [
    'set a second public key',
    (c) => c.workspaces.setPublicKey('234', 'PEM', { keyName: 'RSA_PUBLIC_KEY_2' }),
    '',
    `POST ${base}/workspaces/234/public-key/RSA_PUBLIC_KEY_2`,
    json({ publicKey: 'PEM' }),
  ],
  [
    'load a workspace: what is in it stays, columns are objects',
    (c) => c.workspaces.load('234', [{ source: tableId, destination: 'orders', columns: ['id'], loadType: 'COPY' }]),
    job,
    `POST ${base}/workspaces/234/load`,
    json({
      input: [{ source: tableId, destination: 'orders', loadType: 'COPY', columns: [{ source: 'id' }] }],
      preserve: true,
    }),
  ],
  [
    'export from a workspace',
    (c) => c.workspaces.exportTable('234', { tableName: 'T', gzip: true }),
    jobOf({ file: { id: 9 } }),
    `POST ${base}/workspaces/234/table-export`,
    json({ tableName: 'T', gzip: true }),
  ],
  [
    'make credentials',
    (c) => c.workspaces.createCredentials('234'),
    workspace,
    `POST ${base}/workspaces/234/credentials`,
    '{}',
  ],
  [
    'get credentials',
    (c) => c.workspaces.getCredentials('234', '5'),
    workspace,
    `GET ${base}/workspaces/234/credentials/5`,
  ],
  [
    'take credentials back',
    (c) => c.workspaces.deleteCredentials('234', '5'),
    '',
    `DELETE ${base}/workspaces/234/credentials/5`,
  ],
  [
    'verify the token',
    (c) => c.project.verifyToken(),
    { id: '44', bucketPermissions: [], owner: { id: '8625', features: [] } },
    `GET ${base}/tokens/verify`,
  ],
  [
    'ask the stack',
    (c) => c.project.getStack(),
    { services: [{ id: 'query', url: 'https://query.keboola.com' }], features: [] },
    `GET ${base}?exclude=components`,
  ],
  [
    'list branches',
    (c) => c.project.listBranches(),
    [{ id: 18, name: 'Main', isDefault: true }],
    `GET ${base}/dev-branches`,
  ],
  ['get a branch', (c) => c.project.getBranch('default'), { id: 18, name: 'Main' }, `GET ${base}/dev-branches/default`],
  ['make a run id', (c) => c.project.createTicket(), { id: 123 }, `POST ${base}/tickets`, '{}'],
  [
    'search tables',
    (c) => c.project.searchTables({ metadataKey: 'k' }),
    [table],
    `GET ${base}/search/tables?metadataKey=k`,
  ],
  ['stats of a run', (c) => c.project.getStats('12'), [], `GET ${base}/stats?runId=12`],
]

proveRequests(rows)

test('every id is one segment of its path', async () => {
  const seen = answerAll([200, table])
  await makeClient().tables.get('in.c-a/b?c#d%e')
  expect(seen[0]?.path).toBe('/v2/storage/tables/in.c-a%2Fb%3Fc%23d%25e')
  await expect(makeClient().tables.get('..')).rejects.toMatchObject({ code: 'invalid-argument' })
  await expect(makeClient().files.deleteTag('1', '')).rejects.toMatchObject({ code: 'invalid-argument' })
})

const branched: [what: string, call: (client: KeboolaClient) => Promise<unknown>, answer: unknown, line: string][] = [
  ['tables', (c) => c.tables.get(tableId), table, `GET ${base}/branch/99/tables/${tableId}`],
  ['files', (c) => c.files.get('1'), file, `GET ${base}/branch/99/files/1`],
  ['workspaces', (c) => c.workspaces.get('1'), workspace, `GET ${base}/branch/99/workspaces/1`],
  [
    'a preview',
    (c) => c.tables.previewCsv(tableId),
    '"a"\n',
    `GET ${base}/branch/99/tables/${tableId}/data-preview?format=rfc`,
  ],
  ['no jobs', (c) => c.jobs.get('1'), job, `GET ${base}/jobs/1`],
  ['no snapshots by id', (c) => c.snapshots.get('1'), { id: 1 }, `GET ${base}/snapshots/1`],
  [
    'no filter of an alias',
    (c) => c.aliases.deleteFilter(tableId),
    '',
    `DELETE ${base}/tables/${tableId}/alias-filter`,
  ],
  ['no branches', (c) => c.project.listBranches(), [], `GET ${base}/dev-branches`],
]

test.each(branched)('in a branch are: %s', async (_, call, answer, line) => {
  const seen = answerAll([200, answer])
  await call(makeClient({ branchId: '99' }))
  await call(makeClient().inBranch('99'))
  expect(seen.map((request) => request.line)).toEqual([line, line])
})

test('a run id goes with every request', async () => {
  const seen = answerAll([200, table])
  const client = makeClient({ runId: '5107.12' })
  await client.tables.get(tableId)
  await client.files.content('1')
  expect(seen.map(({ headers }) => headers['x-kbc-runid'])).toEqual(['5107.12', '5107.12'])
})
