import { getEventListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readAll } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { type ByteRequest, ByteTransport } from '../src/index.ts'
import { bodyOf, serveHttp, serveRaw } from './loopback-server.ts'

const mebibyte = 1024 * 1024

function endless(sizeBytes: number): ByteRequest['body'] {
  return {
    sizeBytes,
    isReopenable: true,
    async *open(): AsyncGenerator<Uint8Array> {
      for (;;) yield await Promise.resolve(Buffer.alloc(100_000))
    },
  }
}

/** Sends, reads all of the answer, and aborts when the server says so: gives what came of it and what was left behind. */
async function abortedBy(
  request: Partial<ByteRequest>,
  handler: (request: IncomingMessage, response: ServerResponse, abort: () => void) => void,
): Promise<unknown> {
  const controller = new AbortController()
  const reason = new Error('enough')
  const server = await serveHttp((incoming, response) => handler(incoming, response, () => controller.abort(reason)))
  const transport = new ByteTransport()
  const { signal } = controller
  const outcome = await (async () => {
    const response = await transport.send({ method: 'GET', url: server.url, signal, ...request })
    return `finished with ${(await readAll(response.body)).byteLength} bytes`
  })().catch((error: unknown) => (error === reason ? 'aborted' : error))
  await expect.poll(() => [transport.connections, server.sockets.size]).toEqual([0, 0])
  expect(getEventListeners(signal, 'abort')).toEqual([])
  transport.close()
  return outcome
}

describe('an abort ends it at once and leaves no connection and no listener', () => {
  test('before anything is sent', async () => {
    const server = await serveHttp((_, response) => response.end())
    const transport = new ByteTransport()
    const signal = AbortSignal.abort(new Error('early'))
    await expect(transport.send({ method: 'GET', url: server.url, signal })).rejects.toThrow('early')
    expect([server.accepted(), transport.connections]).toEqual([0, 0])
  })

  test('while the server thinks', async () => {
    expect(await abortedBy({}, (_request, _response, abort) => abort())).toBe('aborted')
  })

  test.each([1000, 20 * mebibyte])('within a body of %i bytes', async (sizeBytes) => {
    const outcome = await abortedBy({}, (_request, response, abort) => {
      response.writeHead(200, { 'content-length': sizeBytes })
      response.write(Buffer.alloc(sizeBytes / 2), () => setTimeout(abort, 5))
    })
    expect(outcome).toBe('aborted')
  })

  test('within a body of unknown length', async () => {
    const outcome = await abortedBy({}, (_request, response, abort) => response.write('abc', abort))
    expect(outcome).toBe('aborted')
  })

  test('while a body is sent', async () => {
    const outcome = await abortedBy({ method: 'PUT', body: endless(1e9) }, (request, _response, abort) => {
      let gotBytes = 0
      request.on('data', (chunk: Buffer) => {
        gotBytes += chunk.byteLength
        if (gotBytes > mebibyte) abort()
      })
    })
    expect(outcome).toBe('aborted')
  })

  test('while the source keeps it waiting', async () => {
    const body = {
      sizeBytes: 10,
      isReopenable: true,
      async *open(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc')
        await new Promise(() => undefined)
      },
    }
    const outcome = await abortedBy({ method: 'PUT', body }, (_request, _response, abort) => abort())
    expect(outcome).toBe('aborted')
  })

  test('while the server takes nothing more', async () => {
    const outcome = await abortedBy({ method: 'PUT', body: endless(1e9) }, (request, _response, abort) => {
      setTimeout(() => {
        abort()
        // Only who reads learns that the other side is gone.
        request.resume()
      }, 30)
    })
    expect(outcome).toBe('aborted')
  })

  test('while the answer to a write is awaited, saying that it may have been applied', async () => {
    const outcome = await abortedBy({ method: 'PUT', body: Buffer.from('abc') }, (request, _response, abort) => {
      void bodyOf(request).then(abort)
    })
    expect(outcome).toMatchObject({
      code: 'aborted',
      applied: 'unknown',
      message: expect.stringContaining('may have been') as string,
    })
  })

  test('while it waits for a connection', async () => {
    const server = await serveHttp((_, response) => void setTimeout(() => response.end('done'), 30))
    const transport = new ByteTransport({ maxConnections: 1 })
    const first = transport.send({ method: 'GET', url: server.url })
    const controller = new AbortController()
    const second = transport.send({ method: 'GET', url: server.url, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    expect(await (await first).text()).toBe('done')
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect(server.accepted()).toBe(1)
    transport.close()
  })

  test('while it connects', async () => {
    const server = await serveRaw((socket) => socket.resume())
    const transport = new ByteTransport()
    const controller = new AbortController()
    const sent = transport.send({
      method: 'GET',
      url: server.url.replace('http:', 'https:'),
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(new Error('enough')), 5)
    await expect(sent).rejects.toThrow('enough')
    await expect.poll(() => [transport.connections, server.sockets.size]).toEqual([0, 0])
  })

  test.each(Array.from({ length: 25 }, (_, index) => index))(
    'after %i steps of a body that comes in steps',
    async (steps) => {
      const outcome = await abortedBy({}, (_request, response, abort) => {
        response.writeHead(200, { 'content-length': 10 * mebibyte })
        const step = (left: number): void => {
          if (left === 0) abort()
          else response.write(Buffer.alloc(17_000 * left), () => step(left - 1))
        }
        step(steps)
      })
      expect(outcome).toBe('aborted')
    },
  )
})

test.each([0, 10, 100_000, 9 * mebibyte])(
  'a request that succeeded leaves no listener (%i bytes)',
  async (sizeBytes) => {
    const { signal } = new AbortController()
    const server = await serveHttp((_, response) =>
      response.writeHead(200, { 'content-length': sizeBytes }).end(Buffer.alloc(sizeBytes)),
    )
    const transport = new ByteTransport()
    for (const method of ['GET', 'HEAD']) {
      const response = await transport.send({ method, url: server.url, signal })
      for await (const chunk of response.body) expect(chunk.byteLength).toBeGreaterThan(0)
      await expect.poll(() => getEventListeners(signal, 'abort')).toEqual([])
    }
    transport.close()
  },
)
