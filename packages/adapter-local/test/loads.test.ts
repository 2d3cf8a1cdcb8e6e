import { setTimeout as sleep } from 'node:timers/promises'
import type { RowBatch } from '@stowage/core/driver'
import { toBatch } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { call, makeDirectory, openDriver, openTable, type TableShape, type TestTable } from './tables-fixture.ts'

const shape: TableShape = { columns: { id: 'number', n: 'number' }, primaryKey: ['id'] }
const ids = (from: number, to: number, n?: number) =>
  Array.from({ length: to - from }, (_, index) => ({ id: from + index, ...(n === undefined ? {} : { n }) }))
const modes = ['append', 'upsert', 'replace'] as const

/** Internal tables: what a load leaves behind would show here. */
function leftovers(table: TestTable): number {
  const sqlite = table.driver.native.sqlite
  const [row] = sqlite?.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name GLOB 't[0-9]*'").all() ?? []
  const [temporary] =
    sqlite?.prepare("SELECT count(*) AS n FROM temp.sqlite_schema WHERE name GLOB 'load*'").all() ?? []
  const [owned] = sqlite?.prepare('SELECT count(*) AS n FROM storages WHERE owner IS NOT NULL').all() ?? []
  return (row?.['n'] as number) - 1 + (temporary?.['n'] as number) + (owned?.['n'] as number)
}

