import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { type FindRowsRequest, interceptDriver } from '@stowage/core/driver'
import { describe, expect, onTestFinished, test } from 'vitest'
import { refused, startZerodb, type TestZerodb, withoutIds } from './zerodb-fixture.ts'

async function startWith(count: number, options: Parameters<typeof startZerodb>[0] = {}): Promise<TestZerodb> {
  const gateway = await startZerodb(options)
  await gateway.createTable({ n: 'number', even: 'boolean' })
  for (let start = 0; start < count; start += 1000) {
    const length = Math.min(1000, count - start)
    await gateway.insert(Array.from({ length }, (_, at) => ({ n: start + at, even: (start + at) % 2 === 0 })))
  }
  return gateway
}

async function numbers(gateway: TestZerodb, body: object): Promise<number[]> {
  return (withoutIds(await gateway.query(body)) as { n: number }[]).map(({ n }) => n)
}

describe('querying rows', () => {
  test('an empty body gives the first hundred as they were inserted', async () => {
    const gateway = await startWith(101)
    const { status, json } = await gateway.query({})
    expect(status).toBe(200)
    expect([json.total, json.limit, json.offset]).toEqual([101, 100, 0])
    expect(json.rows.map((row: { n: number }) => row.n)).toEqual(Array.from({ length: 100 }, (_, at) => at))
  })

  test('null counts as left out', async () => {
    const gateway = await startWith(3)
    const answer = await gateway.query({ filter: null, projection: null, sort: null, limit: null, offset: null })
    expect([answer.json.total, answer.json.limit]).toEqual([3, 100])
  })

  test('filters, sorts, leaves out, limits and projects, in this order', async () => {
    const gateway = await startWith(10)
    const body = { filter: { n: { $gte: 2 } }, sort: { even: 1, n: -1 }, offset: 1, limit: 3, projection: { n: 1 } }
    const { json } = await gateway.query(body)
    expect(json.total).toBe(8)
    expect(json.rows.map(({ _id, ...row }: { _id: string }) => row)).toEqual([{ n: 7 }, { n: 5 }, { n: 3 }])
    expect(json.rows.every((row: object) => '_id' in row)).toBe(true)
    expect(Object.keys(json.rows[0] as object)[0]).toBe('_id')
  })

  test('_id is found and sorted like any text', async () => {
    const gateway = await startWith(5)
    const ids = ((await gateway.query()).json.rows as { _id: string }[]).map(({ _id }) => _id)
    const find = async (filter: object): Promise<number> => (await gateway.query({ filter })).json.total as number
    expect(await find({ _id: ids[2] })).toBe(1)
    expect(await find({ _id: { $in: [ids[0], ids[1], 'row_0'] } })).toBe(2)
    expect(await find({ _id: { $regex: '^row_[0-9a-f]+$' } })).toBe(5)
    expect(await find({ id: ids[0] })).toBe(0)
    const sorted = ((await gateway.query({ sort: { _id: -1 } })).json.rows as { _id: string }[]).map(({ _id }) => _id)
    expect(sorted).toEqual(ids.toSorted().toReversed())
  })

  test('rows that an update changed stay in their place', async () => {
    const gateway = await startWith(5)
    await gateway.update({ n: 1 }, { $set: { even: true, more: [1] } })
    expect(await numbers(gateway, {})).toEqual([0, 1, 2, 3, 4])
  })

  test.each([
    { limit: 0 },
    { limit: -1 },
    { limit: 1.5 },
    { limit: '10' },
    { limit: true },
    { limit: 1e300 },
    { offset: -1 },
    { offset: 0.5 },
    { offset: '0' },
    { filter: [] },
    { filter: 'a' },
    { projection: ['n'] },
    { projection: 'n' },
    { sort: [['n', 1]] },
    { sort: 'n' },
    { filter: { $and: [{ n: 1 }] } },
    { filter: { n: { $not: { $gt: 1 } } } },
    { filter: { n: { $options: 'i', $regex: 'a' } } },
    { filter: { n: { $elemMatch: {} } } },
  ])('refuses %j', async (body) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    expect(await gateway.query(body)).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })
})

