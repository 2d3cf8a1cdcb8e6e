import { type Socket } from 'node:net'
import { toByteSource } from '@stowage/core/driver'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BodySource, type ByteRequest, type ByteResponse, type ByteTransportOptions } from '../src/index.ts'
import { bodyOf, requestHead, serveHttp, serveRaw } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

const mebibyte = 1024 * 1024

function put(url: string, request: Partial<ByteRequest>, options: ByteTransportOptions = {}): Promise<ByteResponse> {
  return startTransport(options).send({ method: 'PUT', url, ...request })
}

/** A source of some chunks that notes how far it was read and whether it was ended. */
function sourceOf(
  chunks: Iterable<Uint8Array>,
  sizeBytes: number | undefined,
  isReopenable = true,
): BodySource & { given: number; isEnded: boolean } {
  const source = {
    sizeBytes,
    isReopenable,
    given: 0,
    isEnded: false,
    async *open(): AsyncGenerator<Uint8Array> {
      try {
        for (const chunk of chunks) {
          await Promise.resolve()
          source.given += chunk.byteLength
          yield chunk
        }
      } finally {
        source.isEnded = true
      }
    },
  }
  return source
}

function* repeat(count: number, sizeBytes: number): Generator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(sizeBytes, index)
}

/** Answers with what arrived: headers and body. */
const echo = () =>
  serveHttp((request, response) => {
    void bodyOf(request).then((body) => {
      const { 'content-length': length, 'transfer-encoding': encoding, 'content-type': type } = request.headers
      response.writeHead(200, {
        'x-length': length ?? 'none',
        'x-encoding': encoding ?? 'none',
        'x-type': type ?? 'none',
      })
      response.end(body)
    })
  })

describe('a body', () => {
  test('of bytes goes out with its length and no type', async () => {
    const { url } = await echo()
    const response = await put(url, { body: Buffer.from('content') })
    expect(response.headers).toMatchObject({ 'x-length': '7', 'x-encoding': 'none', 'x-type': 'none' })
    expect(await response.text()).toBe('content')
  })

  test.each(['PUT', 'POST', 'PATCH'])('that is none goes out with the length 0 for %s', async (method) => {
    const { url } = await echo()
    expect((await put(url, { method })).headers).toMatchObject({ 'x-length': '0', 'x-encoding': 'none' })
  })

  test.each(['GET', 'DELETE'])('that is none goes out without a length for %s', async (method) => {
    const { url } = await echo()
    expect((await put(url, { method })).headers).toMatchObject({ 'x-length': 'none', 'x-encoding': 'none' })
  })

  test('of no bytes goes out with the length 0', async () => {
    const { url } = await echo()
    expect((await put(url, { body: sourceOf([], 0) })).headers['x-length']).toBe('0')
    expect((await put(url, { body: new Uint8Array() })).headers['x-length']).toBe('0')
  })

  test('of a known length is never chunked, and a core source is one as it is', async () => {
    const { url } = await echo()
    const body = await toByteSource(Buffer.alloc(3 * mebibyte, 'abc'))
    const response = await put(url, { body, mayChunk: true })
    expect(response.headers).toMatchObject({ 'x-length': String(3 * mebibyte), 'x-encoding': 'none' })
    await response.discard()
  })

  test('of unknown length is refused, or chunked where that is allowed', async () => {
    const { url } = await echo()
    const body = sourceOf(repeat(3, 1000), undefined)
    await expect(put(url, { body })).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(body.given).toBe(0)
    const response = await put(url, { body, mayChunk: true })
    expect(response.headers).toMatchObject({ 'x-length': 'none', 'x-encoding': 'chunked' })
    expect(await response.text()).toHaveLength(3000)
  })

  test.each([-1, 1.5, Number.NaN, Infinity])('of %d bytes is refused', async (sizeBytes) => {
    await expect(put('http://127.0.0.1:1', { body: sourceOf([], sizeBytes) })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  test('arrives as it was given, however it is cut', { timeout: 20_000 }, async () => {
    const { url } = await echo()
    const transport = startTransport()
    const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(100_000), fc.constantFrom(65_536, mebibyte, mebibyte + 1)), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (lengths, isKnown) => {
        const chunks = lengths.map((length, index) => Buffer.alloc(length, `chunk ${index}`))
        const whole = Buffer.concat(chunks)
        const body = sourceOf(chunks, isKnown ? whole.byteLength : undefined)
        const response = await transport.send({ method: 'PUT', url, body, mayChunk: !isKnown })
        const got: Uint8Array[] = []
        for await (const chunk of response.body) got.push(chunk)
        expect(whole.equals(Buffer.concat(got))).toBe(true)
        expect(body.isEnded).toBe(true)
      }),
      { numRuns: 40 },
    )
    expect(transport.connections).toBe(1)
  })
})

