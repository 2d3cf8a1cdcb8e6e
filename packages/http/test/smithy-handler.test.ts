import { Readable } from 'node:stream'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { SmithyHandler } from '../src/index.ts'
import { bodyOf, type LoopbackServer, serveHttp } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

const base = { method: 'GET', protocol: 'http:', hostname: '127.0.0.1', path: '/', headers: {} }

function startHandler(): SmithyHandler {
  return new SmithyHandler(startTransport())
}

/** Stores one object and answers with it; keeps what the last request was. */
async function serveObject(): Promise<{
  server: LoopbackServer
  last: () => { url: string; headers: string[]; body: Buffer }
}> {
  let stored: Buffer = Buffer.alloc(0)
  let last = { url: '', headers: [] as string[], body: stored }
  const server = await serveHttp((request, response) => {
    void bodyOf(request).then((body) => {
      last = { url: request.url ?? '', headers: Object.keys(request.headers), body }
      if (request.method === 'PUT') stored = body
      response.writeHead(200, { etag: '"e"' }).end(request.method === 'GET' ? stored : undefined)
    })
  })
  return { server, last: () => last }
}

function client(server: LoopbackServer): S3Client {
  return new S3Client({
    endpoint: server.url,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: startHandler(),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
  })
}

describe('client-s3 over the transport', () => {
  test('puts and gets bytes, under any key', async () => {
    const { server, last } = await serveObject()
    const s3 = client(server)
    const Key = 'a b/+(é)?.txt'
    await s3.send(new PutObjectCommand({ Bucket: 'b', Key, Body: Buffer.from('content') }))
    expect(last()).toMatchObject({
      url: '/b/a%20b/%2B%28%C3%A9%29%3F.txt?x-id=PutObject',
      body: Buffer.from('content'),
    })
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: 'b', Key }))
    expect([await Body?.transformToString(), ETag]).toEqual(['content', '"e"'])
  })

  test('puts a stream of known length without chunks and without waiting to be asked on', async () => {
    const { server, last } = await serveObject()
    const bytes = Buffer.alloc(5 * 1024 * 1024, 'stream')
    const Body = Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)])
    await client(server).send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body, ContentLength: bytes.byteLength }))
    expect(bytes.equals(last().body)).toBe(true)
    expect(last().headers).not.toContain('expect')
    expect(last().headers).not.toContain('transfer-encoding')
  })

  test('gives a large body as a stream that can be left', async () => {
    const { server } = await serveObject()
    const s3 = client(server)
    await s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: Buffer.alloc(20 * 1024 * 1024) }))
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
    ;(Body as Readable).destroy()
    await expect.poll(() => server.sockets.size).toBe(1)
  })

  test('gets the errors of S3', async () => {
    const xml = '<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>'
    const server = await serveHttp((_, response) => response.writeHead(404).end(xml))
    await expect(client(server).send(new CreateBucketCommand({ Bucket: 'b' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    })
  })

  test('gets the transport’s failures', async () => {
    const { server } = await serveObject()
    await server.close()
    const sent = client(server).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
    await expect(sent).rejects.toMatchObject({ name: 'StorageError', code: 'unavailable' })
  })

  test('passes aborts on', async () => {
    const controller = new AbortController()
    const server = await serveHttp(() => controller.abort(new Error('enough')))
    const sent = client(server).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }), {
      abortSignal: controller.signal,
    })
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => server.sockets.size).toBe(0)
  })
})

describe('a request', () => {
  test('has its query encoded as it was signed', async () => {
    const { server, last } = await serveObject()
    const port = Number(new URL(server.url).port)
    const query = { b: ["it's", '*'], a: null, c: 'x y+é' }
    await startHandler().handle({ ...base, port, path: '/p', query })
    expect(last().url).toBe('/p?a&b=it%27s&b=%2A&c=x%20y%2B%C3%A9')
  })

  test('is redirected by nobody but the client', async () => {
    const server = await serveHttp((_, response) => response.writeHead(307, { location: '/other' }).end())
    const { response } = await startHandler().handle({ ...base, port: Number(new URL(server.url).port) })
    expect([response.statusCode, response.headers['location']]).toEqual([307, '/other'])
  })

  test.each([
    'text',
    new Uint8Array([116, 101, 120, 116]),
    new Uint8Array([116, 101, 120, 116]).buffer,
    Readable.from([Buffer.from('text')]),
  ])('takes a body given as %o', async (body) => {
    const { server, last } = await serveObject()
    const request = {
      ...base,
      method: 'PUT',
      port: Number(new URL(server.url).port),
      headers: { 'Content-Length': '4' },
    }
    await startHandler().handle({ ...request, body })
    expect(last().body.toString()).toBe('text')
  })

  test('with another kind of body is refused', async () => {
    await expect(startHandler().handle({ ...base, body: 12 })).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})
