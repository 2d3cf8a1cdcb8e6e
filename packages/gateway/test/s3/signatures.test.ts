import { createHmac } from 'node:crypto'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, test } from 'vitest'
import { send } from './raw-request.ts'
import { credentials, type RunningS3, startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'
const oddKey = "dir/a b+c%41é 😀?#&='()*!~//../."

async function withObject(): Promise<RunningS3> {
  const s3 = await startS3()
  await s3.storage.bucket(Bucket).file('a').put('content')
  return s3
}

/** Signs the way version 2 has been described ever since: written from the description alone. */
function signV2Url(
  s3: RunningS3,
  method: string,
  path: string,
  options: { expires?: number; amz?: Record<string, string> },
) {
  const { expires = Math.floor(Date.now() / 1000) + 600, amz = {} } = options
  const lines = Object.entries(amz).map(([name, value]) => `${name}:${value}\n`)
  const text = `${method}\n\n\n${expires}\n${lines.join('')}${path}`
  const signature = createHmac('sha1', credentials.secretAccessKey).update(text).digest('base64')
  const own = { ...amz, AWSAccessKeyId: credentials.accessKeyId, Expires: String(expires), Signature: signature }
  return `${s3.url}${path}?${new URLSearchParams(own).toString()}`
}

describe('requests signed in their header', () => {
  test('are served to who has the keys, for keys of any characters', async () => {
    const { client } = await startS3()
    await client.send(new PutObjectCommand({ Bucket, Key: oddKey, Body: 'x' }))
    const listed = await client.send(new ListObjectsV2Command({ Bucket }))
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual([oddKey])
    const read = await client.send(new GetObjectCommand({ Bucket, Key: oddKey }))
    expect(await read.Body?.transformToString()).toBe('x')
  })

  test('are refused with a wrong secret, an unknown key, another region or an old clock', async () => {
    const s3 = await withObject()
    const read = (config: S3ClientConfig): Promise<unknown> =>
      s3.makeClient(config).send(new GetObjectCommand({ Bucket, Key: 'a' }))
    const wrong = { credentials: { ...credentials, secretAccessKey: 'wrong' } }
    await expect(read(wrong)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
    const unknown = { credentials: { ...credentials, accessKeyId: 'UNKNOWN' } }
    await expect(read(unknown)).rejects.toMatchObject({ name: 'InvalidAccessKeyId' })
    await expect(read({ region: 'eu-west-1' })).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' })
    for (const minutes of [-16, 16]) {
      await expect(read({ systemClockOffset: minutes * 60_000 })).rejects.toMatchObject({
        name: 'RequestTimeTooSkewed',
      })
    }
    for (const minutes of [-14, 14]) await read({ systemClockOffset: minutes * 60_000 })
  })

  test('of version 2 are served too', async () => {
    const s3 = await withObject()
    const date = new Date().toUTCString()
    const sign = (text: string): string => createHmac('sha1', credentials.secretAccessKey).update(text).digest('base64')
    const authorization = `AWS ${credentials.accessKeyId}:${sign(`GET\n\n\n${date}\n/bucket/a`)}`
    const answer = await send(`${s3.url}/bucket/a`, { headers: { date, authorization } })
    expect([answer.status, answer.body.toString()]).toEqual([200, 'content'])
    const other = await send(`${s3.url}/bucket/b`, { headers: { date, authorization } })
    expect([other.status, other.code]).toEqual([403, 'SignatureDoesNotMatch'])
    const unsigned = { date, authorization, 'x-amz-meta-a': '1' }
    expect((await send(`${s3.url}/bucket/a`, { headers: unsigned })).code).toBe('SignatureDoesNotMatch')
  })
})

describe('URLs signed by the usual signer', () => {
  test('work for one method and one key, of any characters', async () => {
    const { client } = await startS3()
    const put = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: oddKey }))
    // The signer's URL says so: a body must have this checksum, which is that of none.
    const plain = new URL(put)
    expect(plain.searchParams.get('x-amz-checksum-crc32')).toBe('AAAAAA==')
    expect((await send(put, { method: 'PUT', body: '' })).status).toBe(200)
    expect((await send(put, { method: 'PUT', body: 'x' })).code).toBe('BadDigest')
    const named = { Bucket, Key: oddKey }
    const urls = {
      GET: await getSignedUrl(client, new GetObjectCommand(named)),
      HEAD: await getSignedUrl(client, new HeadObjectCommand(named)),
      DELETE: await getSignedUrl(client, new DeleteObjectCommand(named)),
    }
    for (const [method, url] of Object.entries(urls)) {
      for (const other of ['GET', 'HEAD', 'PUT', 'DELETE'].filter((one) => one !== method)) {
        expect((await send(url, { method: other })).status).toBe(403)
      }
      const isGone = method === 'DELETE'
      expect((await send(url, { method })).status).toBe(isGone ? 204 : 200)
    }
  })

  test('may be read in part, and written only with a length', async () => {
    const { client } = await withObject()
    const get = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a' }))
    const part = await send(get, { headers: { range: 'bytes=1-3' } })
    expect([part.status, part.body.toString()]).toEqual([206, 'ont'])
    const put = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'a' }))
    const chunked = { 'transfer-encoding': 'chunked' }
    expect((await send(put, { method: 'PUT', headers: chunked, body: 'x' })).status).toBe(411)
  })

  test('are refused once changed: another key, query or signature', async () => {
    const { client, storage } = await withObject()
    await storage.bucket(Bucket).file('b').put('secret')
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a' }))
    expect((await send(url)).status).toBe(200)
    const flipped = url.replace(/X-Amz-Signature=(.)/, (_, digit) => `X-Amz-Signature=${digit === '0' ? '1' : '0'}`)
    const changes = [
      url.replace('/a?', '/b?'),
      `${url}&response-content-type=text%2Fhtml`,
      `${url}&acl`,
      url.replace('Expires=900', 'Expires=9000'),
      flipped,
      url.replace(/X-Amz-Signature=\w+/, 'X-Amz-Signature='),
    ]
    for (const changed of changes) {
      const answer = await send(changed)
      expect(changed).not.toBe(url)
      expect([400, 403]).toContain(answer.status)
      expect(answer.body.toString()).not.toMatch(/^(content|secret)/)
    }
  })

  test('expire when they say, and not in the middle of an answer', async () => {
    const { client, clock } = await withObject()
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 })
    await clock.advance(55_000)
    expect((await send(url)).status).toBe(200)
    await clock.advance(10_000)
    const late = await send(url)
    expect([late.status, late.code]).toEqual([403, 'AccessDenied'])
    expect(late.body.toString()).toContain('Request has expired')
  })

  test('may not be for more than a week, nor for later', async () => {
    const { client } = await withObject()
    const command = new GetObjectCommand({ Bucket, Key: 'a' })
    const signingDate = new Date(Date.now() + 20 * 60_000)
    const later = await getSignedUrl(client, command, { signingDate })
    expect((await send(later)).body.toString()).toContain('not valid yet')
    const url = await getSignedUrl(client, command)
    for (const text of ['604801', '-1', '1e9', '']) {
      const answer = await send(url.replace('Expires=900', `Expires=${text}`))
      expect([answer.status, answer.code]).toEqual([400, 'AuthorizationQueryParametersError'])
    }
  })

  test('need the headers that were signed with them, and take no others of x-amz-', async () => {
    const { client, storage } = await startS3()
    const command = new PutObjectCommand({ Bucket, Key: 'a', Metadata: { 'owner-id': '7' } })
    const unhoistableHeaders = new Set(['x-amz-meta-owner-id'])
    const url = await getSignedUrl(client, command, { unhoistableHeaders })
    const body = ''
    const right = { 'x-amz-meta-owner-id': '7' }
    expect((await send(url, { method: 'PUT', body })).code).toBe('SignatureDoesNotMatch')
    expect((await send(url, { method: 'PUT', body, headers: { 'x-amz-meta-owner-id': '8' } })).code).toBe(
      'SignatureDoesNotMatch',
    )
    const more = await send(url, { method: 'PUT', body, headers: { ...right, 'x-amz-meta-more': '1' } })
    expect([more.status, more.code]).toEqual([403, 'AccessDenied'])
    expect(await storage.bucket(Bucket).file('a').exists()).toBe(false)
    expect((await send(url, { method: 'PUT', body, headers: right })).status).toBe(200)
    expect((await storage.bucket(Bucket).file('a').stat()).metadata).toMatchObject({ 'owner-id': '7' })
  })

  test('may carry metadata in their query instead', async () => {
    const { client, storage } = await startS3()
    const command = new PutObjectCommand({ Bucket, Key: 'a', Metadata: { 'owner-id': '7' } })
    const url = await getSignedUrl(client, command)
    expect(new URL(url).searchParams.get('x-amz-meta-owner-id')).toBe('7')
    expect((await send(url, { method: 'PUT', body: '' })).status).toBe(200)
    expect((await storage.bucket(Bucket).file('a').stat()).metadata).toMatchObject({ 'owner-id': '7' })
    const twice = await send(url, { method: 'PUT', body: '', headers: { 'x-amz-meta-owner-id': '7' } })
    expect([twice.status, twice.code]).toEqual([403, 'AccessDenied'])
  })
})

