import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startKeboola } from './keboola-fixture.ts'

describe('tokens', () => {
  test('none and a wrong one are two refusals, and Bearer is taken too', async () => {
    const keboola = await startKeboola()
    expect(await keboola.call('GET', '/buckets', { token: null })).toMatchObject({
      status: 401,
      json: { status: 'error', error: 'Access token must be set', code: '' },
    })
    expect(await keboola.call('GET', '/buckets', { token: 'wrong' })).toMatchObject({
      status: 401,
      json: { code: 'storage.tokenInvalid' },
    })
    const headers = { authorization: `Bearer ${keboola.token}` }
    expect(await keboola.call('GET', '/buckets', { token: null, headers })).toMatchObject({ status: 200 })
  })

  test('a token sees and changes only what it may', async () => {
    const bucketPermissions = { 'in.c-main': 'read', 'in.c-mine': 'write' } as const
    const keboola = await startKeboola({ tokens: [{ token: 'guest', bucketPermissions }] })
    await keboola.table('id\n1\n')
    await keboola.table('id\n1\n', { bucket: 'in.c-mine' })
    await keboola.table('id\n1\n', { bucket: 'in.c-hidden' })
    const token = 'guest'
    const { json: buckets } = await keboola.call('GET', '/buckets', { token })
    expect(buckets.map(({ id }: { id: string }) => id)).toEqual(['in.c-main', 'in.c-mine'])
    expect((await keboola.call('GET', '/tables', { token })).json).toHaveLength(2)
    const denied = { status: 403, json: { code: 'accessDenied' } }
    const json = { dataString: 'id\n2\n' }
    expect(await keboola.call('GET', '/buckets/in.c-hidden', { token })).toMatchObject(denied)
    expect(await keboola.call('GET', '/tables/in.c-hidden.orders', { token })).toMatchObject(denied)
    expect(await keboola.call('GET', '/tables/in.c-hidden.orders/data-preview', { token })).toMatchObject(denied)
    expect(await keboola.call('POST', '/tables/in.c-main.orders/import-async', { token, json })).toMatchObject(denied)
    expect(await keboola.call('DELETE', '/tables/in.c-main.orders', { token })).toMatchObject(denied)
    expect(await keboola.call('POST', '/buckets', { token, json: { name: 'x' } })).toMatchObject(denied)
    expect(await keboola.call('DELETE', '/buckets/in.c-mine', { token })).toMatchObject(denied)
    expect(await keboola.call('POST', '/tables/in.c-mine.orders/import-async', { token, json })).toMatchObject({
      status: 202,
    })
    expect(await keboola.call('POST', '/tables/in.c-main.orders/export-async', { token, json: {} })).toMatchObject({
      status: 202,
    })
  })
})