describe('a source that is not what it said', () => {
  test.each([
    ['short', 5, /ended after 5242880 of the 5500000/],
    ['long', 8, /goes on after the 5500000/],
    ['long by whole chunks', 8, /goes on after the 5242880/, 5 * mebibyte],
  ])(
    'because it is too %s fails, and the server gets no whole request',
    async (_, count, message, sizeBytes = 5_500_000) => {
      let outcome = 'nothing'
      const server = await serveHttp((request) => {
        bodyOf(request).then(
          () => (outcome = 'whole'),
          () => (outcome = 'broken off'),
        )
      })
      const body = sourceOf(repeat(count, mebibyte), sizeBytes)
      await expect(put(server.url, { body })).rejects.toMatchObject({
        code: 'corrupt-data',
        message: expect.stringMatching(message) as string,
      })
      await expect.poll(() => outcome).toBe('broken off')
      expect(body.isEnded).toBe(true)
    },
  )

  test.each([5000, 1000])(
    'because it fails before the end of its %i bytes is told gives its failure, and the server gets no whole request',
    async (sizeBytes) => {
      const failure = new Error('the disk is gone')
      let gotBytes = 0
      const server = await serveRaw((socket) =>
        socket.on('data', (data) => (gotBytes += String(data).split('\r\n\r\n')[1]?.length ?? data.byteLength)),
      )
      const body = {
        sizeBytes,
        isReopenable: true,
        async *open(): AsyncGenerator<Uint8Array> {
          yield await Promise.resolve(Buffer.alloc(1000))
          throw failure
        },
      }
      await expect(put(server.url, { body })).rejects.toBe(failure)
      await expect.poll(() => server.sockets.size).toBe(0)
      expect(gotBytes).toBeLessThan(sizeBytes)
    },
  )

  test('because it fails after the server answered is no success', async () => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    })
    const body = {
      sizeBytes: 5000,
      isReopenable: true,
      async *open(): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(1000)
        await expect.poll(() => server.accepted()).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 30))
        throw new Error('the disk is gone')
      },
    }
    await expect(put(server.url, { body })).rejects.toThrow('the disk is gone')
  })
})

describe('a server that answers before it has the whole body', () => {
  const refusal = 'HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 6\r\n\r\ndenied'

  test.each([
    ['and keeps the connection', (_socket: Socket) => undefined],
    ['and ends the connection', (socket: Socket) => socket.end()],
    ['and closes without reading on', (socket: Socket) => socket.destroySoon()],
  ])('%s is heard, and is sent no more', async (_, then) => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() => {
        socket.pause()
        socket.write(refusal, () => then(socket))
      })
    })
    const body = sourceOf(repeat(200, mebibyte), 200 * mebibyte)
    const response = await put(server.url, { body })
    expect(response.status).toBe(403)
    expect(await response.text()).toBe('denied')
    expect(body.given).toBeLessThan(30 * mebibyte)
    await expect.poll(() => body.isEnded).toBe(true)
  })

  test('is heard even when the source never gives another byte', async () => {
    const server = await serveRaw((socket) => void requestHead(socket).then(() => socket.write(refusal)))
    const body = {
      sizeBytes: 10,
      isReopenable: false,
      async *open(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc')
        await new Promise(() => undefined)
      },
    }
    const response = await put(server.url, { body })
    expect(await response.text()).toBe('denied')
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  test('is heard when the body was one large piece, and its connection is not used again', async () => {
    const server = await serveHttp((_, response) => response.writeHead(413).end('too large'))
    const transport = startTransport()
    for (let count = 0; count < 2; count += 1) {
      const response = await transport.send({ method: 'PUT', url: server.url, body: Buffer.alloc(50 * mebibyte) })
      expect([response.status, await response.text()]).toEqual([413, 'too large'])
    }
    expect(server.accepted()).toBe(2)
  })
})

