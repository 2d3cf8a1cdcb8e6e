import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { interceptDriver, StorageError, type WriteFileRequest } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { send, sendBytes } from './raw-request.ts'
import { credentials, region, type RunningS3, startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'
const hex = (algorithm: string, bytes: string | Uint8Array): string => createHash(algorithm).update(bytes).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

interface SignedPut {
  readonly headers: Record<string, string>
  readonly key: Buffer
  readonly time: string
  readonly scope: string
  readonly signature: string
}

/** Signs a PUT by hand, so that bodies can be sent that no SDK would send. */
function signPut(s3: RunningS3, path: string, payload: string, more: Record<string, string> = {}): SignedPut {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const own = { host: s3.host, 'x-amz-content-sha256': payload, 'x-amz-date': time, ...more }
  const sorted = Object.entries(own).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const canonical = ['PUT', path, '', ...sorted.map(([name, value]) => `${name}:${value}`), '', names, payload].join(
    '\n',
  )
  const scope = `${day}/${region}/s3/aws4_request`
  const steps = [day, region, 's3', 'aws4_request']
  const key = steps.reduce<string | Buffer>((last, step) => hmac(last, step), `AWS4${credentials.secretAccessKey}`)
  const text = ['AWS4-HMAC-SHA256', time, scope, hex('sha256', canonical)].join('\n')
  const signature = hmac(key, text).toString('hex')
  const credential = `${credentials.accessKeyId}/${scope}`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`
  return { headers: { ...own, authorization }, key: key as Buffer, time, scope, signature }
}

/** Frames chunks with the signatures the documentation describes. */
function framed({ key, time, scope, signature }: SignedPut, chunks: readonly string[]): string {
  let previous = signature
  const lines = [...chunks, ''].map((chunk) => {
    const parts = ['AWS4-HMAC-SHA256-PAYLOAD', time, scope, previous, hex('sha256', ''), hex('sha256', chunk)]
    previous = hmac(key, parts.join('\n')).toString('hex')
    return `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`
  })
  return lines.join('')
}

const exists = (s3: RunningS3, key: string): Promise<boolean> => s3.storage.bucket(Bucket).file(key).exists()

describe('a body', () => {
  test('is held to the hash it was signed with', async () => {
    const s3 = await startS3()
    const { headers } = signPut(s3, '/bucket/a', hex('sha256', 'hello'))
    expect((await send(`${s3.url}/bucket/a`, { method: 'PUT', headers, body: 'hello' })).status).toBe(200)
    const { headers: other } = signPut(s3, '/bucket/b', hex('sha256', 'hello'))
    const answer = await send(`${s3.url}/bucket/b`, { method: 'PUT', headers: other, body: 'hullo' })
    expect([answer.status, answer.code]).toEqual([400, 'XAmzContentSHA256Mismatch'])
    expect(await exists(s3, 'b')).toBe(false)
  })

  test.each([100, 3_000_000])('of %i bytes is held to every checksum sent with it', async (size) => {
    const s3 = await startS3()
    const bytes = randomBytes(size)
    const other = randomBytes(size)
    const put = (name: string, value: string, body: Buffer) => {
      const { headers } = signPut(s3, '/bucket/a', 'UNSIGNED-PAYLOAD', { [name]: value })
      return send(`${s3.url}/bucket/a`, { method: 'PUT', headers, body })
    }
    const md5 = createHash('md5').update(bytes).digest('base64')
    expect((await put('content-md5', md5, other)).code).toBe('BadDigest')
    expect((await put('content-md5', 'x', bytes)).code).toBe('InvalidDigest')
    const sha256 = createHash('sha256').update(bytes).digest('base64')
    expect((await put('x-amz-checksum-sha256', sha256, other)).code).toBe('BadDigest')
    expect((await put('x-amz-checksum-sha256', 'x', bytes)).code).toBe('InvalidRequest')
    expect((await put('x-amz-checksum-unheard', sha256, bytes)).code).toBe('NotImplemented')
    expect(await exists(s3, 'a')).toBe(false)
    expect((await put('content-md5', md5, bytes)).status).toBe(200)
    const done = await put('x-amz-checksum-sha256', sha256, bytes)
    expect([done.status, done.headers['x-amz-checksum-sha256']]).toEqual([200, sha256])
  })

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'streamed by the SDK with a trailing %s is stored without its framing',
    async (ChecksumAlgorithm) => {
      const { client, storage } = await startS3()
      const bytes = randomBytes(300_000)
      const Body = Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)])
      const put = { Bucket, Key: 'a', Body, ContentLength: bytes.length, ChecksumAlgorithm }
      const answer = await client.send(new PutObjectCommand(put))
      expect(answer[`Checksum${ChecksumAlgorithm}`]).toMatch(/=*$/)
      expect(Buffer.from(await storage.bucket(Bucket).file('a').get()).equals(bytes)).toBe(true)
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))
      expect([head.ContentLength, head.ContentEncoding]).toEqual([bytes.length, undefined])
    },
  )

  test('in signed chunks is stored, and refused once a chunk is changed', async () => {
    const s3 = await startS3()
    const chunks = ['a'.repeat(70_000), 'b'.repeat(9000), 'end']
    const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
    const own = { 'content-encoding': 'aws-chunked,gzip', 'x-amz-decoded-content-length': '79003' }
    const signed = signPut(s3, '/bucket/a', payload, own)
    const body = framed(signed, chunks)
    expect((await send(`${s3.url}/bucket/a`, { method: 'PUT', headers: signed.headers, body })).status).toBe(200)
    const read = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'a' }))
    expect([await read.Body?.transformToString(), read.ContentEncoding]).toEqual([chunks.join(''), 'gzip'])
    const changed = signPut(s3, '/bucket/b', payload, own)
    const other = framed(changed, chunks).replace('end', 'eNd')
    const refused = await send(`${s3.url}/bucket/b`, { method: 'PUT', headers: changed.headers, body: other })
    expect([refused.status, refused.code]).toEqual([403, 'SignatureDoesNotMatch'])
    expect(await exists(s3, 'b')).toBe(false)
  })

  test.each([
    ['shorter than its decoded length', '5', '3\r\nabc\r\n0\r\n\r\n', 'IncompleteBody'],
    ['longer than its decoded length', '2', '3\r\nabc\r\n0\r\n\r\n', 'IncompleteBody'],
    ['without its end', '3', '3\r\nabc\r\n', 'IncompleteBody'],
    ['not framed at all', '3', 'abc', 'IncompleteBody'],
    ['without a decoded length', '', '3\r\nabc\r\n0\r\n\r\n', 'MissingContentLength'],
    ['with another checksum', '3', '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 'BadDigest'],
    ['without the checksum it announced', '3', '3\r\nabc\r\n0\r\n\r\n', 'InvalidRequest'],
  ])('in chunks, %s, makes no object', async (_, length, body, code) => {
    const s3 = await startS3()
    const trailer = code === 'BadDigest' || code === 'InvalidRequest' ? { 'x-amz-trailer': 'x-amz-checksum-crc32' } : {}
    const own = { ...(length === '' ? {} : { 'x-amz-decoded-content-length': length }), ...trailer }
    const { headers } = signPut(s3, '/bucket/a', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', own)
    const answer = await send(`${s3.url}/bucket/a`, { method: 'PUT', headers, body })
    expect(answer.code).toBe(code)
    expect(await exists(s3, 'a')).toBe(false)
  })

  test('that is framed on the way to a signed URL is unframed too', async () => {
    const s3 = await startS3()
    const url = s3.service.signUrl({
      method: 'PUT',
      bucket: Bucket,
      key: 'a',
      expiresInSeconds: 60,
      version: 'v2',
      host: s3.host,
      headers: { 'x-amz-decoded-content-length': '3' },
    })
    const headers = { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '3' }
    expect((await send(url, { method: 'PUT', headers, body: '3\r\nabc\r\n0\r\n\r\n' })).status).toBe(200)
    expect(await s3.storage.bucket(Bucket).file('a').text()).toBe('abc')
  })

  test('without a length is refused', async () => {
    const s3 = await startS3()
    const { headers } = signPut(s3, '/bucket/a', 'UNSIGNED-PAYLOAD')
    const chunked = { ...headers, 'transfer-encoding': 'chunked' }
    const answer = await send(`${s3.url}/bucket/a`, { method: 'PUT', headers: chunked, body: 'abc' })
    expect([answer.status, answer.code]).toEqual([411, 'MissingContentLength'])
  })

  test('larger than allowed is refused by its length, before it is read', async () => {
    const s3 = await startS3({ maxObjectBytes: 10 })
    const put = (size: number) => {
      const { headers } = signPut(s3, '/bucket/a', 'UNSIGNED-PAYLOAD')
      return send(`${s3.url}/bucket/a`, { method: 'PUT', headers, body: 'x'.repeat(size) })
    }
    expect((await put(10)).status).toBe(200)
    const answer = await put(11)
    expect([answer.status, answer.code]).toEqual([400, 'EntityTooLarge'])
    expect(answer.body.toString()).toContain('<MaxSizeAllowed>10</MaxSizeAllowed>')
  })

  test.each([100, 3_000_000])('of %i bytes that breaks off makes no object and leaves what was there', async (size) => {
    const s3 = await startS3()
    await s3.storage.bucket(Bucket).file('a').put('old')
    const { headers } = signPut(s3, '/bucket/a', 'UNSIGNED-PAYLOAD')
    const lines = Object.entries({ ...headers, 'content-length': String(size) }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    await sendBytes(s3.port, `PUT /bucket/a HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, Buffer.alloc(size - 1))
    expect(await s3.storage.bucket(Bucket).file('a').text()).toBe('old')
  })

  test('nobody wants leaves the connection usable', async () => {
    const s3 = await startS3()
    const refused = `PUT /bucket/a HTTP/1.1\r\nhost: ${s3.host}\r\ncontent-length: 500000\r\n\r\n`
    const next = `GET /public-bucket HTTP/1.1\r\nhost: ${s3.host}\r\nconnection: close\r\n\r\n`
    const text = await sendBytes(s3.port, refused, Buffer.alloc(500_000), next)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200'])
  })

  test('that turns out wrong in its middle leaves the connection usable', async () => {
    const s3 = await startS3()
    const own = { 'x-amz-decoded-content-length': '2000000' }
    const { headers } = signPut(s3, '/bucket/a', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', own)
    const lines = Object.entries({ ...headers, 'content-length': '2000000' }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    const wrong = `PUT /bucket/a HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
    const next = `GET /public-bucket HTTP/1.1\r\nhost: ${s3.host}\r\nconnection: close\r\n\r\n`
    const text = await sendBytes(s3.port, wrong, Buffer.alloc(2_000_000, 'z\r\n'), next)
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200'])
  })
})

test('a body the storage stops taking leaves the connection usable', async () => {
  const s3 = await startS3({}, (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation !== 'files.write') return next(call)
      await (call.request as WriteFileRequest).source.open()[Symbol.asyncIterator]().next()
      // Long enough for all to arrive that finds room.
      await new Promise((resolve) => setTimeout(resolve, 50))
      throw new StorageError({ code: 'quota-exceeded', message: 'the disk is full' })
    }),
  )
  const { headers } = signPut(s3, '/bucket/a', 'UNSIGNED-PAYLOAD')
  const lines = Object.entries({ ...headers, 'content-length': '9000000' }).map(([name, value]) => `${name}: ${value}`)
  const full = `PUT /bucket/a HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  const next = `GET /public-bucket HTTP/1.1\r\nhost: ${s3.host}\r\nconnection: close\r\n\r\n`
  const text = await sendBytes(s3.port, full, Buffer.alloc(9_000_000), next)
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 507', 'HTTP/1.1 200'])
})

describe('writing under a condition', () => {
  test('creates only what is not there, and replaces only what is known', async () => {
    const { client } = await startS3()
    const put = (Body: string, more: object) => client.send(new PutObjectCommand({ Bucket, Key: 'a', Body, ...more }))
    const missing = put('1', { IfMatch: '"x"' })
    await expect(missing).rejects.toMatchObject({ name: 'NoSuchKey' })
    const first = await put('1', { IfNoneMatch: '*' })
    const failed = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } }
    await expect(put('2', { IfNoneMatch: '*' })).rejects.toMatchObject(failed)
    const second = await put('2', { IfMatch: first.ETag })
    await expect(put('3', { IfMatch: first.ETag })).rejects.toMatchObject(failed)
    await put('3', { IfMatch: second.ETag })
    await expect(put('4', { IfNoneMatch: '"x"' })).rejects.toMatchObject({ name: 'NotImplemented' })
  })

  test.each([10, 2_000_000])('sees what is written meanwhile, for %i bytes', async (size) => {
    let other: string | undefined
    const s3 = await startS3({}, (driver) =>
      interceptDriver(driver, async (call, next) => {
        if (call.operation !== 'files.write' || other === undefined) return next(call)
        const content = other
        other = undefined
        await s3.storage.bucket(Bucket).file('a').put(content)
        return next(call)
      }),
    )
    const put = (Body: Buffer | string, more: object = {}) =>
      s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body, ...more }))
    const { ETag } = await put('first')
    other = 'meanwhile'
    const late = put(randomBytes(size), { IfMatch: ETag })
    await expect(late).rejects.toMatchObject({ name: 'PreconditionFailed' })
    expect(await s3.storage.bucket(Bucket).file('a').text()).toBe('meanwhile')
  })

  test('lets one of many win', async () => {
    const { client } = await startS3()
    const tries = Array.from({ length: 10 }, (_, number) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: String(number), IfNoneMatch: '*' })),
    )
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

