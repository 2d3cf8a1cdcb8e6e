import type { CapabilityName, Row } from '@stowage/core'
import { type Capabilities, emulated } from '@stowage/core'
import { interceptDriver, matchAll, type QueryPlan, type StorageDriver, StorageError } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { makeBucket, makePeople, openMemory } from './embedded.ts'

/** Takes abilities away from a driver: some emulated, some absent, and no query part pushed down. */
function weaken(
  emulate: readonly CapabilityName[],
  absent: readonly CapabilityName[] = [],
  limits: Capabilities['limits'] = {},
): (driver: StorageDriver) => StorageDriver {
  return (driver) => {
    const operations = { ...driver.capabilities.operations }
    for (const name of emulate) operations[name] = emulated('cheap', 'core does it')
    for (const name of absent) delete operations[name]
    const capabilities = { ...driver.capabilities, operations, limits: { ...driver.capabilities.limits, ...limits } }
    return interceptDriver(
      driver,
      async (call, next) => {
        if (emulate.some((name) => name === call.operation)) throw new Error(`${call.operation} must not be called`)
        if (call.operation !== 'tables.plan') return next(call)
        const { filter } = call.request as { filter: QueryPlan['pushed'] }
        // Deleting by key needs the backend to find rows by key; everything else stays with core.
        const isByKey = filter.kind === 'in' && filter.path === 'id'
        const pushed = isByKey ? filter : matchAll
        const residual = isByKey ? matchAll : filter
        return { pushed, residual, sort: 'core', limit: 'core', projection: 'core', notes: [] } satisfies QueryPlan
      },
      { capabilities },
    )
  }
}

const ids = (rows: readonly Row[]): unknown[] => rows.map((row) => row['id'])