describe('URLs signed with version 2', () => {
  test('work for one method and one key until they expire', async () => {
    const s3 = await withObject()
    const url = signV2Url(s3, 'GET', '/bucket/a', {})
    expect((await send(url)).body.toString()).toBe('content')
    expect((await send(url, { method: 'HEAD' })).status).toBe(403)
    expect((await send(url.replace('/a?', '/b?'))).code).toBe('SignatureDoesNotMatch')
    expect((await send(url.replace(/Expires=\d+/, 'Expires=9999999999'))).code).toBe('SignatureDoesNotMatch')
    await s3.clock.advance(601_000)
    const late = await send(url)
    expect([late.status, late.code]).toEqual([403, 'AccessDenied'])
  })

  test('may be asked for other pages, since that is not signed', async () => {
    const s3 = await withObject()
    const url = signV2Url(s3, 'GET', '/bucket/', {})
    expect((await send(`${url}&list-type=2&max-keys=1`)).body.toString()).toContain('<Key>a</Key>')
    expect((await send(url.replace('/bucket/?', '/bucket?'))).body.toString()).toContain('<Key>a</Key>')
    expect((await send(`${url}&acl`)).code).toBe('SignatureDoesNotMatch')
  })

  test('take metadata from the query, also when it is sent as headers too', async () => {
    const s3 = await startS3()
    const amz = { 'x-amz-meta-number-of-parts': '1', 'x-amz-meta-owner-id': '7' }
    const url = signV2Url(s3, 'PUT', '/bucket/k', { amz })
    expect((await send(url, { method: 'PUT', body: 'x' })).status).toBe(200)
    expect((await send(url, { method: 'PUT', body: 'x', headers: amz })).status).toBe(200)
    expect((await s3.storage.bucket(Bucket).file('k').stat()).metadata).toMatchObject({ 'owner-id': '7' })
    const other = { ...amz, 'x-amz-meta-owner-id': '8' }
    expect((await send(url, { method: 'PUT', body: 'x', headers: other })).code).toBe('SignatureDoesNotMatch')
    const type = { 'content-type': 'text/plain' }
    expect((await send(url, { method: 'PUT', body: 'x', headers: type })).code).toBe('SignatureDoesNotMatch')
  })
})