describe.each(['memory', 'directory'] as const)('a load in %s', (place) => {
  const open = () => openTable(shape, place === 'memory' ? { memory: true } : { path: makeDirectory() })

  test.each([5, 5000])('of %d rows appends, upserts and replaces', async (size) => {
    const table = await open()
    expect(await table.load('append', [ids(0, size, 1)])).toEqual({ inserted: size, updated: 0, ids: undefined })
    expect(await table.load('append', [ids(size, 2 * size, 2), []])).toMatchObject({ inserted: size })
    const upserted = await table.load('upsert', [ids(size, 3 * size, 3)])
    expect(upserted).toEqual({ inserted: size, updated: size, ids: undefined })
    expect(await table.find({}, { sort: { id: 1 } })).toEqual([...ids(0, size, 1), ...ids(size, 3 * size, 3)])
    expect(await table.load('replace', [ids(7, 7 + size, 4)])).toMatchObject({ inserted: size, updated: 0 })
    expect(await table.find()).toEqual(ids(7, 7 + size, 4))
    expect(leftovers(table)).toBe(0)
    await expect(table.insert([{ id: 7 }])).rejects.toMatchObject({ code: 'conflict' })
  })

  test('of nothing changes nothing, or empties the table', async () => {
    const table = await open()
    await table.insert(ids(0, 3))
    expect(await table.load('append', [])).toMatchObject({ inserted: 0, updated: 0 })
    expect(await table.load('upsert', [[]])).toMatchObject({ inserted: 0, updated: 0 })
    expect(await table.count()).toBe(3)
    expect(await table.load('replace', [])).toMatchObject({ inserted: 0 })
    expect(await table.count()).toBe(0)
  })

  test('with a key twice: the last row wins in an upsert, anything else is a conflict', async () => {
    for (const before of [0, 3]) {
      const table = await open()
      await table.insert(ids(0, before))
      const rows = [...ids(0, 3000, 1), ...ids(5, 6, 2), ...ids(2999, 3000, 3)]
      expect(await table.load('upsert', [rows])).toMatchObject({ inserted: 3000 - before, updated: before + 2 })
      expect(await table.find({ n: { $gt: 1 } })).toEqual([
        { id: 5, n: 2 },
        { id: 2999, n: 3 },
      ])
      for (const mode of ['append', 'replace'] as const) {
        const twice = table.load(mode, [ids(5000, 9000), ids(8000, 8001)])
        await expect(twice).rejects.toMatchObject({ code: 'conflict', details: { columns: ['id'] } })
      }
      expect(await table.count()).toBe(3000)
      expect(leftovers(table)).toBe(0)
    }
  })

  test.each(modes)('that fails leaves the table as it was: %s', async (mode) => {
    const table = await open()
    await table.insert(ids(0, 10, 1))
    const before = await table.find()
    async function* broken(): AsyncGenerator<RowBatch> {
      yield toBatch(ids(5, 6000, 2))
      throw new Error('the source failed')
    }
    await expect(table.load(mode, broken())).rejects.toThrow('the source failed')
    const badRow = table.load(mode, [ids(100, 5000), ids(5000, 5100), [{ id: 6000 }, { id: 'x' }]])
    await expect(badRow).rejects.toMatchObject({ code: 'invalid-argument', details: { row: 5001, column: 'id' } })
    expect(await table.find()).toEqual(before)
    expect(leftovers(table)).toBe(0)
  })

  test.each(modes)('that is aborted leaves the table as it was, even while its source hangs: %s', async (mode) => {
    const table = await open()
    await table.insert(ids(0, 10, 1))
    const before = await table.find()
    const controller = new AbortController()
    async function* hanging(): AsyncGenerator<RowBatch> {
      yield toBatch(ids(5, 6000, 2))
      setImmediate(() => controller.abort(new Error('enough')))
      await new Promise(() => {})
    }
    await expect(table.load(mode, hanging(), { signal: controller.signal })).rejects.toThrow('enough')
    expect(await table.find()).toEqual(before)
    expect(leftovers(table)).toBe(0)
  })

  test.each(modes)('that fills the disk leaves the table as it was: %s', async (mode) => {
    const table = await open()
    await table.insert(ids(0, 10, 1))
    const before = await table.find()
    const sqlite = table.driver.native.sqlite
    const pages = sqlite?.prepare('PRAGMA page_count').get()?.['page_count'] as number
    sqlite?.exec(`PRAGMA max_page_count = ${pages + 20}`)
    const error: unknown = await table.load(mode, [ids(100, 20_000, 5)]).catch((failure: unknown) => failure)
    expect(table.driver.explainError?.(error)).toMatchObject({ code: 'quota-exceeded', applied: 'no' })
    sqlite?.exec('PRAGMA max_page_count = 1000000')
    expect(await table.find()).toEqual(before)
    expect(leftovers(table)).toBe(0)
    expect(await table.load(mode, [ids(100, 20_000, 5)])).toMatchObject({ inserted: 19_900 })
  })

  test('is out of sight until its end, and others write meanwhile', async () => {
    const table = await open()
    await table.insert(ids(0, 3, 1))
    async function* slow(): AsyncGenerator<RowBatch> {
      yield toBatch(ids(1, 4000, 2))
      expect(await table.count()).toBe(3)
      await table.insert(ids(10_000, 10_001, 1))
      await table.update({ id: 1 }, { $set: { n: 9 } })
      yield toBatch(ids(4000, 4100, 2))
    }
    expect(await table.load('upsert', slow())).toMatchObject({ inserted: 4097, updated: 2 })
    expect(await table.count()).toBe(4101)
    expect(await table.count({ n: 1 })).toBe(2)
  })

  test('into a table that was empty only at its beginning still appends', async () => {
    const table = await open()
    async function* slow(): AsyncGenerator<RowBatch> {
      yield toBatch(ids(0, 4000))
      await table.insert(ids(5000, 5001))
    }
    expect(await table.load('append', slow())).toMatchObject({ inserted: 4000 })
    expect(await table.count()).toBe(4001)
    async function* late(): AsyncGenerator<RowBatch> {
      yield toBatch(ids(6000, 9000))
      await table.insert(ids(8000, 8001))
    }
    await expect(table.load('append', late())).rejects.toMatchObject({ code: 'conflict' })
    expect(await table.count()).toBe(4002)
  })

  test('of a table’s own rows back into it works', async () => {
    const table = await open()
    await table.insert(ids(0, 3000, 1))
    async function* own(): AsyncGenerator<RowBatch> {
      let token: string | undefined
      do {
        const page = await table.page({}, { pageSize: 500 }, token)
        yield toBatch(page.rows.map((row) => ({ ...row, n: 2 })))
        token = page.nextPageToken
      } while (token !== undefined)
    }
    expect(await table.load('replace', own())).toMatchObject({ inserted: 3000 })
    expect(await table.find()).toEqual(ids(0, 3000, 2))
  })

  test('into a table that is dropped meanwhile fails', async () => {
    const table = await open()
    async function* slow(): AsyncGenerator<RowBatch> {
      yield toBatch(ids(0, 4000))
      await table.driver.tables.drop(table.place, call())
    }
    await expect(table.load('append', slow())).rejects.toMatchObject({ code: 'not-found' })
  })

  test('keeps indexes, order and the definition', async () => {
    const table = await openTable({ ...shape, indexes: [{ name: 'by_n', columns: ['n'], unique: true }] })
    await table.load('replace', [[{ id: 3, n: 1 }, { id: 1, n: 2 }, { id: 2 }]])
    expect((await table.find()).map(({ id }) => id)).toEqual([3, 1, 2])
    await expect(table.insert([{ id: 9, n: 2 }])).rejects.toMatchObject({ details: { columns: ['n'] } })
    const info = await table.driver.tables.get(table.place, call())
    expect(info).toMatchObject({ rowCount: 3, primaryKey: ['id'], indexes: [{ name: 'by_n' }] })
  })
})

