import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  type CopyMode,
  copyTable,
  type CopyTableOptions,
  type CopyTableResult,
  type Row,
  type Table,
} from '@stowage/core'
import { interceptDriver, type LoadRowsRequest, type RowBatch, type StorageDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../portable/embedded.ts'
import { openEnd, people, peopleColumns, placeFor, rowsOf, tableWith } from './table-ends.ts'

/** Makes a load fail, before it is sent or after it was applied, as a crash would have it. */
class Crash {
  #loads = 0
  at: number | undefined
  isApplied = false

  readonly wrap = (driver: StorageDriver): StorageDriver =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation !== 'tables.load') return next(call)
      this.#loads += 1
      if (this.#loads !== this.at) return next(call)
      if (this.isApplied) await next(call)
      throw new Error('crash')
    })
}

interface Scene {
  readonly source: Table
  readonly target: Table
  readonly journal: string
  readonly copy: (options?: CopyTableOptions) => Promise<CopyTableResult>
}

async function crashed(
  mode: CopyMode,
  { isKeyed = true, isApplied = true, there = [] as readonly Row[] } = {},
): Promise<Scene> {
  const definition = isKeyed ? undefined : { columns: peopleColumns }
  const source = await tableWith(await openEnd(), people(235), definition)
  const crash = new Crash()
  const target = await tableWith(await openEnd({}, crash.wrap), [], definition)
  if (there.length > 0) await target.insert([...there])
  const journal = join(await temporaryDirectory(), 'copy.journal')
  const copy: Scene['copy'] = async (options = {}) =>
    copyTable(source, target, { mode, journal, batchRows: 50, verify: 'digest', ...options })
  crash.at = mode === 'replace' ? 1 : 3
  crash.isApplied = isApplied
  await expect(copy()).rejects.toThrow('crash')
  return { source, target, journal, copy }
}

describe.each([true, false])('a copy that crashed with a chunk written: %s', (isApplied) => {
  test.each<[CopyMode, boolean]>([
    ['append', true],
    ['append', false],
    ['upsert', true],
    ['skip-existing', true],
    ['replace', true],
    ['replace', false],
  ])('goes on and loses and doubles nothing: %s, with a key: %s', async (mode, isKeyed) => {
    const { source, target, copy } = await crashed(mode, { isKeyed, isApplied })
    const result = await copy()
    const whole = await tableWith(await openEnd(), people(235))
    const { digest } = await copyTable(whole, await placeFor(await openEnd()), { verify: 'digest' })
    const resumedAt = mode === 'replace' ? 0 : 100
    const values = { id: 235, name: 235, age: 235 }
    expect(result).toMatchObject({ rows: 235, written: 235, skipped: 0, resumedAt, digest, values })
    expect(await rowsOf(target)).toEqual(await rowsOf(source))
  })

  test('leaves alone what was there when rows are skipped', async () => {
    const there = [
      { id: 5, name: 'was here', age: 1 },
      { id: 123, name: 'was here', age: 1 },
    ]
    const { target, copy } = await crashed('skip-existing', { isApplied, there })
    expect(await copy()).toMatchObject({ rows: 235, written: 233, skipped: 2, values: { id: 233 } })
    expect((await target.find({ name: 'was here' }).toArray()).length).toBe(2)
    expect((await target.count()).count).toBe(235)
  })
})

