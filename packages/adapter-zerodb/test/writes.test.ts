import { createStorage, type Storage, type Table } from '@stowage/core'
import { retryLayer } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { all, failureOf, type Readings, readings, rowsFrom } from './readings-fixture.ts'
import { fastClock } from './wire-fixture.ts'
import { startZerodb } from './zerodb-fixture.ts'

describe('writes', () => {
  test('each operator changes rows and is refused where it does not fit', async () => {
    const { table } = await readings()
    await table.insert({ key: 'a', n: 1, tags: ['x'], s: 't' })
    const where = { key: 'a' }
    expect(await table.update(where, { $set: { s: 'u' }, $inc: { n: 2 } })).toMatchObject({ matched: 1, modified: 1 })
    await table.update(where, { $push: { tags: 'y' } })
    await table.update(where, { $pull: { tags: 'x' }, $unset: { s: 1 } })
    expect(await table.find().toArray()).toEqual([{ key: 'a', n: 3, tags: ['y'] }])
    expect(await failureOf(table.update(where, { $inc: { tags: 1 } }))).toMatchObject({ code: 'invalid-argument' })
    expect(await failureOf(table.update(where, { $push: { n: 1 } }))).toMatchObject({ code: 'invalid-argument' })
    expect(await failureOf(table.update(where, { $set: { n: 'x' } }))).toMatchObject({ code: 'invalid-argument' })
  })

  test('an upsert hits and misses', async () => {
    const { table } = await readings()
    const upsert = (): ReturnType<Table['update']> => table.update({ key: 'a' }, { $inc: { n: 1 } }, { upsert: true })
    expect(await upsert()).toMatchObject({ matched: 0, modified: 0, inserted: 1 })
    expect(await upsert()).toMatchObject({ matched: 1, modified: 1, inserted: 0 })
    expect(await all(table)).toEqual([{ key: 'a', n: 2 }])
  })

  test('an upsert whose row the service would make otherwise is refused', async () => {
    const { table, gateway } = await readings()
    const odd = { key: { $not: { $ne: 'a' } } } as const
    expect(await failureOf(table.update(odd, { $set: { n: 1 } }, { upsert: true }))).toMatchObject({
      code: 'unsupported',
    })
    const withId = table.update({ _id: 'row_1' }, { $set: { n: 1 } }, { upsert: true })
    expect(await failureOf(withId)).toMatchObject({ code: 'invalid-argument' })
    expect(gateway.calls).toEqual([])
  })

  test('an empty filter is refused, and sent only when all is meant', async () => {
    const { table, gateway } = await readings()
    await table.insert(rowsFrom(0, 3))
    gateway.calls.length = 0
    expect(await failureOf(table.delete({}))).toMatchObject({ code: 'invalid-argument' })
    expect(await failureOf(table.update({}, { $set: { n: 0 } }))).toMatchObject({ code: 'invalid-argument' })
    expect(gateway.calls).toEqual([])
    expect(await table.delete({}, { all: true })).toMatchObject({ deleted: 3 })
  })

  test('a delete with limit takes no more, and one of 0 sends nothing', async () => {
    const { table, gateway } = await readings()
    await table.insert(rowsFrom(0, 9))
    gateway.calls.length = 0
    expect(await table.delete({ n: { $gte: 0 } }, { limit: 0 })).toMatchObject({ deleted: 0 })
    expect(gateway.calls).toEqual([])
    expect(await table.delete({ n: { $gte: 0 } }, { limit: 4 })).toMatchObject({ deleted: 4 })
    expect(await table.count()).toMatchObject({ count: 5 })
  })

  test('a delete whose body is lost on the way deletes nothing', async () => {
    const { table, gateway } = await readings()
    await table.insert(rowsFrom(0, 9))
    gateway.quirks.add({ operation: 'deleteRows', dropsBody: true })
    expect(await failureOf(table.delete({ n: 1 }))).toMatchObject({ code: 'invalid-argument' })
    gateway.quirks.clear()
    expect(await table.count()).toMatchObject({ count: 9 })
  })

  test('a filter the service has no words for is evaluated here, by key', async () => {
    const { table } = await readings()
    await table.insert(rowsFrom(0, 9))
    const either = { $or: [{ n: 1 }, { key: 'k2' }] }
    expect(await table.update(either, { $set: { n: 100 } })).toMatchObject({ matched: 2, modified: 2 })
    expect(await table.delete(either)).toMatchObject({ deleted: 1 })
    expect((await all(table)).map(({ n }) => n)).toEqual([0, 3, 4, 5, 6, 7, 8, 100])
  })
})

