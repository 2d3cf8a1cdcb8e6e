import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { send, serve } from './serving.ts'

const hello: Parameters<typeof serve>[0] = (_request, response) =>
  void response.writeHead(200, { 'Content-Length': 10 }).end('0123456789')

describe('answers put in place of the handler', () => {
  test('a status before the work: the handler never runs', async () => {
    let calls = 0
    const { server, faults } = await serve((_request, response) => {
      calls += 1
      response.end()
    })
    faults.add({ status: 503, retryAfterSeconds: 7, times: 1 })
    const answer = await send(server.url, { method: 'PUT' }, 'x'.repeat(100_000))
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '7' }, error: undefined })
    expect(calls).toBe(0)
    expect((await send(server.url)).status).toBe(200)
    expect(faults.hits).toBe(1)
  })

  test('a status after the work: all is done, and nothing of the real answer is seen', async () => {
    const stored: string[] = []
    const { server, faults, log } = await serve(async (incoming, response) => {
      stored.push(await text(incoming))
      response.setHeader('etag', '"1"')
      response.writeHead(200, { 'Content-Length': 4 })
      response.write('do')
      response.end('ne')
    })
    faults.add({
      match: { method: 'PUT' },
      nth: 2,
      status: 500,
      when: 'after',
      body: '<Error/>',
      contentType: 'text/xml',
    })
    expect((await send(server.url, { method: 'PUT' }, 'a')).body).toBe('done')
    const answer = await send(server.url, { method: 'PUT' }, 'b')
    expect(answer).toMatchObject({ status: 500, body: '<Error/>', headers: { 'content-type': 'text/xml' } })
    expect(answer.headers).not.toHaveProperty('etag')
    expect((await send(server.url, { method: 'PUT' }, 'c')).body).toBe('done')
    expect(stored).toEqual(['a', 'b', 'c'])
    expect(log.entries.map(({ status, isFaulted }) => [status, isFaulted])).toEqual([
      [200, false],
      [500, true],
      [200, false],
    ])
  })

  test('a body that is streamed is swallowed whole by a status after the work', async () => {
    const { server, faults } = await serve((_request, response) =>
      pipeline(Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(65_536))), response),
    )
    faults.add({ status: 500, when: 'after', body: 'lost' })
    expect(await send(server.url)).toMatchObject({ status: 500, body: 'lost' })
  })

  test.each(['before', 'after'] as const)('a reset %s the work leaves the client without an answer', async (when) => {
    let calls = 0
    const { server, faults, log } = await serve((_request, response) => {
      calls += 1
      response.end('done')
    })
    faults.add({ resetSocket: true, when })
    await expect(send(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(calls).toBe(when === 'after' ? 1 : 0)
    await expect.poll(() => log.entries[0]).toMatchObject({ status: undefined, isAborted: true })
  })

  test('an error page may come with status 200, and HEAD gets none of it', async () => {
    const { server, faults } = await serve(hello)
    faults.add({ status: 200, body: '<Error/>' })
    expect(await send(server.url)).toMatchObject({ status: 200, body: '<Error/>' })
    expect(await send(server.url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  test('a delay is waited for, and ends when the client leaves', async () => {
    const { server, faults, log } = await serve(hello)
    faults.add({ delayMs: 30, times: 1 })
    const began = performance.now()
    expect((await send(server.url)).body).toBe('0123456789')
    expect(performance.now() - began).toBeGreaterThan(25)
    faults.add({ delayMs: 3_600_000 })
    const sent = request(server.url).on('error', () => {})
    sent.end()
    await expect.poll(() => log.entries).toHaveLength(2)
    sent.destroy()
    await expect.poll(() => log.entries[1]?.isAborted).toBe(true)
  })
})

describe('bodies', () => {
  test('a dropped connection sends exactly so much of the body', async () => {
    const { server, faults, log } = await serve(hello)
    faults.add({ dropAfterBytes: 4 })
    const answer = await send(server.url)
    expect(answer).toMatchObject({ status: 200, body: '0123', headers: { 'content-length': '10' } })
    expect(answer.error).toMatchObject({ code: 'ECONNRESET' })
    await expect.poll(() => log.entries[0]).toMatchObject({ responseBytes: 4, isAborted: true })
  })

  test('dropped at 0 the headers are sent; dropped at the end nothing is lost', async () => {
    const { server, faults } = await serve(hello)
    faults.add({ dropAfterBytes: 0, times: 1 })
    expect(await send(server.url)).toMatchObject({ status: 200, body: '', error: { code: 'ECONNRESET' } })
    faults.clear()
    faults.add({ dropAfterBytes: 10 })
    expect(await send(server.url)).toMatchObject({ status: 200, body: '0123456789', error: undefined })
  })

  test('a dropped stream stops what feeds it', async () => {
    let given = 0
    const ends: unknown[] = []
    const { server, faults } = await serve(async (_request, response) => {
      const endless = Readable.from(
        (function* () {
          for (;;) {
            given += 65_536
            yield Buffer.alloc(65_536)
          }
        })(),
      )
      await pipeline(endless, response).catch((error: unknown) => ends.push(error))
    })
    faults.add({ dropAfterBytes: 100_000 })
    const answer = await send(server.url)
    expect(answer.body).toHaveLength(100_000)
    await expect.poll(() => ends).toHaveLength(1)
    expect(given).toBeLessThan(50_000_000)
  })

  test('a truncated body is announced as if it were whole', async () => {
    const { server, faults } = await serve(hello)
    faults.add({ truncate: 3 })
    expect(await send(server.url)).toMatchObject({
      body: '012',
      headers: { 'content-length': '3' },
      error: undefined,
    })
    const streamed = await serve((_request, response) => {
      response.write('01234')
      response.end('56789')
    })
    streamed.faults.add({ truncate: 7 })
    expect(await send(streamed.server.url)).toMatchObject({ body: '0123456', error: undefined })
  })

  test('a length that is too great is announced, and the connection ends at the real end', async () => {
    const { server, faults } = await serve(hello)
    faults.add({ wrongLength: 5 })
    const answer = { body: '0123456789', headers: { 'content-length': '15' }, error: { code: 'ECONNRESET' } }
    expect(await send(server.url)).toMatchObject(answer)
    const implicit = await serve((_request, response) => void response.end('0123456789'))
    implicit.faults.add({ wrongLength: 5 })
    expect(await send(implicit.server.url)).toMatchObject(answer)
  })

  test('a throttled answer takes its time and arrives whole', async () => {
    const { server, faults } = await serve((_request, response) =>
      pipeline(Readable.from(['01', '23456', '789'].map((part) => Buffer.from(part))), response),
    )
    faults.add({ throttleBytesPerSecond: 100 })
    const began = performance.now()
    expect(await send(server.url)).toMatchObject({ body: '0123456789', error: undefined })
    expect(performance.now() - began).toBeGreaterThan(80)
  })

  test('a throttled request is read no faster than that', async () => {
    const { server, faults } = await serve(async (incoming, response) => {
      response.end(String((await text(incoming)).length))
    })
    faults.add({ throttleBytesPerSecond: 10_000_000 })
    const began = performance.now()
    expect((await send(server.url, { method: 'PUT' }, Buffer.alloc(1_000_000))).body).toBe('1000000')
    expect(performance.now() - began).toBeGreaterThan(80)
  })

  test('a request is cut off after exactly so many bytes', async () => {
    const received: number[] = []
    const ends: unknown[] = []
    const { server, faults } = await serve(async (incoming) => {
      let bytes = 0
      incoming.on('data', (chunk: Uint8Array) => (bytes += chunk.byteLength))
      await once(incoming, 'end').catch((error: unknown) => ends.push(error))
      received.push(bytes)
    })
    faults.add({ dropRequestAfterBytes: 70_000 })
    await expect(send(server.url, { method: 'PUT' }, Buffer.alloc(200_000))).rejects.toThrow(/ECONNRESET|EPIPE|hang up/)
    await expect.poll(() => received).toEqual([70_000])
    expect(ends).toHaveLength(1)
  })

  test.each([
    ['of known length', { 'content-length': '1000' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('a request %s that is cut off before its last byte does not end', async (_how, headers) => {
    const ends: string[] = []
    const { server, faults } = await serve(async (incoming) => {
      incoming.resume().on('end', () => ends.push('whole'))
      await once(incoming, 'close').catch(() => {})
      ends.push('over')
    })
    faults.add({ dropRequestAfterBytes: 999 })
    const sent = send(server.url, { method: 'PUT', headers }, Buffer.alloc(1000))
    await expect(sent).rejects.toThrow(/ECONNRESET|EPIPE|hang up/)
    await expect.poll(() => ends).toEqual(['over'])
  })
})
