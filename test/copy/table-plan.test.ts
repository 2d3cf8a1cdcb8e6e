import { createLocalDriver } from '@stowage/adapter-local'
import { copyTable, createStorage, planTableCopy } from '@stowage/core'
import { interceptDriver, rateLimitLayer, type StorageDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { openEnd, people, peopleColumns, placeFor, rowsOf, tableWith } from './table-ends.ts'

/** Takes abilities away from a driver. */
function without(...names: readonly string[]): (driver: StorageDriver) => StorageDriver {
  return (driver) => {
    const operations = Object.fromEntries(
      Object.entries(driver.capabilities.operations).filter(([name]) => !names.includes(name)),
    )
    return interceptDriver(driver, (call, next) => next(call), {
      capabilities: { ...driver.capabilities, operations },
    })
  }
}

describe('a plan', () => {
  test('says what would be done and does nothing', async () => {
    const source = await tableWith(await openEnd(), people(2500))
    const storage = await openEnd({ like: 'keboola' })
    const target = await placeFor(storage, 'people', 'in.c-main')
    const plan = await planTableCopy(source, target)
    expect(plan).toMatchObject({
      kind: 'table',
      source: 'local:bucket/people',
      target: 'local:in.c-main/people',
      mode: 'append',
      rows: 2500,
      files: undefined,
      seconds: undefined,
      destructive: [],
      problems: [],
    })
    expect(plan.requests).toBeGreaterThan(3)
    expect(plan.casts.map(({ column }) => column)).toEqual(['name', 'age', '*'])
    expect(plan.bytes).toBeGreaterThan(2500 * 30)
    expect(plan.bytes).toBeLessThan(2500 * 60)
    expect(plan.fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(await target.exists()).toBe(false)
    expect((await plan.apply()).written).toBe(2500)
    expect((await target.count()).count).toBe(2500)
  })

  test('tells what is replaced, and the time the limits cost', async () => {
    const source = await tableWith(await openEnd(), people(10_000), { columns: peopleColumns })
    const limited = await openEnd({}, rateLimitLayer({ perMinute: 60, burst: 1000 }))
    const target = await tableWith(limited, people(7))
    const { destructive, seconds } = await planTableCopy(source, target, { mode: 'replace' })
    expect(destructive).toEqual(['replaces all 7 rows of local:bucket/people'])
    expect(seconds).toBe(5)
    const { seconds: other } = await planTableCopy(target, source, { filter: { id: { $lt: 3 } } })
    expect(other).toBe(5)
  })

  test('tells what rows lose in an upsert', async () => {
    const source = await tableWith(await openEnd(), people(1))
    const columns = { ...peopleColumns, city: 'string' } as const
    const target = await tableWith(await openEnd(), people(1), { columns, primaryKey: ['id'] })
    const { destructive } = await planTableCopy(source, target, { mode: 'upsert' })
    expect(destructive).toEqual([expect.stringContaining('they lose what they have in city')])
  })

  test('names everything that stands in the way, and copies refuse the same before anything is written', async () => {
    const source = await tableWith(await openEnd(), people(1))
    const columns = { id: 'boolean' } as const
    const target = await tableWith(await openEnd({}, without('tables.upsert')), [], {
      columns,
      undeclaredFields: 'refuse',
    })
    const plan = await planTableCopy(source, target, { mode: 'upsert' })
    expect(plan.problems).toEqual([
      expect.stringContaining('tables.upsert is not available'),
      expect.stringContaining('has no primary key'),
      expect.stringContaining('column "id" is a number'),
      expect.stringContaining('column "name" can\'t be kept'),
      expect.stringContaining('column "age" can\'t be kept'),
    ])
    await expect(plan.apply()).rejects.toMatchObject({ code: 'unsupported' })
    await expect(copyTable(source, target, { mode: 'upsert' })).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('knows a target whose backend can not make or load tables', async () => {
    const source = await tableWith(await openEnd(), people(1))
    const place = await placeFor(await openEnd({}, without('tables.create')))
    expect((await planTableCopy(source, place)).problems).toEqual([expect.stringContaining('tables.create is not')])
    const there = await tableWith(await openEnd({}, without('tables.replace')), [])
    const plan = await planTableCopy(source, there, { mode: 'replace' })
    expect(plan.problems).toEqual([expect.stringContaining('tables.replace is not available')])
    const nowhere = createStorage(await createLocalDriver({ memory: true }))
    const missing = await planTableCopy(source, nowhere.bucket('gone').table('people'))
    expect(missing.problems).toEqual([expect.stringContaining('there is no bucket "gone"')])
    await nowhere.close()
  })
})

describe('applying a plan', () => {
  test.each(['source', 'target'] as const)('is refused once the %s changed', async (which) => {
    const ends = { source: await tableWith(await openEnd(), people(3)), target: await tableWith(await openEnd(), []) }
    const plan = await planTableCopy(ends.source, ends.target)
    await ends[which].insert({ id: 77, name: 'late', age: 1 })
    const before = await rowsOf(ends.target)
    await expect(plan.apply()).rejects.toMatchObject({ code: 'conflict', applied: 'no' })
    expect(await rowsOf(ends.target)).toEqual(before)
  })

  test('is refused with other options, and possible with the fingerprint alone', async () => {
    const source = await tableWith(await openEnd(), people(3))
    const target = await tableWith(await openEnd(), [])
    const { fingerprint } = await planTableCopy(source, target)
    await expect(copyTable(source, target, { expect: fingerprint, mode: 'replace' })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect((await copyTable(source, target, { expect: fingerprint, verify: 'digest' })).written).toBe(3)
  })
})
