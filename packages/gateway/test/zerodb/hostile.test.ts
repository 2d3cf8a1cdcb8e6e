import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { refused, startZerodb, withoutIds } from './zerodb-fixture.ts'

describe('bodies', () => {
  test('one that is too large is refused, whatever it says of its length', async () => {
    const gateway = await startZerodb({ maxBodyBytes: 1000 })
    await gateway.createTable()
    const body = { row_data: [{ key: 'x'.repeat(2000) }] }
    expect((await gateway.call('POST', '/tables/t/rows', { body })).status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < 50; at += 1) controller.enqueue(new TextEncoder().encode('x'.repeat(1000)))
        controller.close()
      },
    })
    const headers = { 'x-api-key': gateway.apiKey }
    const chunked = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit
    expect((await fetch(`${gateway.url}/tables/t/rows`, chunked)).status).toBe(413)
    expect((await gateway.query()).json.total).toBe(0)
  })

  test('a refused one does not get in the way of the next request on its connection', async () => {
    const gateway = await startZerodb()
    const { hostname, port } = new URL(gateway.url)
    const body = 'x'.repeat(500_000)
    const post = `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const socket = connect(Number(port), hostname)
    socket.write(`${post}GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text.match(/HTTP\/1\.1 401 /g)).toHaveLength(2)
  })

  test('nesting of any depth is refused, or kept', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
    const insert = (value: string): Promise<{ status: number }> =>
      gateway.call('POST', '/tables/t/rows', { body: `{"row_data":[{"x":${value}}]}` })
    expect((await insert(nested(100))).status).toBe(201)
    for (const depth of [1000, 100_000]) expect((await insert(nested(depth))).status).toBe(400)
    for (const depth of [1000, 100_000]) {
      for (const filter of [nested(depth), `{"a":${nested(depth)}}`, '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)]) {
        const answer = await gateway.call('POST', '/tables/t/query', { body: `{"filter":${filter}}` })
        expect(answer).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
      }
    }
    expect((await gateway.query()).json.total).toBe(1)
  })

  test('numbers that a double can’t hold are refused, not rounded', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const post = (path: string, body: string): Promise<unknown> => gateway.call('POST', path, { body })
    expect(await post('/tables/t/rows', '{"row_data":[{"temp":9007199254740993}]}')).toMatchObject(
      refused(400, 'SCHEMA_VALIDATION_ERROR'),
    )
    expect(await post('/tables/t/rows', '{"row_data":[{"temp":1e999}]}')).toMatchObject(
      refused(400, 'SCHEMA_VALIDATION_ERROR'),
    )
    expect(await post('/tables/t/query', '{"filter":{"temp":9007199254740993}}')).toMatchObject(
      refused(400, 'QUERY_SYNTAX_ERROR'),
    )
  })

  test('__proto__ is refused as a field, and pollutes nothing', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const insert = (row: string): Promise<unknown> =>
      gateway.call('POST', '/tables/t/rows', { body: `{"row_data":[{"key":"a"},${row}]}` })
    const broken = refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 1 })
    expect(await insert('{"__proto__":{"polluted":1}}')).toMatchObject(broken)
    expect(await insert('{"x":{"__proto__":{"polluted":1}}}')).toMatchObject(broken)
    await gateway.insert([{ key: 'a' }])
    const update = (text: string): Promise<unknown> =>
      gateway.call('PATCH', '/tables/t/rows', { body: `{"filter":{},"update":${text}}` })
    for (const text of [
      '{"$set":{"__proto__":{"polluted":1}}}',
      '{"$set":{"__proto__.polluted":1}}',
      '{"$set":{"constructor.prototype.polluted":1}}',
      '{"$set":{"x":{"__proto__":{"polluted":1}}}}',
      '{"__proto__":{"$set":{"polluted":1}}}',
    ]) {
      expect(await update(text)).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    }
    const queried = await gateway.call('POST', '/tables/t/query', { body: '{"__proto__":{"filter":{"key":"z"}}}' })
    expect(queried.json.total).toBe(1)
    expect(withoutIds(await gateway.query())).toEqual([{ key: 'a' }])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('filters of many conditions, and patterns that would hang others, are answered soon', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert([{ key: `${'a'.repeat(5000)}!` }])
    const started = performance.now()
    for (const pattern of ['^(a+)+$', '(a|a)*b', '(a*)*(a*)*b']) {
      expect((await gateway.query({ filter: { key: { $regex: pattern } } })).json.total).toBe(0)
    }
    const many = Array.from({ length: 50_000 }, (_, at) => `k${at}`)
    expect((await gateway.query({ filter: { key: { $in: many } } })).json.total).toBe(0)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('a field far beyond the end of a list is refused, not filled up to', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert([{ l: [1] }])
    expect(await gateway.update({}, { $set: { 'l.99999999': 1 } })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })
})
