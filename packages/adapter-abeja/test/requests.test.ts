import { expect, test } from 'vitest'
import type { AbejaClient } from '../src/index.ts'
import {
  answerNext,
  bucketFile,
  channel,
  channelFile,
  inEnvelope,
  makeClient,
  organization,
  useNock,
} from './wire-fixture.ts'

useNock()

const base = `/organizations/${organization}`
const { channel_id: channelId } = channel
const { file_id: fileId } = channelFile
const bucketId = '1620394857612'
const bucket = { bucket_id: bucketId, name: 'reports', description: '', archived: false }
const datasource = { datasource_id: '1733344455566', display_name: 'gate-7', secret: '9f2c'.repeat(10) }
const aChannel = inEnvelope({ channel })
const aBucket = inEnvelope({ bucket })
const aDatasource = inEnvelope({ datasource })
const noFiles = { files: [], next_page_token: null }
const json = JSON.stringify

type Row = [
  operation: string,
  call: (client: AbejaClient) => Promise<unknown>,
  answer: object,
  line: string,
  body?: string,
]

// Section 12 of the contract: what goes over the wire, word for word. No path ends in a slash.
const rows: Row[] = [
  [
    'create_channel',
    (c) => c.createChannel({ name: 'n', description: 'd' }),
    aChannel,
    `POST ${base}/channels`,
    json({ name: 'n', description: 'd', storage_type: 'datalake' }),
  ],
  [
    'create_channel of files',
    (c) => c.createChannel({ storageType: 'file' }),
    aChannel,
    `POST ${base}/channels`,
    json({ storage_type: 'file' }),
  ],
  [
    'list_channels',
    (c) => c.listChannels(),
    inEnvelope({ channels: [], has_next: false }),
    `GET ${base}/channels?filter_archived=exclude_archived`,
  ],
  [
    'list_channels, all of them',
    (c) => c.listChannels({ limit: 2, offset: 4, includeArchived: true }),
    inEnvelope({ channels: [] }),
    `GET ${base}/channels?limit=2&offset=4&filter_archived=include_archived`,
  ],
  [
    'list_channels with a limit of 0',
    (c) => c.listChannels({ limit: 0 }),
    inEnvelope({ channels: [] }),
    `GET ${base}/channels?limit=0&filter_archived=exclude_archived`,
  ],
  ['get_channel', (c) => c.getChannel(channelId), aChannel, `GET ${base}/channels/${channelId}`],
  [
    'patch_channel',
    (c) => c.patchChannel(channelId, { description: '' }),
    aChannel,
    `PATCH ${base}/channels/${channelId}`,
    json({ description: '' }),
  ],
  [
    'patch_channel of nothing',
    (c) => c.patchChannel(channelId, {}),
    aChannel,
    `PATCH ${base}/channels/${channelId}`,
    '{}',
  ],
  ['archive_channel', (c) => c.archiveChannel(channelId), aChannel, `POST ${base}/channels/${channelId}/archive`, ''],
  [
    'unarchive_channel',
    (c) => c.unarchiveChannel(channelId),
    aChannel,
    `POST ${base}/channels/${channelId}/unarchive`,
    '',
  ],
  [
    'list_channel_datasources',
    (c) => c.listChannelDatasources(channelId),
    inEnvelope({ datasources: [] }),
    `GET ${base}/channels/${channelId}/datasources`,
  ],
  [
    'put_channel_datasource',
    (c) => c.putChannelDatasource(channelId, '1733344455566'),
    aDatasource,
    `PUT ${base}/channels/${channelId}/datasources/1733344455566`,
    '',
  ],
  [
    'delete_channel_datasource',
    (c) => c.deleteChannelDatasource(channelId, '1733344455566'),
    aDatasource,
    `DELETE ${base}/channels/${channelId}/datasources/1733344455566`,
    '',
  ],
  [
    'post_channel_file_upload',
    (c) => c.postChannelFileUpload(channelId, Buffer.from('abcd'), { lifetime: '1week', conflictTarget: 'filename' }),
    channelFile,
    `POST /channels/${channelId}/upload?lifetime=1week&conflict_target=filename`,
    'abcd',
  ],
  [
    'get_channel_file_upload',
    (c) => c.getChannelFileUpload(channelId),
    { ...channelFile, upload_url: 'https://signed.example/up' },
    `POST /channels/${channelId}`,
    '',
  ],
  ['list_channel_files', (c) => c.listChannelFiles(channelId), noFiles, `GET /channels/${channelId}`],
  [
    'list_channel_files of some days',
    (c) =>
      c.listChannelFiles(channelId, {
        start: '2026-03-01',
        end: '20260331',
        timezone: 'Asia/Tokyo',
        itemsPerPage: 7,
        sort: '-uploaded_at',
      }),
    noFiles,
    `GET /channels/${channelId}?start=20260301&end=20260331&timezone=Asia%2FTokyo&items_per_page=7&sort=-uploaded_at`,
  ],
  [
    'list_channel_files by a search',
    (c) => c.listChannelFiles(channelId, { query: 'x-abeja-meta-filename:a b' }),
    noFiles,
    `GET /channels/${channelId}?q=x-abeja-meta-filename%3Aa+b`,
  ],
  [
    'list_channel_files, the next page',
    (c) => c.listChannelFiles(channelId, { nextPageToken: 'dG9r==' }),
    noFiles,
    `GET /channels/${channelId}?next_page_token=dG9r%3D%3D`,
  ],
  [
    'get_channel_file_download',
    (c) => c.getChannelFileDownload(channelId, fileId),
    channelFile,
    `GET /channels/${channelId}/${fileId}`,
  ],
  [
    'delete_channel_file',
    (c) => c.deleteChannelFile(channelId, fileId),
    { message: `deleted file (${fileId})` },
    `DELETE /channels/${channelId}/${fileId}`,
    '',
  ],
  [
    'put_channel_file_metadata',
    (c) => c.putChannelFileMetadata(channelId, fileId, { filename: 'b c.csv', 名: '値 1' }),
    channelFile,
    `PUT /channels/${channelId}/${fileId}/metadata`,
    json({ 'x-abeja-meta-filename': 'b%20c.csv', 'x-abeja-meta-%E5%90%8D': '%E5%80%A4%201' }),
  ],
  [
    'put_channel_file_metadata, none',
    (c) => c.putChannelFileMetadata(channelId, fileId, {}),
    channelFile,
    `PUT /channels/${channelId}/${fileId}/metadata`,
    '{}',
  ],
  [
    'put_channel_file_lifetime',
    (c) => c.putChannelFileLifetime(channelId, fileId, '1month'),
    { channel_id: channelId, file_id: fileId, lifetime: '1month' },
    `PUT /channels/${channelId}/${fileId}/lifetime`,
    json({ lifetime: '1month' }),
  ],
  [
    'create_bucket',
    (c) => c.createBucket({ name: 'n', description: 'd' }),
    aBucket,
    `POST ${base}/buckets`,
    json({ name: 'n', description: 'd' }),
  ],
  ['list_buckets', (c) => c.listBuckets(), inEnvelope({ buckets: [] }), `GET ${base}/buckets`],
  [
    'list_buckets by page',
    (c) => c.listBuckets({ limit: 3, offset: 6 }),
    inEnvelope({ buckets: [] }),
    `GET ${base}/buckets?limit=3&offset=6`,
  ],
  ['get_bucket', (c) => c.getBucket(bucketId), aBucket, `GET ${base}/buckets/${bucketId}`],
  [
    'patch_bucket',
    (c) => c.patchBucket(bucketId, { name: 'n' }),
    aBucket,
    `PATCH ${base}/buckets/${bucketId}`,
    json({ name: 'n' }),
  ],
  ['archive_bucket', (c) => c.archiveBucket(bucketId), aBucket, `POST ${base}/buckets/${bucketId}/archive`, ''],
  ['unarchive_bucket', (c) => c.unarchiveBucket(bucketId), aBucket, `POST ${base}/buckets/${bucketId}/unarchive`, ''],
  [
    'list_bucket_files',
    (c) => c.listBucketFiles(bucketId),
    { files: [] },
    `GET ${base}/buckets/${bucketId}/files?target_dir=%2F`,
  ],
  [
    'list_bucket_files, the next page',
    (c) => c.listBucketFiles(bucketId, { targetDir: '/a', itemsPerPage: 2, lastFileId: '/a/b', query: '[?size]' }),
    { files: [] },
    `GET ${base}/buckets/${bucketId}/files?target_dir=%2Fa&items_per_page=2&last_file_id=%2Fa%2Fb&q=%5B%3Fsize%5D`,
  ],
  [
    'get_bucket_file',
    (c) => c.getBucketFile(bucketId, '/a b/c?d#e%2F.csv'),
    bucketFile,
    `GET ${base}/buckets/${bucketId}/files/a%20b/c%3Fd%23e%252F.csv`,
  ],
]

