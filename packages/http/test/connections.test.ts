import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { requestHead, serveHttp, serveRaw } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** A server that answers the first request of each connection, and resets on the second: like one that has just closed it as unused. */
function serveOnce(onSecond: (socket: Socket) => void): ReturnType<typeof serveRaw> {
  return serveRaw((socket) => {
    void requestHead(socket).then(async () => {
      socket.write(ok)
      await requestHead(socket)
      onSecond(socket)
    })
  })
}

describe('a kept connection that the server closes under a request', () => {
  test.each([
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['ends', (socket: Socket) => socket.end()],
  ])('and %s is replaced by a new one, once, for a request that only reads', async (_, close) => {
    const server = await serveOnce(close)
    const transport = startTransport()
    const receipt = { requests: 0, retries: 0 }
    for (let count = 0; count < 3; count += 1) {
      const response = await transport.send({ method: 'GET', url: server.url, receipt })
      expect(await response.text()).toBe('ok')
    }
    expect(receipt).toEqual({ requests: 4, retries: 1 })
  })

  test.each(['PUT', 'POST', 'DELETE'])('fails %s: it may have been applied', async (method) => {
    const server = await serveOnce((socket) => socket.resetAndDestroy())
    const transport = startTransport()
    await (await transport.send({ method: 'GET', url: server.url })).text()
    const sent = transport.send({ method, url: server.url })
    await expect(sent).rejects.toMatchObject({ code: 'unavailable', applied: 'unknown' })
    expect(server.accepted()).toBe(1)
  })

  test('within its answer is not replaced: what came must not come twice', async () => {
    const server = await serveOnce((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\npart'))
    const transport = startTransport()
    await (await transport.send({ method: 'GET', url: server.url })).text()
    const response = await transport.send({ method: 'GET', url: server.url })
    await expect(response.text()).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(server.accepted()).toBe(1)
  })

  test('while it stood unused is not tried', async () => {
    const server = await serveHttp((_, response) => response.end('ok'))
    const transport = startTransport()
    await (await transport.send({ method: 'GET', url: server.url })).text()
    for (const socket of server.sockets) socket.end()
    await expect.poll(() => transport.connections).toBe(0)
    const receipt = { requests: 0, retries: 0 }
    await (await transport.send({ method: 'PUT', url: server.url, receipt })).text()
    expect(receipt).toEqual({ requests: 1, retries: 0 })
  })
})

test('a new connection that breaks is not replaced', async () => {
  const server = await serveRaw((socket) => void requestHead(socket).then(() => socket.resetAndDestroy()))
  const sent = startTransport().send({ method: 'GET', url: server.url })
  await expect(sent).rejects.toMatchObject({ code: 'unavailable', nativeCode: 'ECONNRESET' })
  expect(server.accepted()).toBe(1)
})

describe('a request that waited for a connection in use', () => {
  test('takes as long as it takes: the connection is there', async () => {
    const server = await serveHttp((_, response) => void setTimeout(() => response.end('ok'), 80))
    const transport = startTransport({ maxConnections: 1, connectTimeoutMs: 40 })
    // The first makes the connection, and both after it wait for it.
    const answers = [1, 2, 3].map(async () => (await transport.send({ method: 'PUT', url: server.url })).text())
    expect(await Promise.all(answers)).toEqual(['ok', 'ok', 'ok'])
    expect(server.accepted()).toBe(1)
  })

  test('may have been applied when the connection breaks', async () => {
    const server = await serveOnce((socket) => socket.resetAndDestroy())
    const transport = startTransport({ maxConnections: 1 })
    const first = transport.send({ method: 'PUT', url: server.url })
    const second = transport.send({ method: 'PUT', url: server.url })
    await (await first).text()
    await expect(second).rejects.toMatchObject({ code: 'unavailable', applied: 'unknown' })
  })
})

test('an unused connection is closed after a while', async () => {
  const server = await serveHttp((_, response) => response.end('ok'))
  const transport = startTransport({ keepAliveMs: 20 })
  await (await transport.send({ method: 'GET', url: server.url })).text()
  expect(transport.connections).toBe(1)
  await expect.poll(() => [transport.connections, server.sockets.size]).toEqual([0, 0])
})

test('a transport that is closed fails what is under way, and what comes later', async () => {
  const server = await serveRaw((socket) => socket.resume())
  const transport = startTransport()
  const sent = transport.send({ method: 'GET', url: server.url })
  const failure = sent.catch((error: unknown) => error)
  await expect.poll(() => server.sockets.size).toBe(1)
  transport.close()
  expect(await failure).toMatchObject({ code: 'unavailable' })
  await expect(transport.send({ method: 'GET', url: server.url })).rejects.toMatchObject({ code: 'closed' })
  expect(server.accepted()).toBe(1)
})
