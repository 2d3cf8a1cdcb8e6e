import { createStorage, type Storage, StorageError } from '@stowage/core'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createDcssDriver, type DcssClient, type DcssOptions } from '../src/index.ts'

// The published sample token, uid -1: everybody knows it, and it expired in 2018.
const token =
  'dt1-9Hfd69b5ythetkCiNG12pKDrL987sLJT6KejWP2Eo5QQ-43dzqWFnWd8KBa1yev1g3UKnzVxZkkTbfWWn6of92V5Bf8qGV24rZHe6r7sueJNtWF'
const hub = 'https://hub.duckietown.com'
const old = 'https://data.duckietown.org'
const signedHost = 'https://bucket.example.com'
const signed = (key: string): string => `${signedHost}/${key}?X-Amz-Signature=5ec7e7`
const object = { etag: '"5d41402abc4b2a76b9719d911017c592"', 'x-amz-meta-number-of-parts': '1' }

function open(options: DcssOptions = {}): Storage<DcssClient> {
  const storage = createStorage(createDcssDriver(options, { environment: {} }))
  onTestFinished(() => storage.close())
  return storage as Storage<DcssClient>
}

/** Grants one action of the second generation; gives the URL it signs. */
function grant(action: string, bucket: string, key: string, headers: Record<string, string> = {}): void {
  const path = `/api/v1/dcss/authorize/${action}/${bucket}/${key}`
  const url = signed(key === '' ? `?prefix=` : key)
  nock(hub, { reqheaders: { authorization: `Token ${token}`, ...headers } })
    .get(path)
    .reply(200, { success: true, result: { url } })
}

beforeAll(() => nock.disableNetConnect())
afterEach(() => {
  const left = nock.pendingMocks()
  nock.cleanAll()
  if (left.length > 0) throw new Error(`never requested: ${left.join(', ')}`)
})
afterAll(() => {
  nock.enableNetConnect()
  nock.restore()
})

describe('the public space', () => {
  const place = 'https://duckietown-public-storage.s3.amazonaws.com'

  test('is read from S3 anonymously, also with a token', async () => {
    nock(place, { badheaders: ['authorization', 'x-duckietown-token', 'range'] })
      .get('/a%20b/c%2Bd%23.txt')
      .reply(200, 'hello', { ...object, 'content-length': '5' })
    const file = open({ token }).bucket('public').file('a b/c+d#.txt')
    expect(await file.text()).toBe('hello')
  })

  test('is listed by ListObjectsV2, page by page, with keys decoded', async () => {
    const page = (key: string, more: string): string =>
      `<?xml version="1.0"?><ListBucketResult><Name>b</Name><Prefix>a%2B</Prefix><KeyCount>1</KeyCount>` +
      `<EncodingType>url</EncodingType>${more}<Contents><Key>${key}</Key>` +
      `<LastModified>2026-11-21T09:30:00.123Z</LastModified><ETag>&quot;e&quot;</ETag><Size>5</Size></Contents></ListBucketResult>`
    const first = page(
      'a%2B%20b',
      '<IsTruncated>true</IsTruncated><NextContinuationToken>next+/=</NextContinuationToken>',
    )
    const query = { 'list-type': '2', 'encoding-type': 'url', prefix: 'a+', 'max-keys': '1000' }
    nock(place, { badheaders: ['authorization'] })
      .get('/')
      .query(query)
      .reply(200, first)
      .get('/')
      .query({ ...query, 'continuation-token': 'next+/=' })
      .reply(200, page('a%2B+c%0A', '<IsTruncated>false</IsTruncated>'))
    const entries = await open().bucket('public').files({ prefix: 'a+' }).toArray()
    expect(entries.map((entry) => entry.kind === 'file' && entry.file.key)).toEqual(['a+ b', 'a+ c\n'])
  })

  test('is read at another host where publicUrl says so', async () => {
    nock('https://public.duckietown.com')
      .get('/x/y')
      .reply(200, 'hello', { ...object, 'content-length': '5' })
    expect(await open({ publicUrl: 'https://public.duckietown.com' }).bucket('public').file('x/y').text()).toBe('hello')
  })

  test('has a prefix before its bucket where the environment says so', async () => {
    nock('https://staging-duckietown-public-storage.s3.amazonaws.com')
      .get('/x')
      .reply(200, 'hello', { ...object, 'content-length': '5' })
    const driver = createDcssDriver({}, { environment: { DT_BUCKET_PREFIX: 'staging-' } })
    const storage = createStorage(driver)
    expect(await storage.bucket('public').file('x').text()).toBe('hello')
    await storage.close()
  })
})

