import { describe, expect, test } from 'vitest'
import { refused, send, startZerodb, type TestZerodb } from './zerodb-fixture.ts'

describe('the key', () => {
  test.each([undefined, '', 'wrong', 'zerodb_sk_sample0000000000000000000000 '])('%j is refused', async (apiKey) => {
    const gateway = await startZerodb({ apiKey: 'zerodb_sk_own' })
    expect(await gateway.call('GET', '/tables', { apiKey })).toMatchObject(refused(401, 'INVALID_API_KEY'))
  })

  test('it is the one that was given, and shows nowhere', async () => {
    const gateway = await startZerodb({ apiKey: 'own-secret-key' })
    expect((await gateway.call('GET', '/tables')).status).toBe(200)
    expect((await gateway.call('GET', '/tables', { apiKey: undefined })).status).toBe(401)
    const [first] = gateway.requests
    expect(first?.headers['x-api-key']).toBeDefined()
    expect(JSON.stringify([gateway.requests, gateway.calls])).not.toContain('own-secret-key')
  })

  test('beyond loopback it must be one of your own, with TLS', async () => {
    await expect(startZerodb({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'permission-denied' })
  })
})

describe('the order of checks', () => {
  test('key, rate, path, body, confirmation, table, shape, syntax, schema', async () => {
    const gateway = await startZerodb({ requestsPerMinute: 9 })
    const root = gateway.url.replace('/v1/public/database', '')
    const anywhere = (path: string, apiKey?: string): Promise<unknown> => send('GET', root + path, { apiKey })
    expect(await anywhere('/nowhere')).toMatchObject(refused(401, 'INVALID_API_KEY'))
    expect(await anywhere('/nowhere', gateway.apiKey)).toMatchObject({ status: 404, json: { detail: 'Not Found' } })
    const post = (path: string, body: unknown): Promise<unknown> => gateway.call('POST', path, { body })
    expect(await post('/tables/t/rows', '{')).toMatchObject({ status: 400, json: { detail: [{ loc: ['body'] }] } })
    expect(await post('/tables/t/rows', {})).toMatchObject(refused(404, 'TABLE_NOT_FOUND'))
    await gateway.createTable()
    expect(await post('/tables/t/rows', { rows: [5] })).toMatchObject(refused(422, 'INVALID_FIELD_NAME'))
    expect(await post('/tables/t/rows', { row_data: [5] })).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR'))
    const update = { filter: { $or: 1 }, update: { $set: { temp: 'x' } } }
    const patch = (body: object): Promise<unknown> => gateway.call('PATCH', '/tables/t/rows', { body })
    expect(await patch(update)).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    await gateway.insert([{ key: 'a' }])
    expect(await patch({ ...update, filter: {} })).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR'))
    expect(await anywhere('/nowhere', gateway.apiKey)).toMatchObject(refused(429, 'RATE_LIMIT_EXCEEDED'))
    expect(await anywhere('/nowhere', 'wrong')).toMatchObject(refused(401, 'INVALID_API_KEY'))
  })
})

describe('paths', () => {
  test.each([
    '',
    '/',
    '/table',
    '/tables/',
    '/tablesx',
    '/tables//rows',
    '/tables/t/',
    '/tables/t/row',
    '/tables/t/rows/',
    '/tables/t/rows/1',
    '/tables/t/constructor',
    '/tables/%',
    '/tables/%ff',
    '/v1/public/database/tables',
    '/status',
    '/../tables',
  ])('%j is none', async (path) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const answer = await gateway.call('GET', path)
    expect([answer.status, answer.json]).toEqual([404, { detail: 'Not Found' }])
  })

  test.each([
    ['PUT', '/tables', 'POST, GET'],
    ['POST', '/tables/t', 'GET, DELETE'],
    ['GET', '/tables/t/rows', 'POST, PATCH, DELETE'],
    ['GET', '/tables/nope/query', 'POST'],
    ['OPTIONS', '/tables', 'POST, GET'],
  ])('%s %s is 405', async (method, path, allow) => {
    const gateway = await startZerodb()
    const answer = await gateway.call(method, path)
    expect([answer.status, answer.json, answer.headers['allow']]).toEqual([
      405,
      { detail: 'Method Not Allowed' },
      allow,
    ])
  })
})

describe('bodies', () => {
  test.each([
    ['nothing', ''],
    ['half an object', '{"filter":'],
    ['a list', '[]'],
    ['text', '"x"'],
    ['null', 'null'],
    ['a form', 'a=1'],
    ['two objects', '{}{}'],
  ])('%s is refused as the framework does', async (_, body) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    for (const [method, path] of [
      ['POST', '/tables'],
      ['POST', '/tables/t/rows'],
      ['POST', '/tables/t/query'],
      ['PATCH', '/tables/t/rows'],
      ['DELETE', '/tables/t/rows'],
    ] as const) {
      const { status, json } = await gateway.call(method, path, { body })
      expect([status, Object.keys(json as object)]).toEqual([400, ['detail']])
      expect(json.detail).toEqual([
        { loc: ['body'], msg: expect.any(String) as string, type: expect.any(String) as string },
      ])
    }
  })

  test('bytes that are not UTF-8 are refused', async () => {
    const gateway = await startZerodb()
    const response = await fetch(`${gateway.url}/tables`, {
      method: 'POST',
      headers: { 'x-api-key': gateway.apiKey },
      body: new Uint8Array([0x7b, 0xff, 0x7d]),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['body'] }] })
  })

  test('unknown keys are ignored', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    expect((await gateway.query({ explain: true, skip: 5 })).status).toBe(200)
    expect((await gateway.remove({ filter: {}, all: true })).status).toBe(200)
  })
})

