import { type StorageError } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { all, bodies, columns, failureOf, readings, rowsFrom } from './readings-fixture.ts'
import { startZerodb } from './zerodb-fixture.ts'

describe('scans', () => {
  test.each([0, 1, 1000, 1001, 2500])('%i rows are read whole', async (count) => {
    const { table } = await readings()
    await table.insert(rowsFrom(0, count))
    expect(await all(table)).toEqual(rowsFrom(0, count))
    expect(await table.find({}, { sort: { n: -1 } }).toArray()).toEqual(rowsFrom(0, count).toReversed())
  })

  test.each([false, true])(
    'no page asks for more than 1,000, whether the service clamps (%s) or not',
    async (clampsLimit) => {
      const { table, gateway } = await readings({}, { clampsLimit })
      await table.insert(rowsFrom(0, 2500))
      expect(await all(table)).toHaveLength(2500)
      const limits = bodies(gateway).flatMap(({ limit }) => (typeof limit === 'number' ? limit : []))
      expect(Math.max(...limits)).toBeLessThanOrEqual(1000)
    },
  )

  test('pages have an order even where none was asked for', async () => {
    const { table, gateway } = await readings()
    await table.find({}, { sort: { n: 1 } }).toArray()
    await table.find().toArray()
    await table.find({}, { sort: { _id: -1 } }).toArray()
    expect(bodies(gateway).map(({ sort }) => sort)).toEqual([{ n: 1, _id: 1 }, { _id: 1 }, { _id: -1 }])
  })

  const change = { operation: 'queryRows', nth: 2 } as const

  test('rows that come meanwhile repeat none, and the change is told', async () => {
    const warnings: string[] = []
    const fixture = await startZerodb()
    const logger = {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (message: string) => warnings.push(message),
    }
    const storage = fixture.open({}, { logger })
    const table = storage.bucket('default').table('readings')
    await table.create({ columns })
    await table.insert(rowsFrom(0, 1500))
    fixture.gateway.quirks.add({
      ...change,
      before: () => fixture.drive().native.insertRows('readings', rowsFrom(-300, 0)),
    })
    const found = await table.find({}, { sort: { n: 1 } }).toArray()
    expect(new Set(found.map(({ key }) => key)).size).toBe(found.length)
    expect(found.filter(({ n }) => Number(n) >= 0)).toEqual(rowsFrom(0, 1500))
    expect(warnings).toEqual([expect.stringContaining('1500 matched, now 1800')])
  })

  test('rows that go meanwhile are told, or fail the read where that is wanted', async () => {
    for (const inconsistentScans of ['warn', 'fail'] as const) {
      const { table, gateway, fixture } = await readings({ inconsistentScans })
      await table.insert(rowsFrom(0, 1500))
      gateway.quirks.add({
        ...change,
        before: () => fixture.drive().native.deleteRows('readings', { n: { $lt: 10 } }),
      })
      const reading = table.find({}, { sort: { n: 1 } }).toArray()
      const outcome = await reading.then(
        ({ length }) => length,
        (error: unknown) => (error as StorageError).code,
      )
      expect(outcome).toBe(inconsistentScans === 'fail' ? 'conflict' : 1490)
    }
  })

  test.each(['_id', 'key'])('paged by %s no row is missed or repeated, whatever comes and goes', async (scanField) => {
    const { table, gateway, fixture } = await readings({ scanField, inconsistentScans: 'fail' })
    await table.insert(rowsFrom(0, 2500))
    const { native } = fixture.drive()
    for (const nth of [2, 3]) {
      gateway.quirks.add({
        operation: 'queryRows',
        nth,
        before: async () => {
          await native.deleteRows('readings', { n: { $gte: nth * 100, $lt: nth * 100 + 50 } })
          await native.insertRows('readings', rowsFrom(10_000 * nth, 10_000 * nth + 40))
        },
      })
    }
    const found = await table.find().toArray()
    expect(new Set(found.map(({ key }) => key)).size).toBe(found.length)
    const untouched = rowsFrom(0, 2500).filter(({ n }) => n < 200 || n >= 350 || (n >= 250 && n < 300))
    const keys = new Set(found.map(({ key }) => key))
    expect(untouched.every(({ key }) => keys.has(key))).toBe(true)
  })

  test('paging by a field goes with filters, limits and projections', async () => {
    const { table } = await readings({ scanField: 'n' })
    await table.insert(rowsFrom(0, 2500))
    const where = { n: { $lt: 2000 } }
    expect(await table.find(where).toArray()).toEqual(rowsFrom(0, 2000))
    expect(await table.find(where, { limit: 1500 }).toArray()).toEqual(rowsFrom(0, 1500))
    expect(await table.find(where, { limit: 1500, offset: 3 }).toArray()).toHaveLength(1500)
    expect(await table.find({ n: { $gt: 1990 } }, { sort: { n: 1 } }).toArray()).toEqual(rowsFrom(1991, 2500))
    expect(await table.find(where, { projection: ['key'], sort: { n: 1 } }).toArray()).toEqual(
      rowsFrom(0, 2000).map(({ key }) => ({ key })),
    )
    expect(await table.find({}, { projection: ['n'] }).toArray()).toEqual(rowsFrom(0, 2500).map(({ n }) => ({ n })))
    expect(await table.find({}, { sort: { n: -1 } }).toArray()).toEqual(rowsFrom(0, 2500).toReversed())
  })

  test('a field that can not be paged by is told', async () => {
    const { table } = await readings({ scanField: 'n' })
    await table.insert([...rowsFrom(0, 1200), { key: 'again', n: 5 }])
    expect(await failureOf(table.find().toArray())).toMatchObject({ code: 'invalid-argument' })
    await table.delete({ key: 'again' })
    await table.insert({ key: 'none' })
    expect(await failureOf(table.find().toArray())).toMatchObject({ code: 'invalid-argument' })
  })

  test('the number of rows is asked for with one', async () => {
    const { table, gateway } = await readings()
    await table.insert(rowsFrom(0, 30))
    gateway.calls.length = 0
    expect(await table.count({ n: { $lt: 7 } })).toMatchObject({ count: 7 })
    expect(bodies(gateway)).toEqual([{ filter: { n: { $lt: 7 } }, projection: { _id: 1 }, limit: 1, offset: 0 }])
  })
})
