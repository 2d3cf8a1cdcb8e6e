import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { consoleLogger, interceptDriver, StorageError } from '@stowage/core/driver'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startZerodb, type TestZerodb, withoutIds } from './zerodb-fixture.ts'

const brokenOff = /hang up|ECONNRESET|EPIPE|aborted/

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-zerodb-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Runs a gateway over a directory, and ends it. */
async function during<Result>(path: string, work: (gateway: TestZerodb) => Promise<Result>): Promise<Result> {
  const storage = createStorage(await createLocalDriver({ path }))
  const gateway = await startZerodb({ storage, clock: undefined })
  try {
    return await work(gateway)
  } finally {
    await gateway.close()
    await storage.close()
  }
}

describe('a restart', () => {
  test('leaves tables, ids, schemas, times and rows as they were', async () => {
    const directory = await makeDirectory()
    const look = async (gateway: TestZerodb): Promise<unknown> => [
      (await gateway.call('GET', '/tables')).json,
      (await gateway.call('GET', '/tables/t')).json,
      (await gateway.query()).json,
    ]
    const before = await during(directory, async (gateway) => {
      for (const name of ['z', 'y', 'x']) {
        const schema = { fields: { b: 'string', a: 'object' }, indexes: [{ name: 'i', columns: ['a'] }] }
        await gateway.call('POST', '/tables', { body: { table_name: name, schema, description: '' } })
      }
      const id = await gateway.createTable(undefined, ['key'])
      await gateway.insert([{ key: 'b', more: [1] }, { key: 'a' }])
      await gateway.update({ key: 'b' }, { $inc: { temp: 1 } })
      return { id, seen: await look(gateway) }
    })
    await during(directory, async (gateway) => {
      expect(await look(gateway)).toEqual(before.seen)
      expect((await gateway.call('GET', `/tables/${before.id}`)).json.table_name).toBe('t')
      await expect(gateway.insert([{ key: 'a' }])).rejects.toThrow('SCHEMA_VALIDATION_ERROR')
      const schema = { fields: { a: 'string' } }
      await gateway.call('POST', '/tables', { body: { table_name: 'a', schema } })
      const names = (await gateway.call('GET', '/tables')).json.tables.map(
        (one: { table_name: string }) => one.table_name,
      )
      expect(names).toEqual(['z', 'y', 'x', 't', 'a'])
    })
  })
})

