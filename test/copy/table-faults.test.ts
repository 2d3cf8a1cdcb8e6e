import { setTimeout as sleep } from 'node:timers/promises'
import { copyTable, type Row, type Table } from '@stowage/core'
import { type ChaosRule, chaosLayer, type DriverCall, interceptDriver, type StorageDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { openEnd, people, placeFor, rowsOf, tableWith } from './table-ends.ts'

type Change = (driver: StorageDriver) => StorageDriver

/** Does something after the nth call of an operation. */
function after(operation: DriverCall['operation'], nth: number, act: () => unknown): Change {
  let calls = 0
  return (driver) =>
    interceptDriver(driver, async (call, next) => {
      const result = await next(call)
      if (call.operation === operation && (calls += 1) === nth) await act()
      return result
    })
}

function withChaos(...rules: readonly ChaosRule[]): Change {
  return (driver) => chaosLayer({ rules })(driver)
}

const there: readonly Row[] = [{ id: 9000, name: 'was here', age: 1 }]

describe('a source that changes while it is copied', () => {
  const changes: readonly [string, (table: Table) => Promise<unknown>][] = [
    ['gets a row', (table) => table.insert({ id: 7777, name: 'late', age: 1 })],
    ['loses a row', (table) => table.delete({ id: 1 })],
    ['gets another value', (table) => table.update({ id: 1 }, { $set: { age: 91 } })],
  ]

  test.each(changes)('and %s ends the copy, and nothing is written', async (_, change) => {
    let act: () => unknown = () => undefined
    const source = await tableWith(
      await openEnd(
        {},
        after('tables.find', 2, () => act()),
      ),
      people(2500),
    )
    // When it changed is told by the millisecond.
    act = async () => {
      await sleep(2)
      await change(source)
    }
    const target = await tableWith(await openEnd(), there)
    await expect(copyTable(source, target)).rejects.toMatchObject({
      code: 'conflict',
      details: { changed: 'source' },
    })
    expect(await rowsOf(target)).toEqual(there)
  })

  test('is found by its number of rows alone where the backend tells nothing else', async () => {
    const forgetful: Change = (driver) =>
      interceptDriver(driver, async (call, next) => {
        const result = await next(call)
        if (call.operation !== 'tables.get') return result
        return { ...(result as object), rowCount: undefined, updatedAt: undefined } as typeof result
      })
    let act: () => unknown = () => undefined
    const watched: Change = (driver) => after('tables.find', 2, () => act())(forgetful(driver))
    const source = await tableWith(await openEnd({}, watched), people(2500))
    act = () => source.delete({ id: 1 })
    const target = await tableWith(await openEnd(), there)
    await expect(copyTable(source, target)).rejects.toThrow('gave 2500 rows and counts 2499')
    expect(await rowsOf(target)).toEqual(there)
  })

  test('or goes away ends it as well', async () => {
    let act: () => unknown = () => undefined
    const source = await tableWith(
      await openEnd(
        {},
        after('tables.find', 3, () => act()),
      ),
      people(2500),
    )
    act = () => source.drop()
    const target = await tableWith(await openEnd(), there)
    await expect(copyTable(source, target)).rejects.toThrow('it was dropped')
    expect(await rowsOf(target)).toEqual(there)
  })
})

describe('a copy that is stopped', () => {
  test.each([true, false])('by its abort leaves the target as it was, be it there or not: %s', async (isThere) => {
    let stop: () => unknown = () => undefined
    const source = await tableWith(
      await openEnd(
        {},
        after('tables.find', 2, () => stop()),
      ),
      people(2500),
    )
    const target = isThere ? await tableWith(await openEnd(), there) : await placeFor(await openEnd())
    const copy = copyTable(source, target)
    stop = () => void copy.abort('enough')
    await expect(copy).rejects.toMatchObject({ code: 'aborted' })
    expect(copy.status).toBe('stopped')
    expect(await rowsOf(target).catch(() => 'none')).toEqual(isThere ? there : 'none')
  })

  test.each(['source', 'target'] as const)('by closing the %s ends and is waited for', async (which) => {
    let stop: () => unknown = () => undefined
    const storages = {
      source: await openEnd(
        {},
        after('tables.find', 2, () => stop()),
      ),
      target: await openEnd(),
    }
    const source = await tableWith(storages.source, people(2500))
    const copy = copyTable(source, await tableWith(storages.target, there))
    stop = () => void storages[which].close()
    await expect(copy).rejects.toMatchObject({ code: 'closed' })
    await storages[which].close()
  })

  test('by its deadline says so', async () => {
    const slow = withChaos({ operation: 'tables.find', fault: { kind: 'latency', ms: 60_000 } })
    const source = await tableWith(await openEnd({}, slow), people(5))
    const target = await tableWith(await openEnd(), there)
    await expect(copyTable(source, target, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'timeout' })
    expect(await rowsOf(target)).toEqual(there)
  })
})

describe('a failure', () => {
  test('of the source is named by the source, and writes nothing', async () => {
    const failing = withChaos({ operation: 'tables.find', nth: 3, fault: { kind: 'error', code: 'unavailable' } })
    const source = await tableWith(await openEnd({}, failing), people(2500))
    const target = await placeFor(await openEnd({ like: 'zerodb' }), 'others', 'default')
    await expect(copyTable(source, target)).rejects.toMatchObject({
      code: 'unavailable',
      applied: 'partly',
      resource: 'bucket/people',
    })
    const whole = await tableWith(await openEnd(), there)
    const again = await tableWith(await openEnd({}, failing), people(2500))
    await expect(copyTable(again, whole)).rejects.toMatchObject({ code: 'unavailable', resource: 'bucket/people' })
    expect(await rowsOf(whole)).toEqual(there)
  })

  test('of a full target is named by the target, and leaves it as it was', async () => {
    const full = withChaos({ operation: 'tables.load', fault: { kind: 'error', code: 'quota-exceeded' } })
    const source = await tableWith(await openEnd(), people(2500))
    const place = await placeFor(await openEnd({}, full), 'others')
    await expect(copyTable(source, place)).rejects.toMatchObject({
      code: 'quota-exceeded',
      resource: 'bucket/others',
    })
    expect(await place.exists()).toBe(false)
  })

  test('of which nobody knows what it left keeps the table that was made', async () => {
    const lost = withChaos({ operation: 'tables.load', fault: { kind: 'error', when: 'after' } })
    const source = await tableWith(await openEnd(), people(25))
    const place = await placeFor(await openEnd({}, lost), 'others')
    await expect(copyTable(source, place)).rejects.toMatchObject({ applied: 'unknown' })
    expect((await place.count()).count).toBe(25)
  })

  test('of pages that get lost is found by the count', async () => {
    const dropping = withChaos({ operation: 'tables.find', nth: 2, fault: { kind: 'dropPage' } })
    const source = await tableWith(await openEnd({}, dropping), people(2500))
    const target = await tableWith(await openEnd(), there)
    await expect(copyTable(source, target)).rejects.toThrow('gave 1500 rows and counts 2500')
    expect(await rowsOf(target)).toEqual(there)
  })
})

test('a copy can be paused, and tells how far it is', async () => {
  const source = await tableWith(await openEnd(), people(2500))
  const copy = copyTable(source, await placeFor(await openEnd()))
  copy.pause()
  await sleep(20)
  expect(copy.progress).toMatchObject({ unit: 'rows', transferred: 0 })
  expect(copy.isPaused).toBe(true)
  copy.resume()
  await copy
  expect(copy.progress).toMatchObject({ total: 2500, transferred: 2500, percentage: 100, rows: 2500 })
})