describe('paging', () => {
  test('a limit above a thousand is refused, or counts as a thousand', async () => {
    const strict = await startWith(1001)
    expect(await strict.query({ limit: 1001 })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    expect((await strict.query({ limit: 1000 })).json.rows).toHaveLength(1000)
    const clamping = await startWith(1001, { clampsLimit: true })
    const { json } = await clamping.query({ limit: 5000 })
    expect([json.rows.length, json.limit, json.total]).toEqual([1000, 1000, 1001])
    expect((await clamping.query({ limit: 5000, offset: 1000 })).json.rows).toHaveLength(1)
    expect(await clamping.query({ limit: 0 })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })

  test.each([{}, { sort: { _id: 1 } }, { sort: { even: -1, n: 1 } }, { filter: { even: true }, projection: { n: 1 } }])(
    'pages of %j put together are the whole',
    async (body) => {
      const gateway = await startWith(2500)
      const pageOf = async (offset: number, limit: number): Promise<string[]> =>
        ((await gateway.query({ ...body, offset, limit })).json.rows as { _id: string }[]).map(({ _id }) => _id)
      const { total } = (await gateway.query({ ...body, limit: 1 })).json as { total: number }
      const ids: string[] = []
      for (const limit of [1, 7, 1000, 300, 1000, 1000]) ids.push(...(await pageOf(ids.length, limit)))
      expect(ids).toHaveLength(total)
      expect(new Set(ids).size).toBe(total)
      expect(await pageOf(ids.length, 10)).toEqual([])
      expect(await pageOf(total + 5, 10)).toEqual([])
      // A page asked for again, and one from the middle, hold the same.
      expect(await pageOf(1, 7)).toEqual(ids.slice(1, 8))
      expect(await pageOf(500, 100)).toEqual(ids.slice(500, 600))
      expect(await pageOf(0, 1000)).toEqual(ids.slice(0, 1000))
    },
  )

  test('rows that go or come between two pages shift the second, as with any offset', async () => {
    const gateway = await startWith(10)
    const page = (offset: number): Promise<number[]> => numbers(gateway, { limit: 4, offset })
    expect(await page(0)).toEqual([0, 1, 2, 3])
    await gateway.remove({ filter: { n: 0 } })
    expect(await page(4)).toEqual([5, 6, 7, 8])
    await gateway.insert([{ n: 10 }])
    expect(await page(8)).toEqual([9, 10])
    expect((await gateway.query({ limit: 1 })).json.total).toBe(10)
    await gateway.update({ n: 10 }, { $set: { even: true } })
    expect((await gateway.query({ filter: { even: true } })).json.total).toBe(5)
  })

  test('what others change in the storage between two pages shows as well', async () => {
    const gateway = await startWith(10)
    const table = gateway.storage.bucket('default').table('t')
    const filter = { n: { $gte: 2 } }
    const first = await gateway.query({ filter, limit: 3 })
    expect(first.json.total).toBe(8)
    await table.delete({ n: 2 })
    const second = await gateway.query({ filter, limit: 3, offset: 3 })
    expect(second.json.total).toBe(7)
    expect(withoutIds(second)).toMatchObject([{ n: 6 }, { n: 7 }, { n: 8 }])
  })

  test('two clients can page at once', async () => {
    const gateway = await startWith(400)
    const scan = async (): Promise<number[]> => {
      const all: number[] = []
      while (all.length < 400) all.push(...(await numbers(gateway, { limit: 40, offset: all.length })))
      return all
    }
    const expected = Array.from({ length: 400 }, (_, at) => at)
    for (const found of await Promise.all([scan(), scan(), scan()])) expect(found).toEqual(expected)
  })

  test('many results begun and left do no harm', async () => {
    const gateway = await startWith(50)
    for (let n = 0; n < 50; n += 1) await gateway.query({ filter: { n: { $ne: n } }, limit: 10 })
    for (let n = 0; n < 50; n += 1) {
      const rest = await numbers(gateway, { filter: { n: { $ne: n } }, limit: 100, offset: 10 })
      expect(rest).toHaveLength(39)
    }
  })

  test('the storage goes over a result once, not once for each page', async () => {
    const counted = { rows: 0, counts: 0 }
    const gateway = await startWith(5000, { storage: await countingStorage(counted) })
    counted.counts = 0
    const filter = { n: { $gte: 0 } }
    for (let offset = 0; offset < 5000; offset += 100)
      await gateway.query({ filter, sort: { even: 1 }, limit: 100, offset })
    expect(counted.rows).toBeLessThan(5200)
    expect(counted.counts).toBeLessThan(5)
  })
})

/** Makes a storage that counts the rows it gives or leaves out, and how often it counts. */
async function countingStorage(counted: { rows: number; counts: number }): Promise<Storage> {
  const driver = interceptDriver(await createLocalDriver({ memory: true }), (call, next) => {
    if (call.operation === 'tables.count') counted.counts += 1
    if (call.operation === 'tables.find') {
      const { offset, pageSize, pageToken } = call.request as FindRowsRequest
      counted.rows += pageSize + (pageToken === undefined ? offset : 0)
    }
    return next(call)
  })
  const storage = createStorage(driver)
  onTestFinished(() => storage.close())
  return storage
}