describe('the rate', () => {
  async function statuses(gateway: TestZerodb, count: number): Promise<number[]> {
    const all: number[] = []
    for (let at = 0; at < count; at += 1) all.push((await gateway.call('GET', '/tables')).status)
    return all
  }
  const ok = (count: number): number[] => Array.from({ length: count }, () => 200)

  test.each([
    ['free', 60],
    ['starter', 300],
    ['pro', 1000],
  ] as const)('the plan %s takes %i requests a minute', async (tier, perMinute) => {
    const gateway = await startZerodb({ tier })
    expect(await statuses(gateway, perMinute)).toEqual(ok(perMinute))
    const answer = await gateway.call('GET', '/tables')
    expect(answer).toMatchObject(refused(429, 'RATE_LIMIT_EXCEEDED'))
    expect(answer.headers).not.toHaveProperty('retry-after')
    await gateway.clock.advance(60_000)
    expect(await statuses(gateway, 1)).toEqual([200])
  })

  test('a sliding minute has room when the oldest request leaves it', async () => {
    const gateway = await startZerodb({ requestsPerMinute: 3, sendsRetryAfter: true })
    expect(await statuses(gateway, 1)).toEqual([200])
    await gateway.clock.advance(30_000)
    expect(await statuses(gateway, 3)).toEqual([200, 200, 429])
    await gateway.clock.advance(29_500)
    const late = await gateway.call('GET', '/tables')
    expect([late.status, late.headers['retry-after']]).toEqual([429, '1'])
    await gateway.clock.advance(500)
    expect(await statuses(gateway, 2)).toEqual([200, 429])
    const next = await gateway.call('GET', '/tables')
    expect(next.headers['retry-after']).toBe('30')
  })

  test('a fixed one begins anew with each minute of the clock', async () => {
    const gateway = await startZerodb({ requestsPerMinute: 3, rateWindow: 'fixed', sendsRetryAfter: true })
    // It is 6.789 seconds past the minute.
    expect(await statuses(gateway, 3)).toEqual(ok(3))
    await gateway.clock.advance(40_000)
    const refusedOne = await gateway.call('GET', '/tables')
    expect([refusedOne.status, refusedOne.headers['retry-after']]).toEqual([429, '14'])
    await gateway.clock.advance(13_211)
    expect(await statuses(gateway, 4)).toEqual([200, 200, 200, 429])
  })

  test('a great number costs nothing by itself', async () => {
    const gateway = await startZerodb({ requestsPerMinute: 1e15 })
    expect(await statuses(gateway, 3)).toEqual(ok(3))
  })

  test('a sliding minute never has more in it, whenever they come', async () => {
    const gateway = await startZerodb({ requestsPerMinute: 5 })
    const answered: number[] = []
    for (let at = 0; at < 60; at += 1) {
      if ((await statuses(gateway, 1))[0] === 200) answered.push(gateway.clock.now())
      await gateway.clock.advance((at * 7919) % 13_000)
    }
    const within = answered.map((time) => answered.filter((other) => other >= time && other < time + 60_000).length)
    expect(Math.max(...within)).toBe(5)
  })

  test('refused requests and those without the key don’t count', async () => {
    const gateway = await startZerodb({ requestsPerMinute: 2 })
    for (let at = 0; at < 5; at += 1) await gateway.call('GET', '/tables', { apiKey: 'wrong' })
    expect(await statuses(gateway, 4)).toEqual([200, 200, 429, 429])
    await gateway.clock.advance(60_000)
    expect(await statuses(gateway, 3)).toEqual([200, 200, 429])
  })

  test('a refused request does nothing', async () => {
    const gateway = await startZerodb({ requestsPerMinute: 2 })
    await gateway.createTable()
    await gateway.insert([{ key: 'a' }])
    expect((await gateway.remove({ filter: {} })).status).toBe(429)
    await gateway.clock.advance(60_000)
    expect((await gateway.query()).json.total).toBe(1)
  })
})

describe('options', () => {
  test.each([
    [{ tier: 'gold' as 'free' }, 'tier'],
    [{ requestsPerMinute: 0 }, 'requestsPerMinute'],
    [{ maxRowsPerInsert: 1.5 }, 'maxRowsPerInsert'],
    [{ rateWindow: 'leaky' as 'fixed' }, 'rateWindow'],
    [{ requiredFields: 'some' as 'all' }, 'requiredFields'],
    [{ maxBodyBytes: -1 }, 'maxBodyBytes'],
    [{ apiKey: '' }, 'apiKey'],
    [{ limits: 5 } as object, 'limits'],
  ])('refuses %j', async (options, name) => {
    await expect(startZerodb(options)).rejects.toThrow(name)
  })
})
