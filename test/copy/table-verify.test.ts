import { copyTable, type CopyMode, type Row, type Storage } from '@stowage/core'
import {
  interceptDriver,
  type LoadRowsRequest,
  type RowBatch,
  type RowPage,
  type StorageDriver,
} from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { openEnd, people, peopleColumns, placeFor, rowsOf, tableWith } from './table-ends.ts'

type Change = (batch: RowBatch) => RowBatch

/** Changes rows on their way into a driver. */
function onLoad(change: Change): (driver: StorageDriver) => StorageDriver {
  return (driver) =>
    interceptDriver(driver, (call, next) => {
      if (call.operation !== 'tables.load') return next(call)
      const request = call.request as LoadRowsRequest
      const batches = changed(request.batches, change)
      return next({ ...call, request: { ...request, batches } } as typeof call)
    })
}

/** Changes rows on their way out of a driver. */
function onFind(change: Change): (driver: StorageDriver) => StorageDriver {
  return (driver) =>
    interceptDriver(driver, async (call, next) => {
      const result = await next(call)
      if (call.operation !== 'tables.find') return result
      const page = result as RowPage
      return { ...page, batch: change(page.batch) } as typeof result
    })
}

async function* changed(batches: AsyncIterable<RowBatch>, change: Change): AsyncGenerator<RowBatch> {
  for await (const batch of batches) yield change(batch)
}

/** Rewrites one cell of the row with an id. */
function spoil(id: number, age: number): Change {
  return ({ columns, rows }) => ({
    columns,
    rows: rows.map((row) => (row[columns.indexOf('id')] === id ? row.with(columns.indexOf('age'), age) : row)),
  })
}

const drop: Change = ({ columns, rows }) => ({ columns, rows: rows.filter((row) => row[columns.indexOf('id')] !== 77) })

async function spoiled(target: Storage, mode: CopyMode, there: ReturnType<typeof people>) {
  const source = await tableWith(await openEnd(), people(3000))
  const table = await tableWith(target, there)
  return copyTable(source, table, { mode, verify: 'read-back' })
}