const octets = 'application/octet-stream'
const mediaTypes: Readonly<Record<string, string>> = {
  post_channel_file_upload: octets,
  get_channel_file_upload: octets,
}

test.each(rows)('%s', async (operation, call, answer, line, body = '') => {
  const seen = answerNext(answer)
  await call(makeClient())
  expect(seen.map((request) => request.line)).toEqual([line])
  expect(seen[0]?.body).toBe(body)
  expect(seen[0]?.headers['authorization']).toBe('Basic dXNlci0xMTEyMjIzMzM0NDQ1OnRvaw==')
  expect(seen[0]?.headers['user-agent']).toMatch(/^stowage-adapter-abeja\//)
  expect(seen[0]?.headers['content-type']).toBe(mediaTypes[operation] ?? (body === '' ? undefined : 'application/json'))
})

test('every documented operation has a method and a row here', () => {
  const operations = new Set(rows.map(([name]) => name.split(/[ ,]/)[0]))
  // These two stream: they have tests of their own.
  for (const name of ['upload_bucket_file', 'upload_bucket_files']) operations.add(name)
  expect(operations.size).toBe(26)
  const client = makeClient() as unknown as Record<string, unknown>
  for (const name of operations) {
    const method = (name ?? '').replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    expect([method, typeof client[method]]).toEqual([method, 'function'])
  }
})

test('an upload to a channel is the bytes, with metadata in headers, as the contract shows it', async () => {
  const seen = answerNext(channelFile)
  const metadata = { filename: 'door 1.png', 名: '値 1', path: 'a/b', n: 7 }
  const file = await makeClient().postChannelFileUpload(channelId, Buffer.from('PNG!'), {
    contentType: 'image/png',
    metadata,
  })
  expect(seen[0]?.headers).toMatchObject({
    'content-type': 'image/png',
    'content-length': '4',
    'x-abeja-meta-filename': 'door%201.png',
    'x-abeja-meta-%e5%90%8d': '%E5%80%A4%201',
    'x-abeja-meta-path': 'a/b',
    'x-abeja-meta-n': '7',
  })
  expect(file.metadata).toEqual({ filename: 'door 1.png' })
  expect(file.system).toEqual({ organizationid: organization })
})

test('an upload of unknown length goes in chunks, and always has a media type', async () => {
  const seen = answerNext(channelFile)
  async function* source(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('ab'))
    yield Buffer.from('cd')
  }
  await makeClient().postChannelFileUpload(channelId, source())
  expect(seen[0]?.body).toBe('abcd')
  expect(seen[0]?.headers).toMatchObject({ 'transfer-encoding': 'chunked', 'content-type': 'application/octet-stream' })
  expect(seen[0]?.headers).not.toHaveProperty('content-length')
})