describe('what core does where the backend can not', () => {
  test('filter, sort, offset, limit and projection give the same rows', async () => {
    const strong = await makePeople(await openMemory())
    const weak = await makePeople(await openMemory(weaken([])))
    const filter = { $or: [{ city: 'Oslo' }, { age: { $gt: 30 } }] }
    const options = { sort: { city: 1, age: -1 }, offset: 1, limit: 2, projection: { name: 1 } } as const
    expect(await weak.find(filter, options).toArray()).toEqual(await strong.find(filter, options).toArray())
    const explanation = await weak.explain(filter, options)
    expect(explanation).toMatchObject({ pushed: {}, residual: filter, sort: 'core', limit: 'core', projection: 'core' })
  })

  test('counts are counted', async () => {
    const people = await makePeople(await openMemory(weaken(['tables.count'])))
    const { count, receipt } = await people.count({ city: 'London' })
    expect(count).toBe(2)
    expect(receipt.emulated).toEqual(['tables.count'])
  })

  test('updates read, change and upsert', async () => {
    const people = await makePeople(await openMemory(weaken(['tables.update', 'tables.updateUpsert'])))
    const result = await people.update({ city: 'Oslo' }, { $inc: { age: 1 } })
    expect(result).toMatchObject({ matched: 2, modified: 2, inserted: 0, receipt: { emulated: ['tables.update'] } })
    expect(await people.get({ id: 2 })).toEqual({ id: 2, name: 'Bo', city: 'Oslo', age: 26 })
    expect(await people.update({ id: 9 }, { $set: { age: 1 } }, { upsert: true })).toMatchObject({ inserted: 1 })
    await expect(people.update({ id: 1 }, { $set: { id: 2 } })).rejects.toThrow(/primary key/)
  })

  test('deletes find keys first, with and without a limit', async () => {
    const people = await makePeople(await openMemory(weaken([])))
    expect(await people.delete({ city: 'London' })).toMatchObject({ deleted: 2 })
    expect(await people.delete({ age: { $exists: true } }, { limit: 1 })).toMatchObject({ deleted: 1 })
    expect(ids(await people.find().toArray())).toEqual([4, 5])
  })

  test('a table without a key refuses what needs one', async () => {
    const table = (await makeBucket(await openMemory(weaken(['tables.update'])))).table('t')
    await table.create({ columns: { a: 'number' } })
    await table.insert({ a: 1 })
    await expect(table.update({ a: 1 }, { $inc: { a: 1 } })).rejects.toMatchObject({ code: 'unsupported' })
    await expect(table.delete({ a: { $gt: 0 } })).rejects.toMatchObject({ code: 'unsupported' })
    expect((await table.count()).count).toBe(1)
  })

  test('loads go in batches by insert, and say what is in when one fails', async () => {
    const people = await makePeople(await openMemory(weaken(['tables.load'], ['tables.replace'])))
    expect(await people.load([{ id: 10 }, { id: 11 }])).toMatchObject({ inserted: 2, rows: 2 })
    expect(() => people.load([], { mode: 'replace' })).toThrow(
      expect.objectContaining({ code: 'unsupported' }) as Error,
    )
    const rows = Array.from({ length: 1500 }, (_, index) => ({ id: index === 1200 ? 1 : 100 + index }))
    const failed = people.load(rows)
    await expect(failed).rejects.toMatchObject({ code: 'conflict', applied: 'partly', details: { inserted: 1000 } })
  })

  test('a load by batches says what is in when its source fails or hangs and is aborted', async () => {
    const isIn = { applied: 'partly', details: { inserted: 1000 } }
    async function* rows(end: () => Promise<void>): AsyncGenerator<Row> {
      for (let id = 100; id < 1500; id += 1) yield { id }
      await end()
    }
    const failing = await makePeople(await openMemory(weaken(['tables.load'])))
    const broken = failing.load(rows(() => Promise.reject(new Error('the source broke'))))
    await expect(broken).rejects.toMatchObject({ ...isIn, message: expect.stringContaining('broke') as string })
    expect((await failing.count()).count).toBe(1005)
    const lines = Array.from({ length: 1500 }, (_, index) => (index === 1200 ? '5' : `{"id":${2000 + index}}`))
    const malformed = failing.load(Buffer.from(lines.join('\n')), { format: 'json-lines' })
    const details = { inserted: 1000, row: 1200, line: 1201 }
    await expect(malformed).rejects.toMatchObject({ code: 'corrupt-data', applied: 'partly', details })
    const hanging = await makePeople(await openMemory(weaken(['tables.load'])))
    const controller = new AbortController()
    const hang = (): Promise<void> => {
      controller.abort()
      return new Promise(() => {})
    }
    const aborted = hanging.load(rows(hang), { signal: controller.signal })
    await expect(aborted).rejects.toMatchObject({ ...isIn, code: 'aborted' })
    expect((await hanging.count()).count).toBe(1005)
  })

  test.each(['tables.get', 'tables.find'] as const)('an export without %s is refused', async (capability) => {
    const people = await makePeople(await openMemory(weaken([], [capability])))
    expect(() => people.export(() => {})).toThrow(
      expect.objectContaining({ code: 'unsupported', details: { capability } }) as Error,
    )
  })

  test('a load without tables.get is refused', async () => {
    const people = await makePeople(await openMemory(weaken([], ['tables.get'])))
    expect(() => people.load([{ id: 10 }])).toThrow(
      expect.objectContaining({ code: 'unsupported', details: { capability: 'tables.get' } }) as Error,
    )
  })

  test('a load batch by batch can not replace a table, and says so before it reads anything', async () => {
    const people = await makePeople(await openMemory(weaken(['tables.load'])))
    const load = (): unknown => people.load([{ id: 10 }], { mode: 'replace' })
    expect(load).toThrow(
      expect.objectContaining({ code: 'unsupported', details: { capability: 'tables.replace' } }) as Error,
    )
    expect((await people.count()).count).toBe(5)
  })

  test('copies read and write, many deletes go one by one', async () => {
    const storage = await openMemory(weaken(['files.copy', 'files.deleteMany']))
    const bucket = await makeBucket(storage)
    await bucket.file('a').put('one', { metadata: { k: 'v' } })
    const copy = await bucket.file('a').copyTo(bucket.file('b'))
    expect(copy).toMatchObject({ file: { metadata: { k: 'v' } }, receipt: { emulated: ['files.copy'] } })
    await expect(bucket.file('a').copyTo(bucket.file('b'))).rejects.toMatchObject({ code: 'already-exists' })
    const outcomes = await bucket.deleteFiles(['a', 'x', 'b'])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['deleted', 'not-found', 'deleted'])
  })

  test('the policy decides which emulations run', async () => {
    const expensive = (driver: StorageDriver): StorageDriver => {
      const operations = { ...driver.capabilities.operations, 'tables.count': emulated('expensive', 'reads every row') }
      return { ...driver, capabilities: { ...driver.capabilities, operations } }
    }
    const refused = await makePeople(await openMemory(expensive))
    await expect(refused.count()).rejects.toThrow(/emulation: 'always'/)
    const allowed = await makePeople(await openMemory(expensive, { emulation: 'always' }))
    expect((await allowed.count()).count).toBe(5)
    const never = await makePeople(await openMemory(weaken(['tables.count']), { emulation: 'never' }))
    await expect(never.count()).rejects.toMatchObject({ code: 'unsupported', details: { capability: 'tables.count' } })
    await expect(openMemory(undefined, { emulation: 'sometimes' as never })).rejects.toThrow(/never, cheap or always/)
  })
})