describe('a storage that is served', () => {
  test('must have tables', async () => {
    const storage = createStorage(await createLocalDriver({ memory: true, like: 'dcss' }))
    onTestFinished(() => storage.close())
    await expect(startZerodb({ storage })).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('that refuses writes is 403, one that is closed 503', async () => {
    const storage = createStorage(await createLocalDriver({ memory: true }))
    const gateway = await startZerodb({ storage })
    await gateway.createTable()
    await storage.bucket('default').archive()
    expect((await gateway.remove({ filter: {} })).status).toBe(403)
    await storage.close()
    expect((await gateway.query()).status).toBe(503)
  })
})

describe('faults', () => {
  const lost = { nth: 1, resetSocket: true, when: 'after' } as const

  test('an insert, an $inc and a delete with limit that were done, and whose answer was lost', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    gateway.faults.add({ match: { method: 'POST', path: /rows$/ }, ...lost })
    await expect(
      gateway.insert([
        { key: 'a', temp: 1 },
        { key: 'b', temp: 1 },
      ]),
    ).rejects.toThrow(brokenOff)
    gateway.faults.add({ match: { method: 'PATCH' }, ...lost })
    await expect(gateway.update({}, { $inc: { temp: 1 } })).rejects.toThrow(brokenOff)
    gateway.faults.add({ match: { method: 'DELETE' }, ...lost })
    await expect(gateway.remove({ filter: {}, limit: 1 })).rejects.toThrow(brokenOff)
    expect(withoutIds(await gateway.query())).toEqual([{ key: 'b', temp: 2 }])
  })

  test.each([500, 504])('a %i that comes after the commit', async (status) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    gateway.faults.add({ match: { path: /rows$/ }, nth: 1, status, when: 'after' })
    const answer = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ key: 'a' }] } })
    expect(answer.status).toBe(status)
    expect((await gateway.query()).json.total).toBe(1)
  })

  test('a body that breaks off inserts nothing, and is no failure of ours', async () => {
    const problems: string[] = []
    const write = (line: string): void => void problems.push(line)
    const gateway = await startZerodb({ logger: consoleLogger({ level: 'error', write }) })
    await gateway.createTable()
    gateway.faults.add({ match: { path: /rows$/ }, nth: 1, dropRequestAfterBytes: 50 })
    await expect(gateway.insert([{ key: 'a'.repeat(1000) }])).rejects.toThrow(brokenOff)
    expect((await gateway.query()).json.total).toBe(0)
    expect(problems).toEqual([])
  })

  test('a storage that fails half way is no refusal', async () => {
    const driver = interceptDriver(await createLocalDriver({ memory: true }), (call, next) => {
      if (call.operation !== 'tables.insert') return next(call)
      throw new StorageError({ code: 'conflict', message: 'half of it', applied: 'partly', details: { row: 1 } })
    })
    const storage = createStorage(driver)
    onTestFinished(() => storage.close())
    const gateway = await startZerodb({ storage })
    await gateway.createTable()
    const answer = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{}, {}] } })
    expect([answer.status, answer.json.error_code]).toEqual([500, undefined])
    expect((await gateway.update({ key: 'a' }, { $set: { temp: 1 } }, { upsert: true })).status).toBe(500)
  })

  test('the third of five inserts is refused, and not done', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const body = '{"detail":"bad row","error_code":"SCHEMA_VALIDATION_ERROR","row_index":0}'
    gateway.faults.add({ match: { path: /rows$/ }, nth: 3, status: 400, body, contentType: 'application/json' })
    const statuses: number[] = []
    for (let at = 0; at < 5; at += 1) {
      statuses.push((await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ temp: at }] } })).status)
    }
    expect(statuses).toEqual([201, 201, 400, 201, 201])
    expect(withoutIds(await gateway.query())).toEqual([{ temp: 0 }, { temp: 1 }, { temp: 3 }, { temp: 4 }])
  })

  test('429, an error page, a detail that is a list, JSON that ends early, and a pause', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const path = /query$/
    const detail = '{"detail":[{"loc":["body"],"msg":"x","type":"y"}]}'
    gateway.faults.add({ match: { path }, nth: 1, status: 429, retryAfterSeconds: 2 })
    gateway.faults.add({ match: { path }, nth: 2, status: 502, body: '<html>', contentType: 'text/html' })
    gateway.faults.add({ match: { path }, nth: 3, status: 422, body: detail, contentType: 'application/json' })
    gateway.faults.add({ match: { path }, nth: 4, truncate: 10 })
    gateway.faults.add({ match: { path }, nth: 5, delayMs: 5000 })
    const limited = await gateway.query()
    expect([limited.status, limited.headers['retry-after']]).toEqual([429, '2'])
    const page = await gateway.query()
    expect([page.status, page.headers['content-type'], page.text]).toEqual([502, 'text/html', '<html>'])
    expect(await gateway.query()).toMatchObject({ status: 422, json: { detail: [{ msg: 'x' }] } })
    expect(await gateway.query()).toMatchObject({ status: 200, text: '{"rows":[]', json: undefined })
    const slow = gateway.query()
    while (gateway.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
    await gateway.clock.advance(5000)
    expect((await slow).status).toBe(200)
  })
})

