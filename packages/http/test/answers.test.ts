import { readAll, returnChunk } from '@stowage/core/driver'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ByteRequest, type ByteResponse, ByteTransport } from '../src/index.ts'
import { serveHttp, serveRaw } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

const mebibyte = 1024 * 1024

function send(url: string, request: Partial<ByteRequest> = {}): Promise<ByteResponse> {
  return startTransport().send({ method: 'GET', url, ...request })
}

describe.each([0, 1, 70_000, 5 * mebibyte, 8 * mebibyte, 20 * mebibyte + 1])('a body of %i bytes', (sizeBytes) => {
  test.each([false, true])('arrives as it was sent (lent chunks: %s)', async (mayLend) => {
    const data = Buffer.alloc(sizeBytes, 'any 7 b')
    const server = await serveHttp((_, response) => response.writeHead(200, { 'content-length': sizeBytes }).end(data))
    const response = await send(server.url, { mayLend })
    expect(response.sizeBytes).toBe(sizeBytes)
    expect(data.equals(await readAll(response.body, sizeBytes))).toBe(true)
  })
})

test(
  'a body arrives as it was sent, however it is cut and however slowly it is read',
  { timeout: 30_000 },
  async () => {
    const pieceSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 3 * mebibyte })), {
      minLength: 1,
      maxLength: 8,
    })
    const transport = startTransport()
    let pieces: Buffer[] = []
    const server = await serveHttp((_, response) => {
      const sizeBytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
      response.writeHead(200, { 'content-length': sizeBytes }).flushHeaders()
      const send = (index: number): void => {
        const piece = pieces[index]
        if (piece === undefined) response.end()
        else response.write(piece, () => setImmediate(() => send(index + 1)))
      }
      send(0)
    })
    await fc.assert(
      fc.asyncProperty(pieceSizes, fc.boolean(), fc.boolean(), async (sizes, mayLend, isSlow) => {
        pieces = [...sizes, 7 * mebibyte].map((size, index) => Buffer.alloc(size, `piece ${index} `))
        const response = await transport.send({ method: 'GET', url: server.url, mayLend })
        const got: Uint8Array[] = []
        for await (const chunk of response.body) {
          got.push(Uint8Array.from(chunk))
          returnChunk(chunk)
          if (isSlow) await new Promise((resolve) => setImmediate(resolve))
        }
        expect(Buffer.concat(pieces).equals(Buffer.concat(got))).toBe(true)
      }),
      { numRuns: 25 },
    )
  },
)

test('a large body without a length arrives as it was sent', async () => {
  const data = Buffer.alloc(12 * mebibyte, 'no length')
  const server = await serveHttp((_, response) => response.writeHead(200).end(data))
  const response = await send(server.url)
  expect(response.sizeBytes).toBeUndefined()
  expect(data.equals(await readAll(response.body))).toBe(true)
})

test('a body that ends with its connection arrives as it was sent', async () => {
  const server = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'))
  expect(await (await send(server.url)).text()).toBe('until the end')
})

test('exactly the given headers go out beside those HTTP needs', async () => {
  const server = await serveHttp((request, response) => response.end(JSON.stringify(request.rawHeaders)))
  const response = await send(server.url, { headers: { 'X-One': '1', Range: 'bytes=0-1' } })
  const raw = JSON.parse(await response.text()) as string[]
  expect(raw).toEqual([
    'accept-encoding',
    'identity',
    'x-one',
    '1',
    'range',
    'bytes=0-1',
    'Host',
    server.url.slice(7),
    'Connection',
    'keep-alive',
  ])
})

test.each(['/a//b/../c%2e%2e/./d?x=%20&y=a+b', '/', '/%E3%81%82?', '?only=query'])(
  'the path and query %s go out byte for byte',
  async (path) => {
    const server = await serveHttp((request, response) => response.end(request.url))
    const expected = path.startsWith('/') ? path : `/${path}`
    expect(await (await send(`${server.url}${path}#fragment`)).text()).toBe(expected)
  },
)

test.each([
  ['ftp://example.com/a', 'no http URL'],
  ['example.com', 'no http URL'],
  ['http://user:secret@127.0.0.1/a', 'user name or password'],
  ['http://example.com/a?sig=secret', 'plain http'],
  ['http://127.0.0.1/a b', 'percent-encode'],
  ['http://127.0.0.1/é', 'percent-encode'],
  ['http://127.0.0.1/a\r\nx: y', 'percent-encode'],
  ['http://[::1/', 'no http URL'],
])('the URL %s is refused before anything is sent', async (url, why) => {
  const error = await send(url).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'invalid-argument', message: expect.stringContaining(why) as string })
  expect(String(error)).not.toContain('secret')
})

