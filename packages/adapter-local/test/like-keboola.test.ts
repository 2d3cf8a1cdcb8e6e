import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bucket, createStorage, type Filter, type Storage, type Table, type TableDefinition } from '@stowage/core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createLocalDriver } from '../src/index.ts'

const directory = await mkdtemp(join(tmpdir(), 'stowage-like-keboola-'))
afterAll(() => rm(directory, { recursive: true, force: true }))

async function openLike(options: { readonly path: string } | { readonly memory: true }): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ ...options, like: 'keboola' }), { emulation: 'always' })
  onTestFinished(() => storage.close())
  return storage
}

async function openBucket(): Promise<Bucket> {
  const bucket = (await openLike({ memory: true })).bucket('in.c-main')
  await bucket.create()
  return bucket
}

async function openTable(definition: Partial<TableDefinition> = {}): Promise<Table> {
  const table = (await openBucket()).table('people')
  await table.create({ columns: { id: 'string', name: 'string', age: 'number', at: 'timestamp' }, ...definition })
  return table
}

describe('buckets like those of keboola', () => {
  test('are the file storage and those for tables, also beside others', async () => {
    const path = join(directory, 'buckets')
    const plain = createStorage(await createLocalDriver({ path }))
    await plain.bucket('crm').create()
    await plain.close()
    const storage = await openLike({ path })
    await storage.bucket('in.c-main').create({ description: 'all of it' })
    const listed = await storage.buckets().toArray()
    expect(listed).toMatchObject([
      { name: 'files', displayName: 'File storage', kind: 'files' },
      { name: 'in.c-main', displayName: 'main', kind: 'tables', description: 'all of it' },
    ])
    await expect(storage.bucket('crm').info()).rejects.toMatchObject({ code: 'not-found' })
    await expect(storage.bucket('crm').table('a').info()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('are not created under other names, nor shown under all', async () => {
    const storage = await openLike({ memory: true })
    await expect(storage.bucket('in.main').create()).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(storage.bucket('in.c-main').create({ displayName: 'Of spring' })).rejects.toThrow(/displayed/)
    await storage.bucket('in.c-main').create({ displayName: 'spring' })
    await expect(storage.bucket('in.c-main').update({ displayName: '_' })).rejects.toThrow(/displayed/)
    expect(await storage.bucket('in.c-main').info()).toMatchObject({ displayName: 'spring' })
  })

  test('can be deleted, except the file storage', async () => {
    const storage = await openLike({ memory: true })
    await storage.bucket('out.c-old').create()
    await storage.bucket('out.c-old').delete()
    await expect(storage.bucket('files').delete({ force: true })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(storage.bucket('files').create()).rejects.toMatchObject({ code: 'already-exists' })
  })

  test('hold tables or files', async () => {
    const storage = await openLike({ memory: true })
    await storage.bucket('in.c-main').create()
    const table = storage.bucket('files').table('a')
    await expect(table.create({ columns: { id: 'string' } })).rejects.toMatchObject({ code: 'not-found' })
    await expect(storage.bucket('in.c-main').file('a').put('x')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('tables like those of keboola', () => {
  test('keep nothing apart from the empty text, and hold every column', async () => {
    const table = await openTable()
    await table.insert([{ id: 'a', name: null, age: null }, { id: 'b', age: 3 }, {}])
    await table.load([{ name: 'Cid' }, { id: 'd', at: null }])
    expect(await table.find().toArray()).toEqual([
      { id: 'a', name: '', age: null, at: null },
      { id: 'b', name: '', age: 3, at: null },
      { id: '', name: '', age: null, at: null },
      { id: '', name: 'Cid', age: null, at: null },
      { id: 'd', name: '', age: null, at: null },
    ])
    expect(await table.count({ name: null })).toMatchObject({ count: 0 })
    expect(await table.count({ name: '' })).toMatchObject({ count: 4 })
    expect(await table.count({ at: { $exists: true } })).toMatchObject({ count: 5 })
  })

  test('still require what is required', async () => {
    const table = await openTable({
      columns: { id: 'string', name: { type: 'string', required: true } },
      primaryKey: ['id'],
    })
    await expect(table.insert([{ id: 'a' }])).rejects.toMatchObject({ details: { row: 0, column: 'name' } })
    await expect(table.insert([{ name: 'a' }])).rejects.toMatchObject({ details: { row: 0, column: 'id' } })
    await expect(
      table.load([
        { id: 'a', name: 'A' },
        { id: 'b', name: null },
      ]),
    ).rejects.toMatchObject({
      code: 'invalid-argument',
    })
    expect(await table.count()).toMatchObject({ count: 0 })
  })

  test('take no undeclared fields and no indexes', async () => {
    const table = await openTable()
    await expect(table.insert([{ more: 1 }])).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(openTable({ undeclaredFields: 'keep' })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(openTable({ indexes: [{ name: 'i', columns: ['id'] }] })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })

  test('do not tell new rows from replaced ones', async () => {
    const table = await openTable({ primaryKey: ['id'] })
    await table.insert([{ id: 'a' }])
    expect(await table.insert([{ id: 'a' }, { id: 'b' }], { mode: 'upsert' })).toMatchObject({
      inserted: 2,
      updated: undefined,
    })
    expect(await table.load([{ id: 'c' }], { mode: 'upsert' })).toMatchObject({ inserted: 1, updated: undefined })
    expect(await table.count()).toMatchObject({ count: 3 })
  })

  test('change rows by loading them back, which needs a primary key', async () => {
    const table = await openTable({ primaryKey: ['id'] })
    await table.insert([
      { id: 'a', age: 1 },
      { id: 'b', age: 2 },
    ])
    const { modified, receipt } = await table.update({ age: { $gt: 1 } }, { $set: { name: 'B' }, $unset: { age: '' } })
    expect([modified, receipt.emulated]).toEqual([1, ['tables.update']])
    expect(await table.find({ id: 'b' }).toArray()).toEqual([{ id: 'b', name: 'B', age: null, at: null }])
    await expect((await openTable()).update({ id: 'a' }, { $set: { age: 1 } })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })

  test('compare texts themselves and leave the rest to core, which finds the same rows', async () => {
    const table = await openTable()
    await table.insert([
      { id: 'a', age: 9, at: '2026-01-01T00:00:00Z' },
      { id: 'b', age: 10 },
      { id: 'c', age: 5 },
    ])
    const cases: readonly (readonly [filter: Filter, found: string, isWhole: boolean])[] = [
      [{ id: { $gt: 'a', $lt: 'c' } }, 'b', true],
      [{ id: { $in: ['a', 'b'] }, at: { $gt: '2025' } }, 'a', true],
      [{ at: { $lt: '2027' } }, 'a', false],
      [{ at: null }, 'b,c', false],
      [{ age: { $gte: 9 } }, 'a,b', false],
      [{ $or: [{ id: 'a' }, { id: 'c' }] }, 'a,c', false],
      [{ id: { $regex: '^[ab]' } }, 'a,b', false],
    ]
    for (const [filter, found, isWhole] of cases) {
      const rows = await table.find(filter, { sort: { id: 1 } }).toArray()
      const { residual } = await table.explain(filter)
      expect([filter, rows.map(({ id }) => id), Object.keys(residual).length === 0]).toEqual([
        filter,
        found.split(','),
        isWhole,
      ])
    }
    expect(await table.explain({}, { sort: { id: 1 }, limit: 1 })).toMatchObject({ sort: 'backend', limit: 'backend' })
    expect(await table.explain({}, { sort: { age: 1 }, limit: 1 })).toMatchObject({ sort: 'core', limit: 'core' })
  })

  test('delete by equality of texts, and by keys what only that finds', async () => {
    const keyless = await openTable()
    await keyless.insert([
      { id: 'a', age: 1 },
      { id: 'b', age: 2 },
      { id: 'c', age: 3 },
    ])
    expect(await keyless.delete({ id: { $in: ['a'] } })).toMatchObject({ deleted: 1 })
    for (const filter of [{ id: { $gt: 'b' } }, { age: 2 }]) {
      await expect(keyless.delete(filter)).rejects.toMatchObject({ code: 'unsupported' })
    }
    const table = await openTable({ primaryKey: ['id'] })
    await table.insert([
      { id: 'a', age: 1 },
      { id: 'b', age: 2 },
      { id: 'c', age: 3 },
    ])
    expect(await table.delete({ id: { $gt: 'b' } })).toMatchObject({ deleted: 1 })
    expect(await table.delete({ age: 2 })).toMatchObject({ deleted: 1 })
    expect(await table.find().toArray()).toMatchObject([{ id: 'a' }])
  })

  test.each<[string, Partial<TableDefinition>]>([
    ['a column it would rename', { columns: { 'with spaces': 'string' } }],
    ['columns that differ by case', { columns: { id: 'string', ID: 'string' } }],
    ['times of its own types', { columns: { at: { type: 'timestamp', native: 'TIMESTAMP_NTZ' } } }],
  ])('refuse %s', async (_, definition) => {
    await expect(openTable(definition)).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('refuse names with a dot', async () => {
    const table = (await openBucket()).table('a.b')
    await expect(table.create({ columns: { id: 'string' } })).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

describe('files like those of keboola', () => {
  test('have tags, and no types and checksums', async () => {
    const files = (await openLike({ memory: true })).bucket('files')
    await files.file('2026/a.csv').put('x', { tags: ['one'] })
    const shown = { key: '2026/a.csv', tags: ['one'], contentType: undefined, checksums: {}, expiresAt: undefined }
    expect(await files.file('2026/a.csv').stat()).toMatchObject(shown)
    expect(await files.files().toArray()).toMatchObject([{ kind: 'file', file: shown }])
    expect(await files.file('2026/a.csv').update({ tags: ['two'] })).toMatchObject({ tags: ['two'], checksums: {} })
    await expect(files.file('a').put('x', { contentType: 'text/csv' })).rejects.toMatchObject({ code: 'unsupported' })
    for (const tag of ['', 'stowage-upload', 'stowage-key-1']) {
      await expect(files.file('a').put('x', { tags: [tag] })).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })

  test('live for ever or for fifteen days', async () => {
    const file = (await openLike({ memory: true })).bucket('files').file('a')
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000)
    await file.put('x', { expiresAt: inDays(15) })
    await expect(file.put('x', { expiresAt: inDays(3) })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(file.update({ expiresAt: inDays(15) })).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('have signed URLs to read them by, none to write', async () => {
    const files = (await openLike({ memory: true })).bucket('files')
    const file = files.file('a')
    await file.put('x')
    const { url, expiresAt } = await file.signedUrl({ expiresInMs: 1000 })
    expect(Math.round((expiresAt.getTime() - Date.now()) / 60_000)).toBe(60)
    const missing = files.file('b').signedUrl()
    await expect(missing).rejects.toMatchObject({ code: 'not-found' })
    expect(await (await fetch(url)).text()).toBe('x')
    await expect(file.signedUrl({ method: 'PUT' })).rejects.toMatchObject({ code: 'unsupported' })
  })
})