describe('quirks', () => {
  test('ids in reverse, and a count that is too low', async () => {
    const gateway = await startZerodb({ createId: ids() })
    await gateway.createTable()
    gateway.quirks.add({ operation: 'insertRows', nth: 2, reversesRowIds: true, insertedCountLess: 1 })
    const insert = async (): Promise<unknown> =>
      (await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{}, {}] } })).json
    expect(await insert()).toEqual({ inserted_count: 2, row_ids: ['row_2', 'row_3'] })
    expect(await insert()).toEqual({ inserted_count: 1, row_ids: ['row_5', 'row_4'] })
    expect(await insert()).toEqual({ inserted_count: 2, row_ids: ['row_6', 'row_7'] })
    expect((await gateway.query()).json.total).toBe(6)
  })

  test('the body of a DELETE that gets lost deletes nothing', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert([{}, {}])
    const quirk = gateway.quirks.add({ operation: 'deleteRows', dropsBody: true })
    const answer = await gateway.remove({ filter: {} })
    expect([answer.status, answer.json.detail[0].type]).toEqual([400, 'missing'])
    expect((await gateway.query()).json.total).toBe(2)
    expect(quirk.hits).toBe(1)
    quirk.remove()
    expect((await gateway.remove({ filter: {} })).json.deleted_count).toBe(2)
  })

  test('a limit that is clamped for a while', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    gateway.quirks.add({ clampsLimit: true, times: 2 })
    expect((await gateway.query({ limit: 2000 })).json.limit).toBe(1000)
    expect((await gateway.call('GET', '/tables?limit=2000')).json.limit).toBe(1000)
    expect((await gateway.query({ limit: 2000 })).status).toBe(400)
  })

  test('rows that change between two pages, through the storage or the API', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert(Array.from({ length: 9 }, (_, at) => ({ temp: at })))
    const table = gateway.storage.bucket('default').table('t')
    const before = async (): Promise<void> => {
      await table.delete({ temp: 0 })
      await gateway.update({ temp: 8 }, { $set: { temp: 80 } })
    }
    gateway.quirks.add({ operation: 'queryRows', nth: 2, before })
    const page = async (offset: number): Promise<unknown> => {
      const answer = await gateway.query({ limit: 3, offset, projection: { _id: 0, temp: 1 } })
      return [answer.json.total, ...(answer.json.rows as { temp: number }[]).map(({ temp }) => temp)]
    }
    expect(await page(0)).toEqual([9, 0, 1, 2])
    expect(await page(3)).toEqual([8, 4, 5, 6])
    expect(await page(6)).toEqual([8, 7, 80])
  })

  test('are taken back all at once, and refused when they say nothing known', async () => {
    const gateway = await startZerodb()
    gateway.quirks.add({ clampsLimit: true })
    gateway.quirks.clear()
    expect((await gateway.call('GET', '/tables?limit=2000')).status).toBe(400)
    for (const rule of [{ nth: 0 }, { clamp: true }, { before: 5 }, { operation: 'insert' }]) {
      expect(() => gateway.quirks.add(rule as object)).toThrow('quirk')
    }
  })
})

function ids(): (kind: string) => string {
  let made = 0
  return (kind) => `${kind}_${(made += 1)}`
}

describe('records', () => {
  test('every request over the wire, and every call with its body', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.call('DELETE', '/tables/a%20b/rows', { body: { filter: {} } })
    await gateway.call('GET', '/nowhere')
    expect(gateway.requests.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/v1/public/database/tables', 201],
      ['DELETE', '/v1/public/database/tables/a%20b/rows', 404],
      ['GET', '/v1/public/database/nowhere', 404],
    ])
    expect(gateway.requests[0]?.headers['x-api-key']).toBe('***')
    expect(gateway.calls).toEqual([
      expect.objectContaining({ operation: 'createTable', table: undefined, status: 201 }),
      { operation: 'deleteRows', table: 'a b', body: '{"filter":{}}', status: 404, errorCode: 'TABLE_NOT_FOUND' },
    ])
  })
})