test('a header that would begin another one is refused', async () => {
  await expect(send('http://127.0.0.1:1/', { headers: { a: 'b\r\nc: d' } })).rejects.toMatchObject({
    code: 'invalid-argument',
  })
})

test('what is compressed stays compressed', async () => {
  const server = await serveHttp((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
  )
  expect(await (await send(server.url)).text()).toBe('not gzip')
})

test.each([
  ['HEAD', 200, { 'content-length': '1000000000' }],
  ['GET', 204, {}],
  ['GET', 304, { etag: '"a"' }],
] as const)('%s answered %i has no body and its connection is used again', async (method, status, headers) => {
  const server = await serveHttp((_, response) => response.writeHead(status, headers).end())
  const transport = startTransport()
  for (let count = 0; count < 3; count += 1) {
    const response = await transport.send({ method, url: server.url })
    expect(response.status).toBe(status)
    expect(response.headers).toMatchObject(headers)
  }
  expect(server.accepted()).toBe(1)
})

test('the size of an answer to HEAD is that of the object', async () => {
  const server = await serveHttp((_, response) => response.writeHead(200, { 'content-length': 12_345 }).end())
  expect((await send(server.url, { method: 'HEAD' })).sizeBytes).toBe(12_345)
})

test('headers of one name are joined, and names are lower-case', async () => {
  const server = await serveHttp((_, response) =>
    response.writeHead(200, { 'X-Meta': ['a', 'b'], 'Set-Cookie': ['c=1', 'd=2'] }).end(),
  )
  expect((await send(server.url)).headers).toMatchObject({ 'x-meta': 'a, b', 'set-cookie': 'c=1, d=2' })
})

test('an error status is an answer, and its error shows what a person can read', async () => {
  const xml = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The key is not there</Message></Error>'
  const server = await serveHttp((_, response) => response.writeHead(404, { 'x-amz-request-id': 'r1' }).end(xml))
  const error = await (await send(`${server.url}/a?X-Amz-Signature=secret`)).error()
  expect(error.message).toBe(`GET ${server.url}/a?*** answered 404: The key is not there`)
  expect(error).toMatchObject({ status: 404, requestId: 'r1', text: xml, data: undefined })
})

test('the text of an error is cut at 64 KiB, and counts as far as it came', async () => {
  const server = await serveHttp((request, response) => {
    response.writeHead(500, { 'content-length': 10_000_000 })
    if (request.url === '/long') response.end(Buffer.alloc(10_000_000, 'x'))
    else response.write('half a', () => response.destroy())
  })
  expect((await (await send(`${server.url}/long`)).error()).text).toHaveLength(64 * 1024)
  expect((await (await send(`${server.url}/short`)).error()).text).toBe('half a')
})

describe('a body that is not read', () => {
  test('is read by discard when it is short, and its connection used again', async () => {
    const server = await serveHttp((_, response) => response.end('short'))
    const transport = startTransport()
    for (let count = 0; count < 3; count += 1)
      await (await transport.send({ method: 'GET', url: server.url })).discard()
    expect(server.accepted()).toBe(1)
  })

  test.each([100_000, 20 * mebibyte])('closes its connection by discard when it has %i bytes', async (sizeBytes) => {
    const server = await serveHttp((_, response) => response.end(Buffer.alloc(sizeBytes)))
    const transport = startTransport()
    await (await transport.send({ method: 'GET', url: server.url })).discard()
    await expect.poll(() => server.sockets.size).toBe(0)
    expect(transport.connections).toBe(0)
  })

  test('closes its connection when the reader stops early', async () => {
    const server = await serveHttp((_, response) => response.end(Buffer.alloc(20 * mebibyte)))
    const response = await send(server.url)
    for await (const chunk of response.body) {
      expect(chunk.byteLength).toBeGreaterThan(0)
      break
    }
    await expect.poll(() => server.sockets.size).toBe(0)
    expect(await response.body.next()).toEqual({ done: true, value: undefined })
  })
})

test('a connection is used again after a body was read, and never by two requests at once', async () => {
  const server = await serveHttp((_, response) => response.end('text'))
  const transport = new ByteTransport({ maxConnections: 2 })
  const texts = await Promise.all(
    Array.from({ length: 20 }, async () => (await transport.send({ method: 'GET', url: server.url })).text()),
  )
  expect(new Set(texts)).toEqual(new Set(['text']))
  expect(server.accepted()).toBe(2)
  transport.close()
  await expect.poll(() => server.sockets.size).toBe(0)
})

test('a receipt counts requests', async () => {
  const server = await serveHttp((_, response) => response.end())
  const receipt = { requests: 0, retries: 0 }
  const transport = startTransport()
  await transport.send({ method: 'GET', url: server.url, receipt })
  await transport.send({ method: 'DELETE', url: server.url, receipt })
  expect(receipt).toEqual({ requests: 2, retries: 0 })
})