describe('requests', () => {
  test('branches, slashes at the end and two at the beginning lead to the same', async () => {
    const keboola = await startKeboola()
    await keboola.table('id\n1\n')
    for (const path of [
      '/v2/storage/branch/default/tables/in.c-main.orders',
      '/v2/storage/branch/123/tables/in.c-main.orders/',
      '//v2/storage/tables/in.c-main.orders',
      '/v2/storage/tables/in.c%2Dmain.orders/',
    ]) {
      expect([path, (await keboola.call('GET', keboola.url + path)).json.id]).toEqual([path, 'in.c-main.orders'])
    }
    expect(await keboola.call('GET', '/nothing')).toMatchObject({ status: 404, json: { code: 'notFound' } })
    expect(await keboola.call('GET', `${keboola.url}/v3`)).toMatchObject({ status: 404 })
    expect(await keboola.call('GET', '/tables/a%2Fb')).toMatchObject({ status: 404 })
    expect(await keboola.call('GET', '/tables/%ff')).toMatchObject({ status: 400 })
    expect(await keboola.call('GET', '/tables/%00')).toMatchObject({ status: 404 })
  })

  test('a request line of more than 8 KiB is refused', async () => {
    const keboola = await startKeboola()
    await keboola.table('id\n')
    const long = `dataString=${'x'.repeat(8200)}`
    expect(await keboola.call('POST', `/tables/in.c-main.orders/import-async?${long}`)).toMatchObject({
      status: 414,
      json: { code: 'requestTooLarge' },
    })
    const guide = await startKeboola({ maxRequestLineBytes: 12_000 })
    expect((await guide.call('GET', `/buckets?${long}`)).status).toBe(200)
  })

  test('JSON comes under exactly that type, compressed when asked', async () => {
    const keboola = await startKeboola()
    const socket = connect(Number(new URL(keboola.url).port), '127.0.0.1')
    const headers = `Host: x\r\nX-StorageApi-Token: ${keboola.token}\r\nConnection: close\r\n`
    socket.write(`GET /v2/storage/buckets HTTP/1.1\r\n${headers}\r\n`)
    const plain = await text(socket)
    expect(plain).toMatch(/\r\ncontent-type: application\/json\r\n/i)
    expect(plain).toMatch(/\r\n\r\n\[\]$/)
    const answer = await fetch(`${keboola.url}/v2/storage/buckets`, {
      headers: { 'x-storageapi-token': keboola.token, 'accept-encoding': 'gzip' },
    })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.json()).toEqual([])
  })

  test.each([
    ['application/json', '{"name":'],
    ['application/json', '[1]'],
    ['application/json', Buffer.from('{"name":"\xff"}', 'latin1')],
    ['application/x-www-form-urlencoded', 'name=%ff'],
    ['text/plain', 'name=x'],
  ])('a body of %s that can not be read', async (type, body) => {
    const keboola = await startKeboola()
    const answer = await keboola.call('POST', '/buckets', { body, headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status: 400, json: { code: 'malformedRequest' } })
  })

  test('a rate limit tells in header and body when to come back', async () => {
    const keboola = await startKeboola()
    keboola.limitRate({ requests: 1, retryAfterSeconds: 7 })
    const limited = await keboola.call('GET', '/buckets')
    expect(limited).toMatchObject({ status: 429, json: { code: 'storage.rateLimitExceeded', retryAfter: 7 } })
    expect(limited.headers.get('retry-after')).toBe('7')
    expect((await keboola.call('GET', '/buckets')).status).toBe(200)
  })

  test('maintenance has neither an error nor a code', async () => {
    const keboola = await startKeboola()
    keboola.startMaintenance({ seconds: 559 })
    const refused = await keboola.call('GET', '/buckets')
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('559')
    expect(refused.json).toEqual({
      status: 'maintenance',
      estimatedEndTime: '2026-11-20T10:24:21+0100',
      reason: 'Planned upgrade',
    })
    keboola.endMaintenance()
    expect((await keboola.call('GET', '/buckets')).status).toBe(200)
  })

  test('the token and data in queries are masked in the log', async () => {
    const keboola = await startKeboola()
    await keboola.call('GET', '/buckets')
    expect(JSON.stringify(keboola.requests)).not.toContain(keboola.token)
  })
})

describe('the guide’s codes', () => {
  test('a table that is there, no permission, another method', async () => {
    const keboola = await startKeboola({ guideErrors: true, tokens: [{ token: 'guest' }] })
    await keboola.table('id\n')
    const json = { name: 'orders', dataString: 'id\n' }
    expect(await keboola.call('POST', '/buckets/in.c-main/tables-async', { json })).toMatchObject({
      status: 409,
      json: { code: 'storage.tables.alreadyExists' },
    })
    expect(await keboola.call('GET', '/buckets/in.c-main', { token: 'guest' })).toMatchObject({
      status: 403,
      json: { code: 'storage.accessDenied' },
    })
    expect(await keboola.call('GET', '/tables/in.c-main.orders/export-async')).toMatchObject({
      status: 405,
      json: { code: 'storage.methodNotAllowed' },
    })
  })
})

