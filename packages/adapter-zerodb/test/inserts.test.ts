import { type Row } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { all, bodies, failureOf, readings, rowsFrom, sent } from './readings-fixture.ts'

describe('inserts', () => {
  test.each([1, 100, 101, 250])('%i rows go in chunks of the tier, in order, each once', async (count) => {
    const { table, gateway } = await readings({ tier: 'free' })
    const { inserted, ids } = await table.insert(rowsFrom(0, count))
    expect(inserted).toBe(count)
    expect(new Set(ids).size).toBe(count)
    expect(sent(gateway)).toEqual({ 'POST /T/rows': Math.ceil(count / 100) })
    expect(await all(table)).toEqual(rowsFrom(0, count))
  })

  test('ids are those of the rows', async () => {
    const { table } = await readings()
    const { ids = [] } = await table.insert(rowsFrom(0, 5))
    for (const [index, id] of ids.entries())
      expect(await table.find({ _id: id }).toArray()).toEqual([{ key: `k${index}`, n: index }])
  })

  test('chunk 3 of 5 refused: the report is exact', async () => {
    const { table } = await readings({ tier: 'free' })
    const rows = rowsFrom(0, 500)
    const bad = rows.with(217, { key: 'k217', n: 'x' as unknown as number })
    const error = await failureOf(table.insert(bad))
    expect(error).toMatchObject({ code: 'invalid-argument', applied: 'partly', nativeCode: 'SCHEMA_VALIDATION_ERROR' })
    expect(error.details).toMatchObject({
      row: 217,
      column: 'n',
      inserted: 200,
      failed: { start: 200, end: 300, outcome: 'rejected' },
      notAttempted: { start: 300, end: 500 },
    })
    expect(error.details['ids']).toHaveLength(200)
    expect(await all(table)).toEqual(rows.slice(0, 200))
  })

  test('chunk 2 lost: unknown, nothing is sent again, and the report is exact', async () => {
    const { table, gateway } = await readings({ tier: 'free' })
    gateway.faults.add({ match: { path: /rows$/ }, nth: 2, resetSocket: true, when: 'after' })
    const error = await failureOf(table.insert(rowsFrom(0, 300)))
    expect(error).toMatchObject({ code: 'outcome-unknown', applied: 'unknown', retryable: false })
    expect(error.details).toMatchObject({
      inserted: 100,
      failed: { start: 100, end: 200, outcome: 'unknown' },
      notAttempted: { start: 200, end: 300 },
    })
    expect(sent(gateway)).toEqual({ 'POST /T/rows': 2 })
    expect(await all(table)).toEqual(rowsFrom(0, 200))
  })

  test('chunk 2 counted short: unknown, and nothing more is sent', async () => {
    const { table, gateway } = await readings({ tier: 'free' })
    gateway.quirks.add({ operation: 'insertRows', nth: 2, insertedCountLess: 3 })
    const error = await failureOf(table.insert(rowsFrom(0, 300)))
    expect(error).toMatchObject({ code: 'outcome-unknown', applied: 'unknown' })
    expect(error.details).toMatchObject({
      inserted: 197,
      failed: { start: 100, end: 200, outcome: 'unknown' },
      notAttempted: { start: 200, end: 300 },
    })
  })

  test('a chunk over the limit of bytes goes in several requests, and its report is as exact', async () => {
    const { table, gateway } = await readings({ maxInsertBytes: 2000 })
    const rows = rowsFrom(0, 300)
    await table.insert(rows)
    expect(sent(gateway)['POST /T/rows']).toBeGreaterThan(3)
    for (const body of bodies(gateway)) expect(JSON.stringify(body['row_data']).length).toBeLessThanOrEqual(2002)
    const again = rowsFrom(300, 600)
    const taken = again.with(250, { key: 'k7', n: 250 })
    const error = await failureOf(table.insert(taken))
    const { failed, inserted } = error.details as { failed: { start: number; end: number }; inserted: number }
    expect(error).toMatchObject({ code: 'conflict', applied: 'partly', details: { row: 250 } })
    expect(failed.start).toBe(inserted)
    expect(failed.start <= 250 && failed.end > 250).toBe(true)
    expect(await all(table)).toEqual([...rows, ...again.slice(0, inserted)])
  })

  test('a row that breaks the schema is told by row and column', async () => {
    const { table } = await readings({}, {}, [])
    const bad = [
      { key: 'a', n: 1 },
      { key: 5, n: 2 },
    ]
    expect((await failureOf(table.insert(bad))).details).toMatchObject({ row: 1, column: 'key' })
  })

  test('rows with an _id of their own are refused before anything is sent', async () => {
    const { table, gateway } = await readings()
    const error = await failureOf(table.insert([{ key: 'a' }, { key: 'b', _id: 'row_1' }]))
    expect(error).toMatchObject({ code: 'invalid-argument', details: { row: 1, column: '_id' } })
    expect(gateway.requests).toEqual([])
  })

  test('an idempotency field completes an insert whose answer was lost', async () => {
    const { table, gateway } = await readings({ idempotencyField: 'key' })
    gateway.faults.add({ match: { path: /rows$/ }, resetSocket: true, when: 'after', times: 1 })
    const { inserted, ids } = await table.insert(rowsFrom(0, 50))
    expect([inserted, ids?.length]).toEqual([50, 50])
    expect(sent(gateway)).toEqual({ 'POST /T/rows': 1, 'POST /T/query': 1 })
    expect(await all(table)).toEqual(rowsFrom(0, 50))
  })

  test('with an idempotency field what never arrived is sent again, whichever rows those are', async () => {
    const { table, gateway, fixture } = await readings({ idempotencyField: 'key' })
    gateway.faults.add({ match: { path: /rows$/ }, status: 503, times: 1 })
    gateway.quirks.add({
      operation: 'queryRows',
      nth: 1,
      // Somebody else's client had sent half of them before.
      before: () => fixture.drive().native.insertRows('readings', rowsFrom(0, 25)),
    })
    const { inserted, receipt } = await table.insert(rowsFrom(0, 50))
    expect([inserted, receipt.retries]).toEqual([50, 1])
    expect(await all(table)).toEqual(rowsFrom(0, 50))
  })

  test('an idempotency field whose value another row has is a conflict, and a row without it stays unknown', async () => {
    const { table, gateway } = await readings({ idempotencyField: 'key' }, {}, [])
    await table.insert({ key: 'a', n: 1 })
    const drop = { match: { path: /rows$/ }, status: 503, times: 1 } as const
    gateway.faults.add(drop)
    expect(await failureOf(table.insert({ key: 'a', n: 2 }))).toMatchObject({ code: 'conflict', applied: 'unknown' })
    for (const rows of [[{ n: 1 }], [{ key: 'b' }, { key: 'b' }], [{ key: true }]]) {
      gateway.faults.add(drop)
      expect(await failureOf(table.insert(rows as Row[]))).toMatchObject({ code: 'outcome-unknown' })
    }
  })
})
