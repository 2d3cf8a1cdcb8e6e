import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { ByteRequest, ByteResponse, ByteTransportOptions } from '../src/index.ts'
import { requestHead, serveHttp, serveRaw } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

const mebibyte = 1024 * 1024
const small = 1000
const large = 20 * mebibyte

function get(
  url: string,
  options: ByteTransportOptions = {},
  request: Partial<ByteRequest> = {},
): Promise<ByteResponse> {
  return startTransport(options).send({ method: 'GET', url, ...request })
}

/** Reads as far as it goes: how much came, and what it ended with. */
async function readOut({ body }: ByteResponse): Promise<{ gotBytes: number; error: unknown }> {
  let gotBytes = 0
  try {
    for await (const chunk of body) gotBytes += chunk.byteLength
    return { gotBytes, error: undefined }
  } catch (error) {
    return { gotBytes, error }
  }
}

describe.each([
  ['small', small],
  ['large', large],
])('a %s body', (_, sizeBytes) => {
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${sizeBytes}\r\n\r\n`
  const half = Math.floor(sizeBytes / 2)

  test.each([
    ['ends', (socket: Socket) => socket.end()],
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('whose connection %s half way gives what came and fails as retryable', async (_how, breakOff) => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() => {
        socket.write(head)
        // A reset overtakes what the system has not delivered yet.
        socket.write(Buffer.alloc(half), () => setTimeout(() => breakOff(socket), 20))
      })
    })
    const { gotBytes, error } = await readOut(await get(server.url))
    expect(error).toMatchObject({
      code: 'unavailable',
      retryable: true,
      details: { got: gotBytes, wanted: sizeBytes },
    })
    expect(gotBytes).toBe(half)
  })

  test('that stalls half way fails with timeout and closes its connection', async () => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() => socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(half)])))
    })
    const { gotBytes, error } = await readOut(await get(server.url, { idleTimeoutMs: 100 }))
    expect(error).toMatchObject({ code: 'timeout', retryable: true })
    expect(gotBytes).toBe(half)
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  test('that is followed by more than it announced is cut there', async () => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() =>
        socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(sizeBytes + 500)])),
      )
    })
    expect(await readOut(await get(server.url))).toEqual({ gotBytes: sizeBytes, error: undefined })
  })

  test('is not timed out while its reader takes a break', async () => {
    const server = await serveHttp((_request, response) => response.end(Buffer.alloc(sizeBytes)))
    const response = await get(server.url, { idleTimeoutMs: 150 })
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(await readOut(response)).toEqual({ gotBytes: sizeBytes, error: undefined })
  })
})

test('a trickle is handed out long before a chunk is full', async () => {
  const server = await serveRaw((socket) => {
    void requestHead(socket).then(() => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${large}\r\n\r\n`)
      const timer = setInterval(() => socket.write(Buffer.alloc(1000)), 10)
      socket.once('close', () => clearInterval(timer))
    })
  })
  const response = await get(server.url, {}, { mayLend: true })
  const first = await response.body.next()
  const second = await response.body.next()
  // Of a lent chunk of 1 MiB only copies of what is in it go out: who keeps many of them keeps few bytes.
  expect(first.value?.buffer.byteLength).toBeLessThan(100_000)
  expect(second.value?.buffer.byteLength).toBeLessThan(100_000)
  await response.body.return?.()
})

test('a chunked body that breaks off fails as retryable', async () => {
  const server = await serveRaw((socket) => {
    void requestHead(socket).then(() =>
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab'),
    )
  })
  const { gotBytes, error } = await readOut(await get(server.url))
  expect(error).toMatchObject({ code: 'unavailable', retryable: true })
  expect(gotBytes).toBe(7)
})

test('a chunked body with a broken frame fails', async () => {
  const server = await serveRaw((socket) => {
    void requestHead(socket).then(() =>
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n'),
    )
  })
  expect((await readOut(await get(server.url))).error).toMatchObject({ code: 'unavailable', retryable: true })
})

test('a write whose answer breaks off may have been applied', async () => {
  const server = await serveRaw((socket) => {
    void requestHead(socket).then(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{"file_id"'))
  })
  const sent = await startTransport().send({ method: 'POST', url: server.url, body: Buffer.from('') })
  await expect(sent.text()).rejects.toMatchObject({ code: 'unavailable', applied: 'unknown' })
})

describe('no answer', () => {
  test('from a port nobody listens on is unavailable, and surely not applied', async () => {
    const server = await serveHttp((_, response) => response.end())
    await server.close()
    const sent = startTransport().send({ method: 'PUT', url: server.url, body: Buffer.from('abc') })
    await expect(sent).rejects.toMatchObject({ code: 'unavailable', applied: 'no', nativeCode: 'ECONNREFUSED' })
  })

  test('in time fails with timeout', async () => {
    const server = await serveRaw((socket) => socket.resume())
    await expect(get(server.url, { idleTimeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout', retryable: true })
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  test('to a TLS handshake fails with timeout, and surely not applied', async () => {
    const server = await serveRaw(() => undefined)
    const url = server.url.replace('http:', 'https:')
    const sent = startTransport({ connectTimeoutMs: 50 }).send({ method: 'PUT', url, body: Buffer.from('abc') })
    await expect(sent).rejects.toMatchObject({ code: 'timeout', applied: 'no' })
  })

  test('but a closed connection is unavailable', async () => {
    const server = await serveRaw((socket) => void requestHead(socket).then(() => socket.end()))
    await expect(get(server.url)).rejects.toMatchObject({ code: 'unavailable', applied: undefined })
  })

  test.each([
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'not valid HTTP'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na', 'not valid HTTP'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      'not valid HTTP',
    ],
    ['100 KB of headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}\r\n`, 'more headers'],
  ])('but %s is unavailable', async (_, text, why) => {
    const server = await serveRaw((socket) => void requestHead(socket).then(() => socket.write(text)))
    const error = await get(`${server.url}/a?sig=secret`).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining(why) as string })
    expect(String(error)).not.toContain('secret')
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  test('but another protocol is unavailable', async () => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      )
    })
    await expect(get(server.url)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