test('racing writes of one key end with one of them, ETag and metadata included', async () => {
  const { client } = await startS3()
  const bodies = [randomBytes(2_000_000), randomBytes(10), randomBytes(2_000_001), randomBytes(20)]
  for (let round = 0; round < 5; round += 1) {
    const puts = bodies.map((Body, at) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'a', Body, Metadata: { number: String(at) } })),
    )
    await Promise.all(puts)
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }))
    const bytes = Buffer.from((await read.Body?.transformToByteArray()) ?? [])
    const winner = bodies.findIndex((body) => body.equals(bytes))
    expect(read.Metadata).toEqual({ number: String(winner) })
    expect(read.ETag).toBe(`"${hex('md5', bytes)}"`)
  }
})

test.each([
  ['x-amz-server-side-encryption', 'AES256'],
  ['x-amz-tagging', 'a=b'],
  ['x-amz-storage-class', 'GLACIER'],
  ['x-amz-acl', 'public-read'],
  ['x-amz-object-lock-mode', 'GOVERNANCE'],
])('what can not be kept is refused: %s', async (name, value) => {
  const s3 = await startS3()
  const { headers } = signPut(s3, '/bucket/a', 'UNSIGNED-PAYLOAD', { [name]: value })
  const answer = await send(`${s3.url}/bucket/a`, { method: 'PUT', headers, body: 'x' })
  expect([answer.status, answer.code]).toEqual([501, 'NotImplemented'])
})

test('metadata has its limits', async () => {
  const { client } = await startS3()
  const put = (Metadata: Record<string, string>) =>
    client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Metadata }))
  await put({ a: 'x'.repeat(2047) })
  await expect(put({ a: 'x'.repeat(2048) })).rejects.toMatchObject({ name: 'MetadataTooLarge' })
  await expect(put({ 'x-stowage-s3-etag': 'x' })).rejects.toMatchObject({ name: 'InvalidArgument' })
})
