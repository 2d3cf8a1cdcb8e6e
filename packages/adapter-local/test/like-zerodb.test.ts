import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStorage, type Filter, type Storage, type Table, type TableDefinition } from '@stowage/core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createLocalDriver } from '../src/index.ts'

const directory = await mkdtemp(join(tmpdir(), 'stowage-like-zerodb-'))
afterAll(() => rm(directory, { recursive: true, force: true }))

async function openLike(options: { readonly path: string } | { readonly memory: true }): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ ...options, like: 'zerodb' }), { emulation: 'always' })
  onTestFinished(() => storage.close())
  return storage
}

async function openTable(definition: Partial<TableDefinition> = {}): Promise<Table> {
  const storage = await openLike({ memory: true })
  const table = storage.bucket('default').table('people')
  await table.create({ columns: { id: 'string', name: 'string', tags: 'array', age: 'number' }, ...definition })
  return table
}

describe('the embedded backend like zerodb', () => {
  test('has the one bucket of the service, also beside others', async () => {
    const path = join(directory, 'buckets')
    const plain = createStorage(await createLocalDriver({ path }))
    await plain.bucket('crm').create()
    await plain.close()
    const storage = await openLike({ path })
    expect((await storage.buckets().toArray()).map(({ name }) => name)).toEqual(['default'])
    expect(await storage.buckets({ prefix: 'c' }).toArray()).toEqual([])
    await expect(storage.bucket('crm').table('a').info()).rejects.toMatchObject({ code: 'not-found' })
    await expect(storage.bucket('other').create()).rejects.toMatchObject({ code: 'unsupported' })
    await expect(storage.bucket('default').file('a').put('x')).rejects.toMatchObject({ code: 'unsupported' })
  })

  test.each(['1st', '-a', 'tbl_a', 'a b', 'a.b', 'é', 'a'.repeat(101)])('creates no table called %s', async (name) => {
    const storage = await openLike({ memory: true })
    const created = storage
      .bucket('default')
      .table(name)
      .create({ columns: { id: 'string' } })
    await expect(created).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('takes table names up to 100 characters', async () => {
    const storage = await openLike({ memory: true })
    const name = `_${'a-B'.repeat(33)}`
    await storage
      .bucket('default')
      .table(name)
      .create({ columns: { id: 'string' } })
    expect(await storage.bucket('default').tables().toArray()).toMatchObject([{ name }])
  })

  test.each<[string, Partial<TableDefinition>]>([
    ['required columns without a unique index', { columns: { a: { type: 'string', required: true } } }],
    ['descriptions of columns', { columns: { a: { type: 'string', description: 'x' } } }],
    ['undeclared fields refused', { columns: { a: 'string' }, undeclaredFields: 'refuse' }],
  ])('has no %s', async (_, definition) => {
    await expect(openTable(definition)).rejects.toMatchObject({ code: 'unsupported' })
  })

  test.each<[string, Partial<TableDefinition>]>([
    ['a column _id', { columns: { _id: 'string' } }],
    ['a column that looks like an integer', { columns: { 7: 'string' } }],
    ['another index primary_key', { indexes: [{ name: 'primary_key', columns: ['name'] }] }],
  ])('refuses %s', async (_, definition) => {
    await expect(openTable(definition)).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('requires the columns of the key and of unique indexes, and says so; the types of other backends are dropped', async () => {
    const table = await openTable({
      columns: { id: 'string', name: { type: 'string', native: 'VARCHAR(9)' }, age: 'number' },
      primaryKey: ['id'],
      indexes: [{ name: 'by_name', columns: ['name'], unique: true }],
    })
    const { columns } = await table.info()
    expect(columns.map(({ name, required }) => `${name} ${required}`)).toEqual(['id true', 'name true', 'age false'])
    expect(columns.map(({ native }) => native)).toEqual([undefined, undefined, undefined])
    await expect(table.insert({ id: 'a', name: null })).rejects.toMatchObject({ details: { row: 0, column: 'name' } })
    await table.insert({ id: 'a', name: 'Ann' })
    await expect(table.update({ id: 'a' }, { $set: { name: null } })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  test('lists tables without their columns', async () => {
    const bucket = (await openLike({ memory: true })).bucket('default')
    await bucket.table('people').create({ columns: { id: 'string' }, primaryKey: ['id'], description: 'all of them' })
    const [listed] = await bucket.tables().toArray()
    expect(listed).toMatchObject({
      name: 'people',
      columns: [],
      primaryKey: [],
      indexes: [],
      description: 'all of them',
    })
  })

  test('sends 100 rows at a time, and those before a failure stay', async () => {
    const table = await openTable()
    const rows = Array.from({ length: 250 }, (_, index) => ({ id: String(index), age: index < 220 ? index : 'old' }))
    const failure = await table.insert(rows).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'invalid-argument', details: { inserted: 200, row: 220, column: 'age' } })
    expect(await table.count()).toMatchObject({ count: 200 })
  })

  test.each([
    [{ _id: 'row_1' }, '_id'],
    [{ at: { $date: '2026-01-01' } }, 'at'],
    [{ tags: [{ a: { $oid: 'x' } }] }, 'tags'],
  ])('refuses the row %j', async (row, column) => {
    const table = await openTable()
    await expect(table.insert([{ id: 'a' }, row])).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { row: 1, column },
    })
    expect(await table.count()).toMatchObject({ count: 0 })
  })

  test('leaves to core what the ten operators side by side can not say, and finds the same rows', async () => {
    const table = await openTable()
    await table.insert([
      { id: 'a', name: 'Ann', age: 30 },
      { id: 'b', name: 'Bob', age: 40 },
      { id: 'c', age: 50 },
    ])
    const whole: Filter[] = [
      { age: { $gt: 35, $lt: 45 } },
      { $or: [{ name: 'Bob' }, { name: { $in: ['Eve'] } }] },
      { $and: [{ id: 'b' }, { age: { $not: { $in: [30, 50] } } }] },
      { $nor: [{ id: 'a' }, { name: { $exists: false } }] },
    ]
    const partly: Filter[] = [
      { $or: [{ id: 'b' }, { age: { $gt: 90 } }] },
      { $and: [{ age: { $gt: 30 } }, { age: { $gt: 35 } }, { age: { $lt: 45 } }] },
      { age: { $not: { $gt: 45 } }, id: { $gt: 'a' } },
    ]
    for (const [filters, isWhole] of [
      [whole, true],
      [partly, false],
    ] as const) {
      for (const filter of filters) {
        expect((await table.find(filter).toArray()).map(({ id }) => id)).toEqual(['b'])
        const { residual } = await table.explain(filter)
        expect([filter, Object.keys(residual).length === 0]).toEqual([filter, isWhole])
      }
    }
  })

  test('can not change or delete by what only core can evaluate, without a primary key', async () => {
    const table = await openTable()
    await table.insert([{ id: 'a', age: 30 }])
    const filter: Filter = { $or: [{ id: 'a' }, { age: 7 }] }
    await expect(table.delete(filter)).rejects.toMatchObject({ code: 'unsupported' })
    await expect(table.update(filter, { $set: { age: 1 } })).rejects.toMatchObject({ code: 'unsupported' })
    expect(await table.delete({ $or: [{ id: 'a' }, { id: 'b' }] })).toMatchObject({ deleted: 1 })
  })

  test('sorts by one key that looks like an integer, and leaves more of them to core', async () => {
    const table = await openTable()
    await table.insert([
      { 1: 'y', 2: 'x' },
      { 1: 'x', 2: 'y' },
    ])
    expect((await table.explain({}, { sort: [['1', 1]] })).sort).toBe('backend')
    expect(
      (
        await table.explain(
          {},
          {
            sort: [
              ['2', 1],
              ['1', 1],
            ],
          },
        )
      ).sort,
    ).toBe('core')
    expect(
      await table
        .find(
          {},
          {
            sort: [
              ['2', 1],
              ['1', 1],
            ],
          },
        )
        .toArray(),
    ).toEqual([
      { 1: 'y', 2: 'x' },
      { 1: 'x', 2: 'y' },
    ])
  })

  test('neither changes row ids nor hides queries for them that the service can not run', async () => {
    const table = await openTable()
    await expect(table.update({ id: 'a' }, { $set: { _id: 'b' } })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(table.find({ $or: [{ _id: 'a' }, { id: 'b' }] }).toArray()).rejects.toMatchObject({
      code: 'unsupported',
    })
    expect(await table.find({ _id: 'a' }).toArray()).toEqual([])
    const upsert = table.update({ _id: 'a' }, { $set: { age: 1 } }, { upsert: true })
    await expect(upsert).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('refuses updates with extended JSON or conditions it has no words for', async () => {
    const table = await openTable()
    await table.insert([{ id: 'a', tags: [1, 2, 3] }])
    const update = (change: object) => table.update({ id: 'a' }, change)
    await expect(update({ $set: { at: { $date: 'x' } } })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(update({ $pull: { tags: { $not: { $gt: 1, $lt: 3 } } } })).rejects.toMatchObject({
      code: 'unsupported',
    })
    expect(await update({ $pull: { tags: { $gt: 1, $lt: 3 } } })).toMatchObject({ modified: 1 })
    expect(await table.find().toArray()).toEqual([{ id: 'a', tags: [1, 3] }])
  })
})
