import { createHash, randomBytes } from 'node:crypto'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { Storage } from '@stowage/core'
import { type FileContent, interceptDriver, type ReadFileRequest, StorageError } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { send } from './raw-request.ts'
import { startS3 } from './s3-fixture.ts'

const Bucket = 'public-bucket'
const digits = '0123456789'

const put = async (
  storage: Storage,
  key: string,
  content: string | Uint8Array,
  contentType?: string,
): Promise<void> => {
  await storage
    .bucket(Bucket)
    .file(key)
    .put(content, { contentType, metadata: { 'owner-id': '7' } })
}

describe('reading an object', () => {
  test('answers with the header names clients look up, in their case', async () => {
    const { client, url } = await startS3()
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: digits, Metadata: { 'owner-id': '7' } }))
    for (const method of ['GET', 'HEAD']) {
      const { status, rawHeaders, body } = await send(`${url}/${Bucket}/a`, { method })
      expect(status).toBe(200)
      expect(rawHeaders).toEqual(
        expect.arrayContaining(['Content-Length', 'ETag', 'Last-Modified', 'Content-Type', 'Accept-Ranges']),
      )
      expect(rawHeaders).toEqual(expect.arrayContaining(['x-amz-meta-owner-id', '7', 'application/octet-stream']))
      expect(body.toString()).toBe(method === 'GET' ? digits : '')
      expect(rawHeaders[rawHeaders.indexOf('ETag') + 1]).toBe(`"${createHash('md5').update(digits).digest('hex')}"`)
      expect(rawHeaders[rawHeaders.indexOf('Last-Modified') + 1]).toMatch(
        /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/,
      )
    }
  })

  test('has a type also where none was given', async () => {
    const { url, storage } = await startS3()
    await put(storage, 'a', digits)
    expect((await send(`${url}/${Bucket}/a`)).headers['content-type']).toBe('binary/octet-stream')
  })

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=0-99', 206, digits, 'bytes 0-9/10'],
    ['bytes=5-2', 200, digits, undefined],
    ['bytes=0-1,3-4', 200, digits, undefined],
  ])('of a range: %s', async (range, status, text, contentRange) => {
    const { url, storage } = await startS3()
    await put(storage, 'a', digits)
    const answer = await send(`${url}/${Bucket}/a`, { headers: { range } })
    expect([answer.status, answer.body.toString()]).toEqual([status, text])
    expect(answer.headers['content-range']).toBe(contentRange)
    expect(answer.headers['content-length']).toBe(String(text.length))
    const head = await send(`${url}/${Bucket}/a`, { method: 'HEAD', headers: { range } })
    expect([head.status, head.headers['content-length']]).toEqual([status, String(text.length)])
  })

  test('beyond its end is 416 with its size', async () => {
    const { url, storage } = await startS3()
    await put(storage, 'a', digits)
    const answer = await send(`${url}/${Bucket}/a`, { headers: { range: 'bytes=10-' } })
    expect([answer.status, answer.code, answer.headers['content-range']]).toEqual([416, 'InvalidRange', 'bytes */10'])
    expect(answer.body.toString()).toContain('<ActualObjectSize>10</ActualObjectSize>')
  })

  test('weighs conditions before anything is sent', async () => {
    const { url, storage } = await startS3()
    await put(storage, 'a', digits)
    const { etag = '', 'last-modified': date = '' } = (await send(`${url}/${Bucket}/a`)).headers
    const get = (headers: Record<string, string>) => send(`${url}/${Bucket}/a`, { headers })
    expect((await get({ 'if-match': etag })).status).toBe(200)
    expect((await get({ 'if-match': '"x"' })).code).toBe('PreconditionFailed')
    const unchanged = await get({ 'if-none-match': etag })
    expect([unchanged.status, unchanged.headers['etag'], unchanged.body.length]).toEqual([304, etag, 0])
    expect((await get({ 'if-modified-since': date })).status).toBe(304)
    expect((await get({ 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).status).toBe(412)
    expect((await get({ range: 'bytes=0-1', 'if-range': etag })).status).toBe(206)
    expect((await get({ range: 'bytes=0-1', 'if-range': '"x"' })).status).toBe(200)
    const head = await send(`${url}/${Bucket}/a`, { method: 'HEAD', headers: { 'if-match': '"x"' } })
    expect([head.status, head.body.length]).toEqual([412, 0])
  })

  test('may ask for other headers, signed only', async () => {
    const { client, url, storage } = await startS3()
    await put(storage, 'a', digits, 'text/plain')
    const read = await client.send(
      new GetObjectCommand({ Bucket, Key: 'a', ResponseContentType: 'text/csv', ResponseContentDisposition: 'inline' }),
    )
    expect(read).toMatchObject({ ContentType: 'text/csv', ContentDisposition: 'inline' })
    const anonymous = await send(`${url}/${Bucket}/a?response-content-type=text%2Fhtml`)
    expect([anonymous.status, anonymous.code]).toEqual([400, 'InvalidRequest'])
  })

  test('gives a checksum of the whole where the storage keeps one and the client asks', async () => {
    const { client, storage } = await startS3()
    await put(storage, 'a', '123456789')
    const asked = { Bucket, Key: 'a', ChecksumMode: 'ENABLED' } as const
    const head = await client.send(new HeadObjectCommand(asked))
    expect([head.ChecksumCRC32, head.ChecksumType]).toEqual(['y/Q5Jg==', 'FULL_OBJECT'])
    const read = await client.send(new GetObjectCommand(asked))
    expect(await read.Body?.transformToString()).toBe('123456789')
  })

  test('sends metadata of any characters, and says what it can not send', async () => {
    const { client, url, storage } = await startS3()
    const metadata = { plain: 'a', accent: 'é', lines: 'a\nb', 'no name for a header': 'x' }
    await storage.bucket(Bucket).file('a').put(digits, { metadata })
    const { headers } = await send(`${url}/${Bucket}/a`)
    expect(headers).toMatchObject({
      'x-amz-meta-plain': 'a',
      'x-amz-meta-accent': '=?UTF-8?B?w6k=?=',
      'x-amz-meta-lines': '=?UTF-8?B?YQpi?=',
      'x-amz-missing-meta': '1',
    })
    const written = { accent: headers['x-amz-meta-accent'] ?? '' }
    await client.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'x', Metadata: written }))
    expect((await storage.bucket(Bucket).file('b').stat()).metadata).toMatchObject({ accent: 'é' })
  })

  test('of versions or parts is not served rather than answered with something else', async () => {
    const { url, storage } = await startS3()
    await put(storage, 'a', digits)
    for (const query of ['versionId=x', 'partNumber=2', 'tagging', 'acl', 'attributes']) {
      expect((await send(`${url}/${Bucket}/a?${query}`)).status).not.toBe(200)
    }
    expect((await send(`${url}/${Bucket}/a?versionId=null`)).status).toBe(200)
  })
})