describe('a server that says it is done before it has the whole body', () => {
  const early = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'

  test('and then breaks the connection has not got it', async () => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() => socket.write(early, () => setTimeout(() => socket.resetAndDestroy(), 10)))
    })
    const body = sourceOf(repeat(200, mebibyte), 200 * mebibyte)
    await expect(put(server.url, { body })).rejects.toMatchObject({ code: 'unavailable', applied: 'unknown' })
    expect(body.isEnded).toBe(true)
  })

  test('and then takes no more fails with timeout', async () => {
    const server = await serveRaw((socket) => {
      void requestHead(socket).then(() => socket.pause().write(early))
    })
    const body = sourceOf(repeat(200, mebibyte), 200 * mebibyte)
    await expect(put(server.url, { body }, { idleTimeoutMs: 100 })).rejects.toMatchObject({ code: 'timeout' })
    expect(body.isEnded).toBe(true)
  })

  test('and then takes the rest has it, and keeps the connection', async () => {
    let got = 0
    const server = await serveHttp((request, response) => {
      response.writeHead(200, { 'content-length': 0 }).flushHeaders()
      request.on('data', (chunk: Buffer) => (got += chunk.byteLength)).on('end', () => response.end())
    })
    const transport = startTransport()
    const body = sourceOf(repeat(20, mebibyte), 20 * mebibyte)
    await transport.send({ method: 'PUT', url: server.url, body })
    await expect.poll(() => got).toBe(20 * mebibyte)
    await transport.send({ method: 'PUT', url: server.url })
    expect(server.accepted()).toBe(1)
  })
})

describe('a write whose answer is lost', () => {
  const takeAllAndGo = () => serveHttp((request) => void bodyOf(request).then(() => request.socket.destroy()))

  test('may have been applied', async () => {
    const { url } = await takeAllAndGo()
    const sent = put(url, { body: Buffer.from('abc') })
    await expect(sent).rejects.toMatchObject({ code: 'unavailable', retryable: true, applied: 'unknown' })
  })

  test('of a source that can be read only once has an unknown outcome', async () => {
    const { url } = await takeAllAndGo()
    const sent = put(url, { body: sourceOf(repeat(1, 3), 3, false) })
    await expect(sent).rejects.toMatchObject({ code: 'outcome-unknown', retryable: false, applied: 'unknown' })
  })

  test('by an abort may have been applied', async () => {
    const controller = new AbortController()
    const server = await serveHttp((request) => void bodyOf(request).then(() => controller.abort()))
    const sent = put(server.url, { body: Buffer.from('abc'), signal: controller.signal })
    await expect(sent).rejects.toMatchObject({ code: 'aborted', applied: 'unknown' })
  })

  test('by a timeout may have been applied', async () => {
    const server = await serveHttp(() => undefined)
    const sent = put(server.url, { body: Buffer.from('abc') }, { idleTimeoutMs: 40 })
    await expect(sent).rejects.toMatchObject({ code: 'timeout', retryable: true, applied: 'unknown' })
  })
})

describe('time', () => {
  test('that a source takes is no fault of the server', async () => {
    const { url } = await echo()
    const body = {
      sizeBytes: 6,
      isReopenable: true,
      async *open(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc')
        await new Promise((resolve) => setTimeout(resolve, 90))
        yield Buffer.from('def')
      },
    }
    expect(await (await put(url, { body }, { idleTimeoutMs: 30 })).text()).toBe('abcdef')
  })

  test('passes for a server that takes nothing more', async () => {
    const server = await serveRaw((socket) => void requestHead(socket).then(() => socket.pause()))
    const body = sourceOf(repeat(100, mebibyte), 100 * mebibyte)
    await expect(put(server.url, { body }, { idleTimeoutMs: 60 })).rejects.toMatchObject({
      code: 'timeout',
      applied: 'unknown',
    })
    expect(body.given).toBeLessThan(30 * mebibyte)
    expect(body.isEnded).toBe(true)
  })
})