describe.each(['v4', 'v2'] as const)('URLs signed by the service, %s', (version) => {
  const sign = (s3: RunningS3, method: 'GET' | 'PUT', key: string, headers: Record<string, string> = {}): string =>
    s3.service.signUrl({ method, bucket: Bucket, key, headers, expiresInSeconds: 60, version, host: s3.host })

  test('work as the usual signer’s do', async () => {
    const s3 = await startS3()
    const headers = { 'x-amz-meta-number-of-parts': '1', 'x-amz-meta-owner-id': '-1' }
    const put = sign(s3, 'PUT', oddKey, headers)
    expect((await send(put, { method: 'PUT', body: 'x', headers })).status).toBe(200)
    const read = await send(sign(s3, 'GET', oddKey))
    expect([read.body.toString(), read.headers['x-amz-meta-owner-id']]).toEqual(['x', '-1'])
    expect((await send(put)).status).toBe(403)
    const list = { 'list-type': '2', prefix: 'dir/a b' }
    const common = { bucket: Bucket, expiresInSeconds: 60, version, host: s3.host } as const
    const listed = await send(s3.service.signUrl({ ...common, method: 'GET', query: list }))
    expect(listed.body.toString()).toContain('<KeyCount>1</KeyCount>')
  })

  test('expire after their time, and all at once on demand', async () => {
    const s3 = await withObject()
    const old = sign(s3, 'GET', 'a')
    s3.service.expireUrls()
    const refused = await send(old)
    expect([refused.status, refused.code]).toEqual([403, 'AccessDenied'])
    expect(refused.body.toString()).toContain('Request has expired')
    const fresh = sign(s3, 'GET', 'a')
    expect((await send(fresh)).status).toBe(200)
    await s3.client.send(new ListBucketsCommand({}))
    await s3.clock.advance(61_000)
    expect((await send(fresh)).body.toString()).toContain('Request has expired')
  })

  test('outlast a restart', async () => {
    const first = await withObject()
    const url = sign(first, 'GET', 'a')
    const second = await startS3()
    await second.storage.bucket(Bucket).file('a').put('other')
    const moved = await send(url.replace(first.host, second.host), { headers: { host: first.host } })
    expect(moved.body.toString()).toBe('other')
  })
})

test('a request with two signatures is refused', async () => {
  const s3 = await withObject()
  const url = signV2Url(s3, 'GET', '/bucket/a', {})
  const answer = await send(url, { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' } })
  expect([answer.status, answer.code]).toEqual([400, 'InvalidArgument'])
})

test.each([
  ['AWS4-HMAC-SHA256 nonsense', 'AuthorizationHeaderMalformed'],
  ['AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x', 'AuthorizationHeaderMalformed'],
  ['AWS4-ECDSA-P256-SHA256 Credential=a', 'AuthorizationHeaderMalformed'],
  ['AWS nothing', 'InvalidArgument'],
  ['Bearer x', 'InvalidArgument'],
])('a malformed header is told so: %s', async (authorization, code) => {
  const s3 = await withObject()
  const now = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const headers = { authorization, 'x-amz-date': now, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const answer = await send(`${s3.url}/bucket/a`, { headers })
  expect([answer.status, answer.code]).toEqual([400, code])
})
