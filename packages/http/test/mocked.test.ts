import { readAll } from '@stowage/core/driver'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { JsonClient } from '../src/index.ts'
import { startTransport } from './start-transport.ts'

const origin = 'https://bucket.example.com'

beforeEach(() => nock.disableNetConnect())
afterEach(() => {
  nock.abortPendingRequests()
  nock.cleanAll()
  nock.enableNetConnect()
})

describe('nock stands in for a service', () => {
  test('of bytes, small and large', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 'large')
    nock(origin).get('/small?a=b').reply(200, 'small', { etag: '"e"' })
    nock(origin)
      .get('/large')
      .reply(200, large, { 'content-length': String(large.byteLength) })
    const transport = startTransport()
    const response = await transport.send({ method: 'GET', url: `${origin}/small?a=b` })
    expect([response.status, response.headers['etag'], await response.text()]).toEqual([200, '"e"', 'small'])
    const { body } = await transport.send({ method: 'GET', url: `${origin}/large`, mayLend: true })
    expect(large.equals(await readAll(body, large.byteLength))).toBe(true)
  })

  test('that takes a stream, with exactly the headers given', async () => {
    const seen: Record<string, unknown>[] = []
    nock(origin)
      .put('/key', 'abcdef')
      .reply(function () {
        seen.push({ ...this.req.headers })
        return [200]
      })
    const body = {
      sizeBytes: 6,
      isReopenable: true,
      async *open(): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from('abc'))
        yield Buffer.from('def')
      },
    }
    const headers = { 'x-amz-meta-owner-id': '7' }
    const response = await startTransport().send({ method: 'PUT', url: `${origin}/key`, body, headers })
    expect(response.status).toBe(200)
    // By its own agent nock keeps no connections.
    const expected = { ...headers, 'accept-encoding': 'identity', 'content-length': '6', connection: 'close' }
    expect(seen).toEqual([{ ...expected, host: 'bucket.example.com' }])
  })

  test('whose body lies about its length', async () => {
    nock(origin).get('/short').reply(200, 'short', { 'content-length': '10' })
    const response = await startTransport().send({ method: 'GET', url: `${origin}/short` })
    await expect(response.text()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('that fails', async () => {
    nock(origin)
      .put('/key')
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
    const sent = startTransport().send({ method: 'PUT', url: `${origin}/key`, body: Buffer.from('abc') })
    await expect(sent).rejects.toMatchObject({ code: 'unavailable', applied: 'unknown' })
  })

  test('of JSON', async () => {
    nock(origin, { reqheaders: { 'x-api-key': 'k' } })
      .post('/v1/tables', { a: 1 })
      .reply(201, { id: 7 })
    const client = new JsonClient({ baseUrl: `${origin}/v1`, credential: () => ({ 'X-API-Key': 'k' }) })
    expect(await client.request({ method: 'POST', path: 'tables', json: { a: 1 } })).toMatchObject({
      status: 201,
      data: { id: 7 },
    })
  })
})