describe('reading back', () => {
  test.each<[CopyMode, Row[], string]>([
    ['append', people(5, 9000), 'looked up in the target'],
    ['upsert', people(50, 10), 'looked up in the target'],
    ['replace', people(5), 'read again'],
    ['skip-existing', people(50, 10), 'before and after'],
  ])('passes what is right: %s', async (mode, there, last) => {
    const source = await tableWith(await openEnd(), people(3000))
    const target = await tableWith(await openEnd(), there)
    const { digest, verification } = await copyTable(source, target, { mode, verify: 'read-back' })
    expect(digest).toMatch(/^[0-9a-f]{32}$/)
    expect(verification.level).toBe('read-back')
    expect(verification.checks[0]).toContain('digest')
    expect(verification.checks.at(-2)).toContain('the target has')
    expect(verification.checks.at(-1)).toContain(last)
  })

  test.each<CopyMode>(['append', 'upsert', 'replace'])(
    'names the key of a row that changed on the way: %s',
    async (mode) => {
      const target = await openEnd({}, onLoad(spoil(1234, 91)))
      const there = mode === 'replace' ? [] : people(3, 9000)
      const failure = spoiled(target, mode, there)
      await expect(failure).rejects.toMatchObject({
        code: 'corrupt-data',
        message: expect.stringContaining('{"id":1234} is changed'),
        details: { keys: [{ key: { id: 1234 }, how: 'changed' }] },
      })
    },
  )

  test('names the key of a row that is missing where rows were skipped', async () => {
    let isLoaded = false
    const forget = (driver: StorageDriver): StorageDriver =>
      interceptDriver(onFind((batch) => (isLoaded ? drop(batch) : batch))(driver), async (call, next) => {
        const result = await next(call)
        isLoaded ||= call.operation === 'tables.load'
        return result
      })
    const source = await tableWith(await openEnd(), people(3000))
    const table = await tableWith(await openEnd({}, forget), [])
    await table.insert(people(3, 10))
    const copy = copyTable(source, table, { mode: 'skip-existing', verify: 'read-back' })
    await expect(copy).rejects.toMatchObject({
      code: 'corrupt-data',
      details: { keys: [{ key: { id: 77 }, how: 'missing' }] },
    })
  })

  test('names ten of many keys', async () => {
    const target = await openEnd(
      {},
      onFind(({ columns, rows }) => ({ columns, rows: rows.filter((_, row) => row > 0) })),
    )
    const failure = await spoiled(target, 'replace', []).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'corrupt-data' })
    const { details } = failure as { details: { keys: { how: string }[] } }
    expect(details.keys.map(({ how }) => how)).toEqual(['missing', 'missing', 'missing'])
  })

  test('without a key compares all rows, also beside others, and can not name any', async () => {
    const definition = { columns: peopleColumns }
    const rows = [...people(2000), ...people(10)]
    const source = await tableWith(await openEnd(), rows, definition)
    const target = await tableWith(await openEnd(), people(7), definition)
    const { verification } = await copyTable(source, target, { verify: 'read-back' })
    expect(verification.checks.at(-1)).toContain('what came to it is the 2010 rows that were written')
    const lossy = await tableWith(await openEnd({}, onLoad(spoil(5, 91))), [], definition)
    await expect(copyTable(source, lossy, { verify: 'read-back' })).rejects.toMatchObject({
      code: 'corrupt-data',
      message: expect.stringContaining('rows without a key'),
    })
  })

  test('compares what casts made of the rows', async () => {
    const columns = { id: 'string', name: 'string', age: 'string' } as const
    const source = await tableWith(await openEnd(), [...people(30), { id: 30, name: null }], { columns: peopleColumns })
    const target = await placeFor(await openEnd({ like: 'keboola' }), 'people', 'in.c-main')
    await target.create({ columns, primaryKey: ['id'] })
    await copyTable(source, target, { verify: 'read-back', mode: 'replace', allowLossy: true })
    expect(await rowsOf(target)).toContainEqual({ id: '30', name: '', age: '' })
  })

  test('is refused for an upsert of rows that may share a key', async () => {
    const source = await tableWith(await openEnd(), people(3), { columns: peopleColumns })
    const target = await tableWith(await openEnd(), [])
    await expect(copyTable(source, target, { mode: 'upsert', verify: 'read-back' })).rejects.toThrow(
      'verify by "digest"',
    )
  })
})

describe('counting', () => {
  test('finds rows that got lost', async () => {
    const source = await tableWith(await openEnd(), people(100))
    const target = await tableWith(await openEnd({}, onLoad(drop)), [])
    await expect(copyTable(source, target)).rejects.toMatchObject({
      code: 'corrupt-data',
      message: expect.stringContaining('100 rows were given to it and it took 99'),
    })
  })
})

describe('a digest', () => {
  test('is the same for the same rows in any order, on any backend', async () => {
    const rows = people(500)
    const source = await tableWith(await openEnd(), rows)
    const reversed = await tableWith(await openEnd(), rows.toReversed(), { columns: peopleColumns })
    const like = await placeFor(await openEnd({ like: 'keboola' }), 'people', 'in.c-main')
    const [first, second, third] = [
      await copyTable(source, await placeFor(await openEnd()), { verify: 'digest' }),
      await copyTable(reversed, await placeFor(await openEnd()), { verify: 'digest' }),
      await copyTable(source, like, { verify: 'digest' }),
    ]
    expect(second.digest).toBe(first.digest)
    expect(third.digest).toBe(first.digest)
    const other = await tableWith(await openEnd(), [...rows.slice(1), { ...rows[0], name: 'x' }])
    expect((await copyTable(other, await placeFor(await openEnd()), { verify: 'digest' })).digest).not.toBe(
      first.digest,
    )
  })
})