test('a place to upload to is asked for with the media type of the file and without a body', async () => {
  const seen = answerNext({ ...channelFile, upload_url: 'https://signed.example/up' })
  const upload = await makeClient().getChannelFileUpload(channelId, { contentType: 'image/png', metadata: { a: 'b' } })
  expect(seen[0]?.headers).toMatchObject({ 'content-type': 'image/png', 'x-abeja-meta-a': 'b' })
  expect(upload.uploadUrl).toBe('https://signed.example/up')
})

test('an upload to a bucket is a form of two parts, in this order, with the whole path as its file name', async () => {
  const seen = answerNext({ ...channelFile, file_id: 'reports/日本 "q".csv' })
  const file = await makeClient().uploadBucketFile(bucketId, 'reports/日本 "q".csv', Buffer.from('id,name\n'), {
    contentType: 'text/csv',
    lifetime: '1day',
    metadata: { filename: 'reports/2026/a.csv' },
  })
  expect(file.fileId).toBe('reports/日本 "q".csv')
  const [request] = seen
  expect(request?.line).toBe(`POST ${base}/buckets/${bucketId}/files`)
  expect(request?.headers['x-abeja-meta-filename']).toBe('reports/2026/a.csv')
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(request?.headers['content-type'] ?? '')?.[1] ?? ''
  const expected = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="reports/日本 %22q%22.csv"',
    'Content-Type: text/csv',
    '',
    'id,name\n',
    `--${boundary}`,
    'Content-Disposition: form-data; name="parameters"; filename="params.json"',
    'Content-Type: application/json',
    '',
    '{"lifetime":"1day"}',
    `--${boundary}--`,
    '',
  ].join('\r\n')
  expect(request?.body).toBe(expected)
  expect(request?.headers['content-length']).toBe(String(Buffer.byteLength(expected)))
})