describe('a copy with a journal', () => {
  test('makes the target, reads it back, and answers at once when it is finished', async () => {
    const source = await tableWith(await openEnd(), people(120))
    const storage = await openEnd()
    const target = await placeFor(storage)
    const journal = join(await temporaryDirectory(), 'copy.journal')
    const options = { journal, batchRows: 50, verify: 'read-back', mode: 'replace' } as const
    const result = await copyTable(source, target, options)
    expect(result).toMatchObject({ rows: 120, written: 120, isCreated: true, resumedAt: 0 })
    expect(result.verification.checks.at(-1)).toContain('all 120 rows of the target were read again')
    await target.drop()
    expect(await copyTable(source, target, options)).toEqual(result)
    expect(await target.exists()).toBe(false)
  })

  test('replaces by no rows as well, and only once', async () => {
    const source = await tableWith(await openEnd(), [])
    const target = await tableWith(await openEnd(), people(3))
    const journal = join(await temporaryDirectory(), 'copy.journal')
    expect(await copyTable(source, target, { journal, mode: 'replace' })).toMatchObject({ rows: 0, written: 0 })
    expect((await target.count()).count).toBe(0)
  })

  test('is refused for another source, target or other options', async () => {
    const { source, target, journal, copy } = await crashed('append')
    await expect(copy({ mode: 'upsert' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(copy({ verify: 'counts' })).rejects.toMatchObject({ code: 'conflict' })
    const other = await placeFor(await openEnd(), 'others')
    await expect(copyTable(source, other, { journal, verify: 'digest' })).rejects.toMatchObject({ code: 'conflict' })
    // Neither how many rows a chunk has nor a plan made before changes what is copied.
    await copy({ batchRows: 7, expect: 'a plan of the time before' })
    expect((await target.count()).count).toBe(235)
  })

  test('refuses a source that changed where it was copied already, and goes on with one that has more', async () => {
    const changed = await crashed('append')
    await changed.source.update({ id: 3 }, { $set: { age: 91 } })
    await expect(changed.copy()).rejects.toMatchObject({
      code: 'conflict',
      applied: 'partly',
      message: expect.stringContaining('to begin anew') as unknown,
    })
    const grown = await crashed('append')
    await grown.source.insert(people(10, 5000))
    expect(await grown.copy()).toMatchObject({ rows: 245, written: 245 })
    expect(await rowsOf(grown.target)).toEqual(await rowsOf(grown.source))
  })

  test('refuses a source that has fewer rows than were copied', async () => {
    const { source, copy } = await crashed('append')
    await source.delete({ id: { $gte: 70 } })
    await expect(copy()).rejects.toMatchObject({ code: 'conflict' })
  })

  test('refuses a target that went away', async () => {
    const { target, copy } = await crashed('append')
    await target.drop()
    await expect(copy()).rejects.toMatchObject({ code: 'conflict', details: { changed: 'target' } })
  })

  test('says what it can not tell without a key, when somebody else wrote', async () => {
    const { target, copy } = await crashed('append', { isKeyed: false })
    await target.insert(people(1, 9000))
    await expect(copy()).rejects.toMatchObject({
      code: 'outcome-unknown',
      applied: 'unknown',
      details: { before: 100, chunk: 50, now: 151 },
    })
  })

  test('names the key of a row in doubt that somebody else wrote', async () => {
    const { target, copy } = await crashed('append')
    await target.update({ id: 110 }, { $set: { age: 91 } })
    await expect(copy()).rejects.toMatchObject({ code: 'conflict', details: { key: [110] } })
  })

  test('can not be read back where its rows can not be told from others', async () => {
    const source = await tableWith(await openEnd(), people(3))
    const target = await tableWith(await openEnd(), people(1), { columns: peopleColumns })
    const journal = join(await temporaryDirectory(), 'copy.journal')
    const copy = copyTable(source, target, { journal, verify: 'read-back' })
    await expect(copy).rejects.toThrow('a journal keeps no sums')
    await rm(journal)
  })
})

test('a load that its service is still doing is waited for', async () => {
  let status = 'processing'
  let crashes = 1
  let looks = 0
  // The rows arrive, the process dies, and the service writes them when it gets to it.
  const slow = (driver: StorageDriver): StorageDriver =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'jobs.get') {
        looks += 1
        if (looks === 2) await finish?.()
        return { id: 'job-1', operation: 'tables.load', resource: 'people', status, createdAt: new Date() } as never
      }
      if (call.operation !== 'tables.load' || (crashes -= 1) !== -1) return next(call)
      const request = call.request as LoadRowsRequest
      const batches: RowBatch[] = []
      for await (const batch of request.batches) batches.push(batch)
      request.onJob('job-1')
      finish = async () => {
        const context = { ...call.context, signal: new AbortController().signal }
        const again = { ...request, batches: Readable.from(batches), onProgress: () => undefined }
        await next({ ...call, context, request: again } as typeof call)
        status = 'succeeded'
      }
      throw new Error('crash')
    })
  let finish: (() => Promise<void>) | undefined
  const source = await tableWith(await openEnd(), people(235), { columns: peopleColumns })
  const target = await tableWith(await openEnd({}, slow), [], { columns: peopleColumns })
  const options = { journal: join(await temporaryDirectory(), 'copy.journal'), batchRows: 50 }
  await expect(copyTable(source, target, options)).rejects.toThrow('crash')
  expect((await target.count()).count).toBe(50)
  expect(await copyTable(source, target, options)).toMatchObject({ written: 235, resumedAt: 50 })
  expect(looks).toBe(2)
  expect(await rowsOf(target)).toEqual(await rowsOf(source))
})