describe('the job of a load', () => {
  test('succeeds with counts, fails with a reason', async () => {
    const table = await openTable(shape)
    const jobIds: string[] = []
    const progress: number[] = []
    const hooks = {
      onJob: (id: string) => void jobIds.push(id),
      onProgress: (rows: number) => void progress.push(rows),
    }
    await table.load('append', [ids(0, 5), ids(5, 8)], hooks)
    await table.load('append', [ids(0, 5)], hooks).catch(() => {})
    const [good, bad] = await Promise.all(jobIds.map((id) => table.driver.jobs.get({ id }, call())))
    expect(good).toMatchObject({
      operation: 'tables.load',
      resource: 'b/t',
      status: 'succeeded',
      result: { inserted: 8 },
    })
    expect(good?.endedAt).toBeInstanceOf(Date)
    expect(bad).toMatchObject({ status: 'failed', result: undefined })
    expect(bad?.reason).toContain('is taken')
    expect(progress).toEqual([5, 8, 5])
    await expect(table.driver.jobs.get({ id: 'x' }, call())).rejects.toMatchObject({ code: 'not-found' })
  })

  test.each(['this', 'another'] as const)('can be cancelled from %s process’s connection', async (who) => {
    const path = makeDirectory()
    const table = await openTable(shape, { path })
    const canceller = who === 'this' ? table.driver : await openDriver({ path })
    let jobId = ''
    let batches = 0
    async function* endless(): AsyncGenerator<RowBatch> {
      for (; ; batches++) {
        yield toBatch(ids(batches * 100, batches * 100 + 100))
        if (batches === 3) await canceller.jobs.cancel({ id: jobId }, call())
        await sleep(0)
      }
    }
    const load = table.load('append', endless(), { onJob: (id) => (jobId = id) })
    await expect(load).rejects.toMatchObject({ code: 'aborted', applied: 'no' })
    expect(batches).toBeLessThan(10)
    expect(await canceller.jobs.get({ id: jobId }, call())).toMatchObject({ status: 'cancelled' })
    expect(await canceller.jobs.cancel({ id: jobId }, call())).toMatchObject({ status: 'cancelled' })
    expect(await table.count()).toBe(0)
  })

  test('closing the storage ends it', async () => {
    const table = await openTable(shape, { path: makeDirectory() })
    let started = (): void => {}
    const running = new Promise<void>((resolve) => (started = resolve))
    async function* hanging(): AsyncGenerator<RowBatch> {
      yield toBatch(ids(0, 5000))
      started()
      await new Promise(() => {})
    }
    const load = table.load('append', hanging())
    const failure = load.catch((error: unknown) => error)
    await running
    await table.driver.close()
    expect(await failure).toMatchObject({ code: 'aborted' })
    await expect(table.count()).rejects.toMatchObject({ code: 'closed' })
  })
})
