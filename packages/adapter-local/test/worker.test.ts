import type { RowBatch } from '@stowage/core/driver'
import { toBatch } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { call, makeDirectory, makeTable, openDriver } from './tables-fixture.ts'

const shape = { columns: { id: 'number', s: 'string', o: 'object' }, primaryKey: ['id'] } as const

describe.each(['memory', 'directory'] as const)('in a worker thread, in %s', (place) => {
  const open = () =>
    openDriver(place === 'memory' ? { memory: true, worker: true } : { path: makeDirectory(), worker: true })

  test('everything works as in the calling thread', async () => {
    const driver = await open()
    expect(driver.native.sqlite).toBeUndefined()
    const table = await makeTable(driver, shape)
    await table.insert([
      { id: 1, s: 'a', o: { x: [1, null] }, u: 'undeclared' },
      { id: 2, s: null },
    ])
    expect(await table.find({}, { sort: { id: -1 } })).toEqual([
      { id: 2, s: null },
      { id: 1, s: 'a', o: { x: [1, null] }, u: 'undeclared' },
    ])
    expect(await table.update({ 'o.x': 1 }, { $set: { s: 'b' } })).toMatchObject({ modified: 1 })
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id, s: String(id % 7) }))
    expect(await table.load('upsert', [rows])).toMatchObject({ inserted: 4998, updated: 2 })
    expect(await table.find({ s: '3' }, { sort: { s: 1 }, pageSize: 100 })).toEqual(rows.filter(({ s }) => s === '3'))
    const query = { ...table.place, filter: { kind: 'exists', path: 's', exists: true } } as const
    const plan = await driver.tables.plan({ ...query, projection: undefined, sort: [], limit: 1, offset: 0 }, call())
    expect(plan.notes[0]).toContain('SELECT')
  })

  test('errors arrive as they were thrown', async () => {
    const driver = await open()
    const table = await makeTable(driver, shape)
    await table.insert([{ id: 1 }])
    await expect(table.insert([{ id: 1 }])).rejects.toMatchObject({
      name: 'StorageError',
      code: 'conflict',
      details: { row: 0, columns: ['id'] },
    })
    await expect(driver.tables.get({ bucket: 'b', table: 'x' }, call())).rejects.toMatchObject({ code: 'not-found' })
  })

  test('the event loop goes on meanwhile', async () => {
    const driver = await open()
    const table = await makeTable(driver, shape)
    await table.load('replace', [Array.from({ length: 30_000 }, (_, id) => ({ id, o: { x: id } }))])
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    await table.count({ 'o.x': { $gt: 5 } })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })

  test('a load is aborted and leaves nothing', async () => {
    const driver = await open()
    const table = await makeTable(driver, shape)
    const controller = new AbortController()
    async function* hanging(): AsyncGenerator<RowBatch> {
      yield toBatch(Array.from({ length: 4000 }, (_, id) => ({ id })))
      controller.abort(new Error('enough'))
      await new Promise(() => {})
    }
    await expect(table.load('append', hanging(), { signal: controller.signal })).rejects.toThrow('enough')
    expect(await table.count()).toBe(0)
  })

  test('closing ends it, twice does no harm', async () => {
    const driver = await open()
    await makeTable(driver, shape)
    await driver.close()
    await driver.close()
    await expect(driver.ping(call())).rejects.toMatchObject({ code: 'closed' })
  })
})