describe('the data API', () => {
  const bucket = 'duckietown-private-storage'

  test('of the second generation is asked with a token, and S3 without', async () => {
    grant('get_object', bucket, 'a%20b')
    nock(signedHost, { badheaders: ['authorization', 'x-duckietown-token'] })
      .get('/a%20b')
      .query({ 'X-Amz-Signature': '5ec7e7' })
      .reply(200, 'hello', { ...object, 'content-length': '5' })
    expect(await open({ token }).bucket('private').file('a b').text()).toBe('hello')
  })

  test('of the first generation has another host, header and envelope', async () => {
    nock(old, { reqheaders: { 'x-duckietown-token': token }, badheaders: ['authorization'] })
      .get(`/v1/get_object/${bucket}/x`)
      .reply(200, { code: 200, data: { url: signed('x') } })
    nock(signedHost)
      .get('/x')
      .query(true)
      .reply(200, 'hello', { ...object, 'content-length': '5' })
    expect(await open({ token, generation: 'v1' }).bucket('private').file('x').text()).toBe('hello')
  })

  test('authorizes the metadata of an upload, and S3 gets exactly that and a length', async () => {
    const metadata = { 'x-amz-meta-number-of-parts': '1', 'x-amz-meta-owner-id': '-1' }
    grant('put_object', bucket, 'x', metadata)
    grant('head_object', bucket, 'x.000')
    nock(signedHost).head('/x.000').query(true).reply(404)
    let sent: Record<string, unknown> = {}
    nock(signedHost)
      .put('/x', 'hello')
      .query(true)
      .reply(function () {
        sent = this.req.headers
        return [200, '', object]
      })
    await open({ token }).bucket('private').file('x').put('hello')
    expect(sent).toEqual({
      ...metadata,
      host: 'bucket.example.com',
      'content-length': '5',
      'accept-encoding': 'identity',
      connection: expect.anything(),
    })
  })

  test('authorizes HEAD and DELETE of the file and of its first part', async () => {
    for (const key of ['x', 'x.000']) grant('head_object', bucket, key)
    grant('delete_object', bucket, 'x')
    nock(signedHost)
      .head('/x')
      .query(true)
      .reply(200, '', { ...object, 'content-length': '5' })
    nock(signedHost).head('/x.000').query(true).reply(404)
    nock(signedHost).delete('/x').query(true).reply(204)
    await expect(open({ token }).bucket('private').file('x').delete()).resolves.toBeUndefined()
  })

  test('signs listings by prefix, in the folder of the user', async () => {
    grant('list_objects_v2', 'duckietown-user-storage', '-1/')
    const page =
      '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><KeyCount>1</KeyCount><Contents><Key>-1/a</Key>' +
      '<LastModified>2026-11-21T09:30:00.000Z</LastModified><ETag>"e"</ETag><Size>1</Size></Contents></ListBucketResult>'
    nock(signedHost, { badheaders: ['authorization'] })
      .get(/^\/-1\//)
      .query(true)
      .reply(200, page)
    const entries = await open({ token }).bucket('user').files().toArray()
    expect(entries).toMatchObject([{ file: { key: '-1/a', sizeBytes: 1 } }])
  })

  test.each([
    ['v2', 403, 'User may not', 'permission-denied'],
    ['v2', 401, 'Invalid token', 'unauthenticated'],
    ['v2', 404, 'There is no bucket', 'not-found'],
    ['v2', 200, { success: false, messages: ['may not', 'at all'] }, 'permission-denied'],
    ['v2', 200, { success: false, messages: ['The token is invalid'] }, 'unauthenticated'],
    ['v2', 200, '<html><title>Log in</title></html>', 'unavailable'],
    ['v2', 200, { success: true, result: {} }, 'unavailable'],
    ['v2', 503, 'busy', 'unavailable'],
    ['v2', 429, 'slow down', 'rate-limited'],
    ['v1', 403, 'may not', 'permission-denied'],
    ['v1', 200, { code: 401, message: 'Invalid token' }, 'unauthenticated'],
    ['v1', 200, { code: 403, message: 'may not' }, 'permission-denied'],
    ['v1', 200, { code: 200, data: {} }, 'unavailable'],
  ] as const)('of generation %s that answers %s %j fails with a code, before S3 is asked', async (...row) => {
    const [generation, status, body, code] = row
    nock(generation === 'v1' ? old : hub)
      .get(/get_object/)
      .reply(status, body)
    const reading = open({ token, generation }).bucket('private').file('x').get()
    const error = await reading.catch((failure: unknown) => failure)
    expect(error).toSatisfy((one: unknown) => StorageError.is(one, code))
    expect(String(error)).not.toContain(token)
  })
})

describe('credentials for S3', () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

  test('sign the header, and neither token nor data API take part', async () => {
    let authorization = ''
    nock('https://duckietown-private-storage.s3.eu-west-1.amazonaws.com', {
      reqheaders: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'x-amz-date': /^\d{8}T\d{6}Z$/ },
    })
      .get('/a%27b')
      .reply(function () {
        authorization = String(this.req.headers['authorization'])
        return [200, 'hello', { ...object, 'content-length': '5' }]
      })
    const storage = open({ ...keys, token, region: 'eu-west-1' })
    expect(await storage.bucket('private').file("a'b").text()).toBe('hello')
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=host;.*, Signature=[0-9a-f]{64}$/,
    )
  })

  test('open any bucket of any server by bucketTemplate', async () => {
    nock('https://s3.example.org')
      .get('/photos/x')
      .reply(200, 'hello', { ...object, 'content-length': '5' })
    const storage = open({ ...keys, s3Url: 'https://s3.example.org', bucketTemplate: '{space}' })
    expect(await storage.bucket('photos').file('x').text()).toBe('hello')
  })

  test('send conditions with a write that must create', async () => {
    nock('https://duckietown-private-storage.s3.amazonaws.com', { reqheaders: { 'if-none-match': '*' } })
      .put('/x')
      .reply(412, '<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>')
    nock('https://duckietown-private-storage.s3.amazonaws.com').head('/x.000').reply(404)
    const writing = open(keys).bucket('private').file('x').put('hello', { overwrite: false })
    await expect(writing).rejects.toMatchObject({ code: 'already-exists', applied: 'no' })
  })
})
