import { describe, expect, test } from 'vitest'
import { requestHead, serveHttp, serveRaw } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

const mebibyte = 1024 * 1024
// What the system itself keeps between two sockets, and some: both ends are in this process.
const systemBytes = 24 * mebibyte
const total = 80 * mebibyte

describe('a slow reader', () => {
  test.each([
    ['of known length', { 'content-length': total }],
    ['of unknown length', {}],
  ])('of a body %s makes the server wait', async (_, headers) => {
    let sent = 0
    const server = await serveHttp((_request, response) => {
      const piece = Buffer.alloc(mebibyte)
      response.writeHead(200, headers)
      const more = (): void => {
        while (sent < total) {
          sent += piece.byteLength
          if (!response.write(piece)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    const response = await startTransport().send({ method: 'GET', url: server.url })
    let got = 0
    let mostAhead = 0
    for await (const chunk of response.body) {
      got += chunk.byteLength
      // The server gets its chance to run ahead.
      await new Promise((resolve) => setImmediate(resolve))
      mostAhead = Math.max(mostAhead, sent - got)
    }
    expect(got).toBe(total)
    expect(mostAhead).toBeLessThan(systemBytes)
  })

  test('that reads nothing is sent no more than fits on the way', async () => {
    let sent = 0
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`)
        const piece = Buffer.alloc(mebibyte)
        const more = (): void => {
          if (!socket.destroyed) socket.write(piece, () => ((sent += piece.byteLength), more()))
        }
        more()
      })
    })
    const response = await startTransport().send({ method: 'GET', url: server.url })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(sent).toBeLessThan(systemBytes)
    await response.discard()
  })
})

test('a slow server makes the source wait', async () => {
  let got = 0
  let given = 0
  let mostAhead = 0
  const server = await serveHttp((request, response) => {
    void (async () => {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        got += chunk.byteLength
        await new Promise((resolve) => setImmediate(resolve))
      }
      response.end()
    })()
  })
  const body = {
    sizeBytes: total,
    isReopenable: true,
    async *open(): AsyncGenerator<Uint8Array> {
      while (given < total) {
        given += mebibyte
        mostAhead = Math.max(mostAhead, given - got)
        yield await Promise.resolve(Buffer.alloc(mebibyte))
      }
    },
  }
  await startTransport().send({ method: 'PUT', url: server.url, body })
  expect(got).toBe(total)
  expect(mostAhead).toBeLessThan(systemBytes)
})

test('many small pieces are gathered, not sent one by one with a wait for each', async () => {
  let events = 0
  const server = await serveHttp((request, response) =>
    request.on('data', () => (events += 1)).on('end', () => response.end()),
  )
  const count = 20_000
  const body = {
    sizeBytes: count * 100,
    isReopenable: true,
    async *open(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < count; index += 1) yield await Promise.resolve(Buffer.alloc(100))
    },
  }
  await startTransport().send({ method: 'PUT', url: server.url, body })
  expect(events).toBeLessThan(count / 10)
})