describe('an object that changes', () => {
  test('between looking and opening is looked at again: headers and bytes are of one version', async () => {
    let others = ['second', 'the third']
    const { url, storage } = await startS3({}, (driver) =>
      interceptDriver(driver, async (call, next) => {
        const other = call.operation === 'files.read' ? others.shift() : undefined
        if (other !== undefined) await put(storage, 'a', other)
        return next(call)
      }),
    )
    await put(storage, 'a', 'first')
    const answer = await send(`${url}/${Bucket}/a`)
    expect([answer.status, answer.body.toString()]).toEqual([200, 'the third'])
    expect(answer.headers['content-length']).toBe('9')
    others = Array.from({ length: 20 }, (_, number) => String(number))
    const restless = await send(`${url}/${Bucket}/a`)
    expect([restless.status, restless.code]).toEqual([409, 'OperationAborted'])
  })

  test('is damaged: the answer ends short instead of looking whole', async () => {
    const bytes = randomBytes(3_000_000)
    const { url, storage } = await startS3({}, (driver) =>
      interceptDriver(driver, async (call, next) => {
        const answer = await next(call)
        if (call.operation !== 'files.read' || (call.request as ReadFileRequest).range !== undefined) return answer
        const content = answer as FileContent
        return { ...content, body: damaged(content.body) }
      }),
    )
    await put(storage, 'a', bytes)
    await expect(send(`${url}/${Bucket}/a`)).rejects.toThrow(/aborted/)
    await put(storage, 'small', digits)
    const small = await send(`${url}/${Bucket}/small`)
    expect([small.status, small.code]).toEqual([500, 'InternalError'])
  })

  test('can not be read to its end: the connection breaks', async () => {
    const { url, storage } = await startS3({}, (driver) =>
      interceptDriver(driver, async (call, next) => {
        const answer = await next(call)
        if (call.operation !== 'files.read') return answer
        const content = answer as FileContent
        return { ...content, body: failing(content.body) }
      }),
    )
    await put(storage, 'a', randomBytes(3_000_000))
    await expect(send(`${url}/${Bucket}/a`)).rejects.toThrow(/aborted/)
  })
})

test('a client that leaves in the middle ends the reading', async () => {
  let ended: () => void = () => undefined
  const end = new Promise<void>((resolve) => (ended = resolve))
  const { url, storage } = await startS3({}, (driver) =>
    interceptDriver(driver, async (call, next) => {
      const answer = await next(call)
      if (call.operation !== 'files.read') return answer
      const content = answer as FileContent
      return { ...content, body: noticing(content.body, ended) }
    }),
  )
  await put(storage, 'a', randomBytes(20_000_000))
  const leaving = new AbortController()
  const answer = await fetch(`${url}/${Bucket}/a`, { signal: leaving.signal })
  await answer.body?.getReader().read()
  leaving.abort()
  await expect(end).resolves.toBeUndefined()
})

async function* damaged(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    const copy = Uint8Array.from(chunk)
    copy[0] = (copy[0] as number) ^ 1
    yield copy
  }
}

async function* failing(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const chunk of body) {
    if (count > 1) throw new StorageError({ code: 'unavailable', message: 'the disk is gone', retryable: false })
    count += 1
    yield chunk
  }
}

async function* noticing(body: AsyncIterable<Uint8Array>, onEnd: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } finally {
    onEnd()
  }
}