describe('an answer lost behind the retry layer', () => {
  async function retrying(): Promise<Readings & { readonly table: Table }> {
    const made = await readings()
    const driver = retryLayer({ maxAttempts: 3, baseDelayMs: 1, clock: fastClock() })(made.fixture.drive())
    const storage = createStorage(driver, { emulation: 'always' }) as unknown as Storage
    await made.table.insert({ key: 'a', n: 1 })
    made.gateway.requests.length = 0
    return { ...made, storage, table: storage.bucket('default').table('readings') }
  }

  const lost = { resetSocket: true, when: 'after', times: 1 } as const

  test('of an insert, $inc or delete with limit is never followed by a second one', async () => {
    const { table, gateway } = await retrying()
    const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['POST', () => table.insert({ key: 'b', n: 2 })],
      ['PATCH', () => table.update({ key: 'a' }, { $inc: { n: 1 } })],
      ['DELETE', () => table.delete({ n: { $gte: 0 } }, { limit: 1 })],
    ]
    for (const [method, call] of calls) {
      gateway.requests.length = 0
      gateway.faults.add({ match: { method }, ...lost })
      expect(await failureOf(call())).toMatchObject({ code: 'outcome-unknown', applied: 'unknown' })
      expect(gateway.requests.filter((request) => request.method === method)).toHaveLength(1)
    }
    expect(await table.count()).toMatchObject({ count: 1 })
  })

  test('of a query, a $set or a delete without limit is followed by another one', async () => {
    const { table, gateway } = await retrying()
    gateway.faults.add({ match: { path: /query$/ }, ...lost })
    expect(await table.find().toArray()).toEqual([{ key: 'a', n: 1 }])
    gateway.faults.add({ match: { method: 'PATCH' }, ...lost })
    expect(await table.update({ key: 'a' }, { $set: { n: 5 } })).toMatchObject({ matched: 1, modified: 0 })
    gateway.faults.add({ match: { method: 'DELETE' }, ...lost })
    expect(await table.delete({ key: 'a' })).toMatchObject({ deleted: 0 })
    expect(await table.count()).toMatchObject({ count: 0 })
  })

  test('a 429 is repeated for every operation, with and without Retry-After', async () => {
    const { table, gateway } = await retrying()
    for (const retryAfterSeconds of [undefined, 1]) {
      const limited = { status: 429, times: 1, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
      gateway.faults.add(limited)
      await table.insert({ key: `new ${retryAfterSeconds}`, n: 1 })
      gateway.faults.add(limited)
      await table.update({ key: 'a' }, { $inc: { n: 1 } })
      gateway.faults.add(limited)
      await table.delete({ key: 'none' }, { limit: 1 })
    }
    expect((await table.find({ key: 'a' }).toArray())[0]).toEqual({ key: 'a', n: 3 })
    expect(await table.count()).toMatchObject({ count: 3 })
  })
})

describe('answers that are none', () => {
  test('a wrong base URL, a page of a proxy, a cut body', async () => {
    const { table, gateway, fixture } = await readings()
    const wrong = fixture.open({ baseUrl: gateway.url.replace('/database', '') })
    const error = await failureOf(wrong.bucket('default').table('readings').info())
    expect(error).toMatchObject({ code: 'not-found', status: 404, nativeCode: undefined })
    expect(error.message).toMatch(/baseUrl/)
    gateway.faults.add({ status: 502, body: '<html>Bad Gateway</html>', contentType: 'text/html', times: 1 })
    expect(await failureOf(table.info())).toMatchObject({ code: 'unavailable', retryable: true })
    gateway.faults.add({ truncate: 20, times: 1 })
    expect(await failureOf(table.info())).toMatchObject({ code: 'unavailable' })
    const detail = JSON.stringify({ detail: [{ loc: ['body'], msg: 'bad', type: 't' }] })
    gateway.faults.add({ status: 422, body: detail, contentType: 'application/json', times: 1 })
    expect(await failureOf(table.info())).toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('body: bad'),
    })
  })
})

test('the shared limiter keeps two storages of one key within the tier', async () => {
  const fixture = await startZerodb({ tier: 'free', rateWindow: 'sliding' })
  // The same clock: real for the gateway, and nobody has to wait for 60 requests.
  const services = { clock: undefined as never }
  const [one, two] = [fixture.drive({ tier: 'free' }, services), fixture.drive({ tier: 'free' }, services)]
  const [left, right] = [one, two].map((driver) => createStorage(driver) as unknown as Storage)
  for (let count = 0; count < 30; count += 1) {
    await left?.ping()
    await right?.ping()
  }
  const abort = new AbortController()
  const waiting = failureOf(left?.ping({ signal: abort.signal }) as Promise<void>)
  await new Promise((resolve) => {
    setTimeout(resolve, 20)
  })
  abort.abort()
  expect(await waiting).toMatchObject({ code: 'aborted' })
  expect(fixture.gateway.requests.filter(({ status }) => status === 429)).toEqual([])
  expect(fixture.gateway.requests).toHaveLength(60)
})