describe('inserts over the limit', () => {
  test('are cut, in order', async () => {
    const sizes: number[] = []
    const spy = (driver: StorageDriver): StorageDriver =>
      interceptDriver(weaken([], [], { rowsPerInsert: 2 })(driver), (call, next) => {
        if (call.operation === 'tables.insert') {
          sizes.push((call.request as { batch: { rows: unknown[] } }).batch.rows.length)
        }
        return next(call)
      })
    const people = await makePeople(await openMemory(spy))
    expect(sizes).toEqual([2, 2, 1])
    expect((await people.count()).count).toBe(5)
  })

  test('take over what a driver says that cuts a part further', async () => {
    // As where a request may hold so many bytes: it takes the rows one by one, and the one with the id 3 fails.
    const oneByOne = (driver: StorageDriver): StorageDriver =>
      interceptDriver(weaken(['tables.load'], [], { rowsPerInsert: 4 })(driver), async (call, next) => {
        if (call.operation !== 'tables.insert') return next(call)
        const { batch } = call.request as { batch: { rows: unknown[][] } }
        const at = batch.rows.findIndex(([id]) => id === 3)
        if (at < 0)
          return { inserted: batch.rows.length, updated: 0, ids: batch.rows.map(([id]) => `row ${String(id)}`) }
        const failed = { start: at, end: at + 1, outcome: 'unknown' }
        const notAttempted = { start: at + 1, end: batch.rows.length }
        const ids = batch.rows.slice(0, at).map(([id]) => `row ${String(id)}`)
        const details = { inserted: at, updated: 0, ids, failed, notAttempted }
        throw new StorageError({ code: 'outcome-unknown', message: 'lost', applied: 'unknown', details })
      })
    const people = (await makeBucket(await openMemory(oneByOne))).table('people')
    await people.create({ columns: { id: 'number' } })
    const isShifted = async (before: readonly number[], work: PromiseLike<unknown>): Promise<void> => {
      const start = before.length
      const failed = { start: start + 2, end: start + 3, outcome: 'unknown' }
      const notAttempted = { start: start + 3, end: start + 5 }
      const details = { inserted: start + 2, failed, notAttempted, ids: [...before, 1, 2].map((id) => `row ${id}`) }
      await expect(work).rejects.toMatchObject({ applied: 'unknown', details })
    }
    const more = Array.from({ length: 1000 }, (_, index) => 100 + index)
    for (const before of [[], [10, 11, 12, 13], more]) {
      const rows = [...before, 1, 2, 3, 4, 5].map((id) => ({ id }))
      await isShifted(before, people.insert(rows))
      await isShifted(before, people.load(rows))
    }
  })

  test('say exactly what went in when one part fails', async () => {
    const people = await makePeople(await openMemory(weaken([], [], { rowsPerInsert: 2 })))
    const rows = [{ id: 10 }, { id: 11 }, { id: 12 }, { id: 1 }, { id: 14 }]
    await expect(people.insert(rows)).rejects.toMatchObject({
      code: 'conflict',
      applied: 'partly',
      details: {
        inserted: 2,
        failed: { start: 2, end: 4, outcome: 'rejected' },
        notAttempted: { start: 4, end: 5 },
      },
    })
    expect((await people.count()).count).toBe(7)
  })
})
