import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { explainHttpError, HttpError, JsonClient, type JsonClientOptions, type JsonRequest } from '../src/index.ts'
import { bodyOf, type LoopbackServer, requestHead, serveHttp, serveRaw } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

/** Answers with what it got. */
const echo = (): Promise<LoopbackServer> =>
  serveHttp((request, response) => {
    void bodyOf(request).then((body) => {
      const { method, url, headers } = request
      response.end(JSON.stringify({ method, url, headers, body: body.toString() }))
    })
  })

const answer = (
  status: number,
  text: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<LoopbackServer> =>
  serveHttp((request, response) => void request.resume().on('end', () => response.writeHead(status, headers).end(text)))

const failureOf = (sent: Promise<unknown>): Promise<unknown> => sent.catch((error: unknown) => error)

test('uses the fetch it is given', async () => {
  const seen: string[] = []
  const fetch: typeof globalThis.fetch = (input) => {
    seen.push((input as Request).url)
    return Promise.resolve(Response.json({ ok: true }))
  }
  expect((await new JsonClient({ baseUrl: 'https://api.example.com/v1', fetch }).request({ path: 'x' })).data).toEqual({
    ok: true,
  })
  expect(seen).toEqual(['https://api.example.com/v1/x'])
})

describe.each([
  ['fetch', false],
  ['a byte transport', true],
])('by %s', (_way, isOverTransport) => {
  function makeClient(baseUrl: string, options: Partial<JsonClientOptions> = {}): JsonClient {
    return new JsonClient({ baseUrl, transport: isOverTransport ? startTransport() : undefined, ...options })
  }

  function call(
    baseUrl: string,
    request: Partial<JsonRequest> = {},
    options: Partial<JsonClientOptions> = {},
  ): Promise<unknown> {
    return makeClient(baseUrl, options)
      .request({ path: 'a', ...request })
      .then(({ data }) => data)
  }

  describe('a call', () => {
    test('goes below the base URL, with its query', async () => {
      const { url } = await echo()
      const query = { limit: 10, tags: ['a b', 'c&d'], all: true, none: undefined }
      const data = await call(`${url}/v1/public`, { path: '/tables/a%2Fb', query })
      expect(data).toMatchObject({
        method: 'GET',
        url: '/v1/public/tables/a%2Fb?limit=10&tags=a+b&tags=c%26d&all=true',
      })
    })

    test('sends JSON or a form, and nothing else without being asked', async () => {
      const { url } = await echo()
      const json = await call(url, { method: 'POST', json: { a: [1, null] } })
      expect(json).toMatchObject({
        method: 'POST',
        body: '{"a":[1,null]}',
        headers: { 'content-type': 'application/json' },
      })
      const text = await call(url, { method: 'POST', jsonText: '[ 1.0 ]' })
      expect(text).toMatchObject({ body: '[ 1.0 ]', headers: { 'content-type': 'application/json' } })
      const form = await call(url, { method: 'PUT', form: new URLSearchParams({ a: 'b c' }) })
      expect(form).toMatchObject({
        body: 'a=b+c',
        headers: { 'content-type': expect.stringContaining('form-urlencoded') as string },
      })
      const bare = (await call(url, { method: 'DELETE' })) as { headers: Record<string, string> }
      expect(bare.headers).not.toHaveProperty('content-type')
    })

    test('carries the credential, asked for each time, and the headers of client and call', async () => {
      const { url } = await echo()
      let count = 0
      const options = {
        headers: { 'User-Agent': 'stowage' },
        credential: () => Promise.resolve({ 'X-API-Key': `key-${(count += 1)}` }),
      }
      const client = makeClient(url, options)
      const first = await client.request({ path: 'a', headers: { 'X-Run': '7' } })
      expect(first.data).toMatchObject({ headers: { 'user-agent': 'stowage', 'x-api-key': 'key-1', 'x-run': '7' } })
      expect((await client.request({ path: 'a' })).data).toMatchObject({ headers: { 'x-api-key': 'key-2' } })
    })

    test.each(['../b', 'a/../../b', 'a/%2e%2e/b', 'a b', 'é', 'a?b', 'a#b', 'a\\b'])(
      'refuses the path %s',
      async (path) => {
        expect(await failureOf(call('http://127.0.0.1:1/v1', { path }))).toMatchObject({ code: 'invalid-argument' })
      },
    )

    test('refuses a base URL that is not safe', () => {
      expect(() => new JsonClient({ baseUrl: 'http://example.com' })).toThrow(/baseUrl .* plain http/)
    })

    test('refuses a header with a line break and does not show it', async () => {
      const credential = (): Record<string, string> => ({ authorization: 'Bearer hunter2\n' })
      const error = await failureOf(call('http://127.0.0.1:1', {}, { credential }))
      expect(error).toMatchObject({
        code: 'invalid-argument',
        message: expect.stringContaining('authorization') as string,
      })
      expect(String(error)).not.toContain('hunter2')
    })

    test('is counted in the receipt', async () => {
      const { url } = await echo()
      const receipt = { requests: 0, retries: 0 }
      await call(url, { receipt })
      expect(receipt).toEqual({ requests: 1, retries: 0 })
    })
  })

  describe('an answer', () => {
    test('of nothing is undefined', async () => {
      expect(await call((await answer(204, '')).url)).toBeUndefined()
      expect(await call((await answer(200, ' \n')).url)).toBeUndefined()
    })

    test('keeps the digits of numbers that a double can’t hold, or fails where that is asked for', async () => {
      const { url } = await answer(200, '{"id":9007199254740993,"n":1.5}')
      expect(await call(url)).toEqual({ id: '9007199254740993', n: 1.5 })
      expect(await failureOf(call(url, { inexactNumbers: 'refuse' }))).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('9007199254740993') as string,
      })
    })

    test.each([
      ['a page', '<!doctype html><title>Log in</title>', 'a page instead of JSON'],
      ['broken JSON', '{"a":', 'no usable JSON'],
    ])('that is %s is a failure, and after a write nobody knows what became of it', async (_, text, message) => {
      const { url } = await answer(200, text)
      const expected = { code: 'unavailable', retryable: false, message: expect.stringContaining(message) as string }
      expect(await failureOf(call(url))).toMatchObject({ ...expected, applied: undefined })
      expect(await failureOf(call(url, { method: 'POST' }))).toMatchObject({ ...expected, applied: 'unknown' })
    })

    test('that is no UTF-8 is corrupt', async () => {
      const { url } = await answer(200, Buffer.from([0x22, 0xff, 0xfe, 0x22]))
      expect(await failureOf(call(url))).toMatchObject({ code: 'corrupt-data' })
    })

    test('that never ends is cut off', async () => {
      let isClosed = false
      const server = await serveHttp((_, response) => {
        response.once('close', () => (isClosed = true))
        const more = (): void => {
          if (!isClosed) response.write(Buffer.alloc(64 * 1024, ' '), () => setImmediate(more))
        }
        more()
      })
      const error = await failureOf(call(server.url, {}, { maxAnswerBytes: 200_000 }))
      expect(error).toMatchObject({ code: 'corrupt-data', message: expect.stringContaining('200000 bytes') as string })
      await expect.poll(() => isClosed).toBe(true)
    })

    test('of just the size allowed is taken', async () => {
      const { url } = await answer(200, `"${'x'.repeat(98)}"`)
      expect(await call(url, {}, { maxAnswerBytes: 100 })).toHaveLength(98)
      expect(await failureOf(call(url, {}, { maxAnswerBytes: 99 }))).toMatchObject({ code: 'corrupt-data' })
    })
  })

  describe('a refusal', () => {
    test('keeps status, body, request id and wait, and its status says what it is', async () => {
      const { url } = await answer(429, '{"error_code":"RATE_LIMIT_EXCEEDED"}', {
        'retry-after': '2',
        'x-request-id': 'r7',
      })
      const error = await failureOf(call(url, { query: { token: 'hunter2' } }))
      expect(HttpError.is(error)).toBe(true)
      expect(error).toMatchObject({ status: 429, data: { error_code: 'RATE_LIMIT_EXCEEDED' } })
      expect(explainHttpError(error)).toMatchObject({
        code: 'rate-limited',
        retryAfterMs: 2000,
        requestId: 'r7',
        status: 429,
      })
      expect(String(error)).not.toContain('hunter2')
    })

    test('is not repeated', async () => {
      let count = 0
      const server = await serveHttp((_, response) => {
        count += 1
        response.writeHead(503, { 'retry-after': '0' }).end()
      })
      expect(await failureOf(call(server.url))).toMatchObject({ status: 503 })
      expect(count).toBe(1)
    })

    test('whose text never ends is cut off', async () => {
      const { url } = await answer(500, 'x'.repeat(300_000))
      const error = (await failureOf(call(url))) as HttpError
      expect(error.text).toHaveLength(64 * 1024)
    })
  })

  describe('a redirect', () => {
    const credential = (): Record<string, string> => ({ 'X-StorageApi-Token': 'hunter2' })

    test('within the origin keeps the credential', async () => {
      const server = await serveHttp((request, response) => {
        if (request.url === '/a') response.writeHead(307, { location: '/b' }).end()
        else response.end(JSON.stringify(request.headers))
      })
      expect(await call(server.url, {}, { credential })).toMatchObject({ 'x-storageapi-token': 'hunter2' })
    })

    test('to another origin loses it', async () => {
      const other = await echo()
      const server = await answer(302, '', { location: `${other.url}/c` })
      const data = (await call(server.url, { headers: { 'X-Other': 'a' } }, { credential })) as { headers: object }
      expect(JSON.stringify(data)).not.toContain('hunter2')
      expect(data.headers).not.toHaveProperty('x-other')
    })

    test('of a write is a refusal', async () => {
      const server = await answer(307, '', { location: '/b' })
      expect(await failureOf(call(server.url, { method: 'POST', json: {} }))).toMatchObject({ status: 307 })
    })

    test('to plain http beyond this machine is refused', async () => {
      const server = await answer(302, '', { location: 'http://example.com/' })
      expect(await failureOf(call(server.url))).toMatchObject({ code: 'invalid-argument' })
    })

    test('in a circle ends', async () => {
      const server = await answer(302, '', { location: '/a' })
      const receipt = { requests: 0, retries: 0 }
      expect(await failureOf(call(server.url, { receipt }))).toMatchObject({ status: 302 })
      expect(receipt.requests).toBe(4)
    })
  })

  describe('a lost connection', () => {
    test('that was never made surely applied nothing', async () => {
      const server = await echo()
      await server.close()
      const error = await failureOf(call(server.url, { method: 'POST' }))
      expect(error).toMatchObject({ code: 'unavailable', applied: 'no', retryable: true })
    })

    test('before the answer may have applied a write', async () => {
      const server = await serveRaw((socket) => void requestHead(socket).then(() => socket.destroy()))
      expect(await failureOf(call(server.url))).toMatchObject({ code: 'unavailable', applied: undefined })
      expect(await failureOf(call(server.url, { method: 'POST' }))).toMatchObject({
        code: 'unavailable',
        applied: 'unknown',
      })
    })

    test('within the answer is unavailable', async () => {
      const server = await serveRaw((socket) => {
        void requestHead(socket).then(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'))
      })
      expect(await failureOf(call(server.url, { method: 'POST' }))).toMatchObject({
        code: 'unavailable',
        applied: 'unknown',
      })
    })
  })

  describe('an abort', () => {
    const reason = new Error('enough')

    /** Calls until it is aborted; gives what the call failed with, once it is sure that the signal is free. */
    async function aborted(
      handler: (response: ServerResponse, abort: (why?: unknown) => void) => void,
      request: Partial<JsonRequest> = {},
    ): Promise<unknown> {
      const controller = new AbortController()
      const { signal } = controller
      let isClosed = false
      const server = await serveHttp((_, response) => {
        response.once('close', () => (isClosed = true))
        handler(response, (why) => controller.abort(why))
      })
      const error = await failureOf(call(server.url, { signal, ...request }))
      await expect.poll(() => isClosed).toBe(true)
      return getEventListeners(signal, 'abort').length === 0 ? error : 'a listener is left'
    }

    test('before the call sends nothing', async () => {
      const server = await echo()
      expect(await failureOf(call(server.url, { signal: AbortSignal.abort(reason) }))).toBe(reason)
      expect(server.accepted()).toBe(0)
    })

    test('while the server thinks ends the call', async () => {
      expect(await aborted((_, abort) => abort(reason))).toBe(reason)
    })

    test('of a write says that it may have been applied', async () => {
      const error = await aborted((_, abort) => abort(), { method: 'POST' })
      expect(error).toMatchObject({ code: 'aborted', applied: 'unknown' })
    })

    test('within the answer ends the call', async () => {
      const outcome = aborted((response, abort) => response.write('{"a":', () => setTimeout(() => abort(reason), 5)))
      expect(await outcome).toBe(reason)
    })

    test('that never comes leaves no listener', async () => {
      const { signal } = new AbortController()
      await call((await echo()).url, { signal })
      expect(getEventListeners(signal, 'abort')).toEqual([])
    })
  })

  describe('gzip', () => {
    const zipped = (text: string | Uint8Array): Promise<LoopbackServer> =>
      answer(200, gzipSync(text), { 'content-encoding': 'gzip' })

    test('is asked for, and taken off', async () => {
      const { headers } = (await call((await echo()).url)) as { headers: Record<string, string> }
      expect(headers['accept-encoding']).toContain('gzip')
      expect(await call((await zipped('{"a":"é"}')).url)).toEqual({ a: 'é' })
    })

    test('that is damaged or cut is no answer', async () => {
      const bytes = gzipSync(JSON.stringify('x'.repeat(1000)))
      const cut = await answer(200, bytes.subarray(0, -12), { 'content-encoding': 'gzip' })
      const damaged = await answer(200, Buffer.from('no gzip at all'), { 'content-encoding': 'gzip' })
      for (const { url } of [cut, damaged]) {
        const error = await failureOf(call(url, { method: 'POST' }))
        expect(error).toMatchObject({
          applied: 'unknown',
          code: expect.stringMatching(/^(corrupt-data|unavailable)$/) as string,
        })
      }
    })

    test('of more than is allowed is cut off by what it unpacks to', async () => {
      const { url } = await zipped(JSON.stringify('x'.repeat(5_000_000)))
      expect(await failureOf(call(url, {}, { maxAnswerBytes: 100_000 }))).toMatchObject({ code: 'corrupt-data' })
    })

    test('of a refusal is read', async () => {
      const { url } = await answer(400, gzipSync('{"why":"so"}'), { 'content-encoding': 'gzip' })
      expect(await failureOf(call(url))).toMatchObject({ status: 400, data: { why: 'so' } })
    })
  })
})