test('a form without media type and lifetime says nothing of either, and an unknown length goes in chunks', async () => {
  const seen = answerNext({ ...channelFile, file_id: 'a' })
  async function* source(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('x'))
  }
  await makeClient().uploadBucketFile(bucketId, 'a', source())
  expect(seen[0]?.headers['transfer-encoding']).toBe('chunked')
  expect(seen[0]?.body.match(/Content-Type/g)).toHaveLength(1)
  expect(seen[0]?.body).toContain('\r\n\r\n{}\r\n--')
})

test.each(['', '/a', 'a/', 'a//b', '.', 'a/../b', './a', 'a%22b', 'a\nb', 'a\0'])(
  'the path %j is refused before anything is sent',
  async (path) => {
    const upload = makeClient().uploadBucketFile(bucketId, path, Buffer.from('x'))
    await expect(upload).rejects.toMatchObject({ code: 'invalid-argument' })
  },
)

test('half a range of days, a day that is none and an unknown time zone are refused before anything is sent', async () => {
  const client = makeClient()
  const bad = [
    { start: '20260101' },
    { start: '20260230', end: '20260301' },
    { start: '20260302', end: '20260301' },
    { start: '20260101', end: '20260102', timezone: 'Mars/Base' },
  ]
  for (const query of bad)
    await expect(client.listChannelFiles(channelId, query)).rejects.toMatchObject({ code: 'invalid-argument' })
})

test('a page token with anything beside it is refused', async () => {
  const query = { nextPageToken: 't', sort: 'uploaded_at' }
  await expect(makeClient().listChannelFiles(channelId, query)).rejects.toThrow(/stands alone/)
})

test('a lifetime that is none is refused before anything is sent', async () => {
  const upload = makeClient().postChannelFileUpload(channelId, Buffer.from('x'), { lifetime: '2days' })
  await expect(upload).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('6months') as string,
  })
})

test('a base URL with a slash at its end gives the same paths', async () => {
  const seen = answerNext(channelFile)
  await makeClient({ baseUrl: 'https://api.abeja.test/' }).getChannelFileDownload(channelId, fileId)
  expect(seen[0]?.line).toBe(`GET /channels/${channelId}/${fileId}`)
})

test('a call about an organization without one fails before anything is sent, and says how to name it', async () => {
  const client = makeClient({ organizationId: undefined })
  await expect(client.listChannels()).rejects.toThrow(/ABEJA_ORGANIZATION_ID/)
})