describe('restarts', () => {
  async function openDirectory(path: string): Promise<Storage> {
    const storage = createStorage(await createLocalDriver({ path }))
    onTestFinished(() => storage.close())
    return storage
  }

  test('a directory has everything again, and ids go on', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'keboola-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const first = await startKeboola({ storage: await openDirectory(directory) })
    await first.table('id,name\n1,Ann\n', { primaryKey: 'id' })
    await first.job('POST', '/tables/in.c-main.orders/columns', { json: { name: 'city' } })
    await first.call('PUT', '/buckets/in.c-main', { json: { displayName: 'Main' } })
    const { id: fileId } = await first.exported('in.c-main.orders')
    const before = (await first.call('GET', '/tables/in.c-main.orders')).json
    const jobs = (await first.call('GET', '/jobs')).json
    first.failJobs({ kind: 'stuck', operationName: 'tableImport' })
    const stuck = await first.call('POST', '/tables/in.c-main.orders/import-async', {
      json: { dataString: 'id,name,city\n' },
    })
    await first.close()
    await first.storage.close()
    const second = await startKeboola({ storage: await openDirectory(directory) })
    const { json } = await second.call('GET', '/tables/in.c-main.orders')
    const portless = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(/:\d{4,5}\//g, ':0/'))
    expect(portless(json)).toEqual(portless(before))
    expect((await second.call('GET', '/buckets')).json).toMatchObject([{ displayName: 'Main' }])
    expect((await second.call('GET', `/files/${fileId}`)).status).toBe(200)
    expect(portless((await second.call('GET', '/jobs?offset=1')).json)).toEqual(portless(jobs))
    expect(await second.wait(stuck.json.id)).toMatchObject({ status: 'error' })
    const load = { dataString: 'id,name,city\n2,Bob,Oslo\n', incremental: 1 }
    const next = await second.job('POST', '/tables/in.c-main.orders/import-async', { json: load })
    expect(next.id).toBeGreaterThan(stuck.json.id)
    expect(next.results).toMatchObject({ totalRowsCount: 2 })
  })

  test('an alias that lost its source while nobody served goes too', async () => {
    const first = await startKeboola()
    await first.table('id\n1\n')
    const alias = { sourceTable: 'in.c-main.orders', name: 'again' }
    expect((await first.call('POST', '/buckets/in.c-main/table-aliases', { json: alias })).status).toBe(201)
    await first.close()
    await first.storage.bucket('in.c-main').table('orders').drop()
    const second = await startKeboola({ storage: first.storage })
    expect((await second.call('GET', '/tables')).json).toEqual([])
  })

  test('a crash in the middle of a rebuild leaves the table whole', async () => {
    const first = await startKeboola()
    await first.table('id\n1\n2\n')
    await first.close()
    const bucket = first.storage.bucket('in.c-main')
    const temporary = bucket.table('orders~stowage-5')
    await temporary.create({ columns: { id: 'string', _timestamp: 'number' } })
    await temporary.load(await bucket.table('orders').find().toArray())
    await bucket.table('orders').delete({ id: '2' })
    const records = first.storage.bucket('keboola-gateway').table('records')
    const key = 'table/in.c-main.orders'
    const value = JSON.parse((await records.get({ key }))?.['value'] as string)
    const moved = JSON.stringify({ ...value, storedName: temporary.name })
    await records.update({ key }, { $set: { value: moved } })
    for (const _ of ['the first', 'and the second start']) {
      const again = await startKeboola({ storage: first.storage })
      expect((await again.call('GET', '/tables/in.c-main.orders/data-preview')).text).toBe('"id"\n"1"\n"2"\n')
      await again.close()
    }
    const last = await startKeboola({ storage: first.storage })
    expect(await last.job('POST', '/tables/in.c-main.orders/columns', { json: { name: 'n' } })).toMatchObject({
      status: 'success',
    })
    expect((await last.call('GET', '/tables/in.c-main.orders/data-preview')).text).toBe('"id","n"\n"1",""\n"2",""\n')
    expect(await bucket.table('orders').exists()).toBe(true)
    expect(await temporary.exists()).toBe(false)
  })

  test('what a crash leaves of tables is put right', async () => {
    const first = await startKeboola()
    await first.table('id\n1\n')
    const bucket = first.storage.bucket('in.c-main')
    await bucket.table('orders~stowage-77').create({ columns: { id: 'string' } })
    await bucket.table('half').create({ columns: { id: 'string' } })
    const records = first.storage.bucket('keboola-gateway').table('records')
    const row = await records.get({ key: 'table/in.c-main.orders' })
    const value = JSON.parse(row?.['value'] as string)
    const half = { ...value, id: 'in.c-main.half', name: 'half', storedName: 'half', isPending: true }
    await records.insert({ key: 'table/in.c-main.half', kind: 'table', value: JSON.stringify(half) })
    const gone = { ...value, id: 'in.c-main.gone', name: 'gone', storedName: 'gone' }
    await records.insert({ key: 'table/in.c-main.gone', kind: 'table', value: JSON.stringify(gone) })
    await first.close()
    const second = await startKeboola({ storage: first.storage })
    const { json } = await second.call('GET', '/tables')
    expect(json.map(({ id }: { id: string }) => id)).toEqual(['in.c-main.orders'])
    const names: string[] = []
    for await (const { name } of bucket.tables()) names.push(name)
    expect(names).toEqual(['orders'])
  })
})
