import { Readable } from 'node:stream'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row } from '@stowage/core'
import { interceptDriver, type StorageDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { makeBucket, makePeople, openMemory, temporaryDirectory } from './embedded.ts'

const ids = (rows: readonly Row[]): unknown[] => rows.map((row) => row['id'])

describe('finding rows', () => {
  test('filter, sort, limit, offset and projection work together', async () => {
    const people = await makePeople(await openMemory())
    const options = { sort: { age: -1 }, limit: 2, offset: 1, projection: ['name'] } as const
    expect(await people.find({ age: { $gte: 19 } }, options).toArray()).toEqual([{ name: 'Ada' }, { name: 'Bo' }])
  })

  test('a missing field has no key, null is kept', async () => {
    const people = await makePeople(await openMemory())
    expect(await people.get({ id: 5 })).toEqual({ id: 5, name: 'Ed', city: 'Oslo' })
    expect(await people.get({ id: 4 })).toEqual({ id: 4, name: 'Di', city: null, age: 19 })
    expect(await people.get({ id: 6 })).toBeUndefined()
  })

  test('nothing is sent before the first row, and a cursor is read once', async () => {
    const people = await makePeople(await openMemory())
    const cursor = people.find()
    expect(cursor.receipt.requests).toBe(0)
    expect(ids(await cursor.toArray())).toEqual([1, 2, 3, 4, 5])
    expect(cursor.receipt.requests).toBeGreaterThan(0)
    await expect(cursor.toArray()).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('the first row alone is asked for with a limit of one', async () => {
    const limits: unknown[] = []
    const spy = (driver: StorageDriver): StorageDriver =>
      interceptDriver(driver, (call, next) => {
        if (call.operation === 'tables.find') limits.push((call.request as { limit: unknown }).limit)
        return next(call)
      })
    const people = await makePeople(await openMemory(spy))
    expect(await people.find({}, { sort: { age: -1 }, offset: 1 }).first()).toMatchObject({ id: 1 })
    expect(await people.find({}, { limit: 0 }).first()).toBeUndefined()
    expect(limits).toEqual([1])
  })

  test('small pages give the same rows as one page', async () => {
    const people = await makePeople(await openMemory())
    const sort = { city: 1, age: -1 } as const
    const whole = await people.find({}, { sort }).toArray()
    expect(await people.find({}, { sort, pageSize: 1 }).toArray()).toEqual(whole)
    expect(await people.find({}, { sort, pageSize: 2, offset: 1, limit: 3 }).toArray()).toEqual(whole.slice(1, 4))
  })

  test('leaving a loop early is fine', async () => {
    const people = await makePeople(await openMemory())
    for await (const row of people.find({}, { pageSize: 1 })) {
      expect(row['id']).toBe(1)
      break
    }
    expect((await people.count()).count).toBe(5)
  })

  test('limit 0 gives nothing, a negative one is refused', async () => {
    const people = await makePeople(await openMemory())
    expect(await people.find({}, { limit: 0 }).toArray()).toEqual([])
    expect(() => people.find({}, { limit: -1 })).toThrow(/limit is -1/)
    expect(() => people.find({}, { offset: 0.5 })).toThrow(/offset is 0.5/)
  })

  test.each([
    ['an unknown operator', { age: { $near: 1 } }],
    ['$where', { $where: 'true' }],
    ['undefined', { age: undefined }],
    ['NaN', { age: Number.NaN }],
    ['a regex that needs flags', { name: /a/i }],
  ])('%s in a filter is refused before anything is sent', async (_, filter) => {
    const people = await makePeople(await openMemory())
    expect(() => people.find(filter as never)).toThrow(expect.objectContaining({ code: 'invalid-argument' }) as Error)
  })

  test('a misspelt option is refused', async () => {
    const people = await makePeople(await openMemory())
    expect(() => people.find({}, { limitt: 3 } as never)).toThrow(/no option "limitt"/)
    await expect(people.insert({ id: 9 }, { mod: 'upsert' } as never)).rejects.toThrow(/no option "mod"/)
  })

  test('explain says who does what', async () => {
    const people = await makePeople(await openMemory())
    const explanation = await people.explain({ age: { $gt: 20 } }, { sort: { age: 1 } })
    expect(explanation).toMatchObject({ backend: 'local', pushed: { age: { $gt: 20 } }, residual: {}, sort: 'backend' })
    expect(explanation.limit).toBeUndefined()
  })
})

describe('writing rows', () => {
  test('an append with a taken key fails and changes nothing', async () => {
    const people = await makePeople(await openMemory())
    const write = people.insert([{ id: 6 }, { id: 1 }])
    await expect(write).rejects.toMatchObject({ code: 'conflict', resource: 'bucket/people' })
    expect((await people.count()).count).toBe(5)
  })

  test('an upsert replaces whole rows and tells new from replaced', async () => {
    const people = await makePeople(await openMemory())
    const result = await people.insert(
      [
        { id: 1, name: 'Ada L' },
        { id: 7, name: 'Fi' },
      ],
      { mode: 'upsert' },
    )
    expect(result).toMatchObject({ inserted: 1, updated: 1 })
    expect(await people.get({ id: 1 })).toEqual({ id: 1, name: 'Ada L' })
  })

  test('a row that breaks the schema is named, and nothing of the batch is applied', async () => {
    const people = await makePeople(await openMemory())
    const write = people.insert([{ id: 8 }, { id: 9, age: 'old' }])
    await expect(write).rejects.toMatchObject({ code: 'invalid-argument', details: { row: 1, column: 'age' } })
    expect((await people.count()).count).toBe(5)
  })

  test('values that JSON cannot hold are refused by name', async () => {
    const people = await makePeople(await openMemory())
    for (const value of [undefined, Number.NaN, Infinity, 1n, new Map(), '\ud800']) {
      const write = people.insert({ id: 8, extra: value } as never)
      await expect(write).rejects.toMatchObject({ code: 'invalid-argument', details: { row: 0, column: 'extra' } })
    }
  })

  test('field names with escapes come back as they are, whatever V8 makes of them', async () => {
    const people = await makePeople(await openMemory())
    const rows = [
      { id: 10, h: [], '\\': 0, 'a\\': 1 },
      { id: 11, h: 1, '"': 2, 'a\n': 3 },
    ]
    await people.insert(rows)
    for (const row of rows) expect(await people.get({ id: row.id })).toEqual(row)
  })

  test('dates become ISO 8601 text', async () => {
    const people = await makePeople(await openMemory())
    await people.insert({ id: 8, seen: new Date(0) })
    expect(await people.get({ seen: new Date(0) })).toEqual({ id: 8, seen: '1970-01-01T00:00:00.000Z' })
  })

  test('updates and deletes count, and refuse an empty filter', async () => {
    const people = await makePeople(await openMemory())
    const update = await people.update({ city: 'Oslo' }, { $set: { city: 'Bergen' }, $inc: { moves: 1 } })
    expect(update).toMatchObject({ matched: 2, modified: 2, inserted: 0 })
    await expect(people.update({}, { $set: { a: 1 } })).rejects.toThrow(/empty filter/)
    await expect(people.delete({})).rejects.toThrow(/empty filter/)
    await expect(people.delete({ $and: [{}] })).rejects.toThrow(/empty filter/)
    expect(await people.delete({ city: 'Bergen' }, { limit: 1 })).toMatchObject({ deleted: 1 })
    expect(await people.delete({}, { all: true })).toMatchObject({ deleted: 4 })
  })

  test('an update that fails on one row changes none', async () => {
    const people = await makePeople(await openMemory())
    await expect(people.update({ id: { $lte: 4 } }, { $inc: { city: 1 } })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
    expect(await people.get({ id: 1 })).toEqual({ id: 1, name: 'Ada', city: 'London', age: 36 })
  })

  test('an update with upsert inserts what the filter and the update say', async () => {
    const people = await makePeople(await openMemory())
    const update = { $set: { name: 'Gi' }, $inc: { age: 3 } }
    expect(await people.update({ id: 8 }, update, { upsert: true })).toMatchObject({ matched: 0, inserted: 1 })
    expect(await people.get({ id: 8 })).toEqual({ id: 8, name: 'Gi', age: 3 })
  })
})

describe('table definitions', () => {
  test.each([
    ['no columns', { columns: {} }, /at least one column/],
    ['an unknown type', { columns: { a: 'int' } }, /unknown type "int"/],
    [
      'a column given twice',
      {
        columns: [
          { name: 'a', type: 'string' },
          { name: 'a', type: 'number' },
        ],
      },
      /"a" is given twice/,
    ],
    ['a key over an unknown column', { columns: { a: 'string' }, primaryKey: ['b'] }, /unknown column "b"/],
    ['a key over an object', { columns: { a: 'object' }, primaryKey: ['a'] }, /type object/],
    ['an unknown option', { columns: { a: 'string' }, key: ['a'] }, /no option "key"/],
  ])('%s is refused', async (_, definition, message) => {
    const bucket = await makeBucket(await openMemory())
    await expect(bucket.table('t').create(definition as never)).rejects.toThrow(message)
  })

  test('what was created is what info gives', async () => {
    const bucket = await makeBucket(await openMemory())
    const columns = { id: 'string', n: { type: 'number', required: true, description: 'how many' } } as const
    const indexes = [{ name: 'by_n', columns: ['n'], unique: true }]
    await bucket.table('t').create({ columns, primaryKey: ['id'], indexes, description: 'things' })
    const info = await bucket.table('t').info()
    expect(info).toMatchObject({ bucket: 'bucket', name: 't', primaryKey: ['id'], description: 'things', rowCount: 0 })
    expect(info.columns).toMatchObject([
      { name: 'id', type: 'string', required: true },
      { name: 'n', type: 'number', required: true, description: 'how many' },
    ])
    expect(info.indexes).toMatchObject(indexes)
  })

  test('a table that refuses undeclared fields does', async () => {
    const bucket = await makeBucket(await openMemory())
    const table = bucket.table('t')
    await table.create({ columns: { a: 'string' }, undeclaredFields: 'refuse' })
    await expect(table.insert({ a: 'x', b: 1 })).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('setting a key that rows break leaves the table as it was', async () => {
    const people = await makePeople(await openMemory())
    await expect(people.setPrimaryKey(['city'])).rejects.toMatchObject({ code: 'conflict' })
    expect((await people.info()).primaryKey).toEqual(['id'])
    expect((await people.setPrimaryKey(['name'])).primaryKey).toEqual(['name'])
  })
})

describe('loading and exporting', () => {
  test('CSV goes out and comes in again', async () => {
    const storage = await openMemory()
    const people = await makePeople(storage)
    const path = join(await temporaryDirectory(), 'people.csv')
    const exported = await people.export(path, { csv: { dialect: 'lossless' } })
    expect(exported).toMatchObject({ rows: 5, sizeBytes: (await readFile(path)).byteLength })
    const copy = storage.bucket('bucket').table('copy')
    const columns = { id: 'number', name: 'string', city: 'string', age: 'number' } as const
    await copy.create({ columns, primaryKey: ['id'] })
    expect(await copy.load(path, { csv: { dialect: 'lossless' } })).toMatchObject({ rows: 5, inserted: 5 })
    expect(await copy.find().toArray()).toEqual(await people.find().toArray())
  })

  test('JSON lines hold undeclared fields, and CSV refuses to leave them out', async () => {
    const storage = await openMemory()
    const people = await makePeople(storage)
    await people.insert({ id: 8, pets: [{ name: 'Rex' }] })
    const directory = await temporaryDirectory()
    await expect(people.export(join(directory, 'p.csv'))).rejects.toThrow(/"pets"/)
    await people.export(join(directory, 'p.jsonl'))
    await people.delete({}, { all: true })
    await people.load(join(directory, 'p.jsonl'))
    expect(await people.get({ id: 8 })).toEqual({ id: 8, pets: [{ name: 'Rex' }] })
    expect((await people.count()).count).toBe(6)
  })

  test('a replacing load that fails leaves the old rows', async () => {
    const people = await makePeople(await openMemory())
    const directory = await temporaryDirectory()
    const path = join(directory, 'bad.csv')
    await writeFile(path, 'id,name,city,age\n10,Xi,Rome,40\n11,Yo,Rome\n')
    await expect(people.load(path, { mode: 'replace' })).rejects.toMatchObject({ code: 'corrupt-data' })
    expect((await people.count()).count).toBe(5)
    await writeFile(path, 'id,name,city,age\n10,Xi,Rome,40\n')
    expect(await people.load(path, { mode: 'replace' })).toMatchObject({ inserted: 1 })
    expect(await people.find().toArray()).toEqual([{ id: 10, name: 'Xi', city: 'Rome', age: 40 }])
  })

  test('a source that fails half-way leaves nothing', async () => {
    const people = await makePeople(await openMemory())
    async function* rows(): AsyncGenerator<Row> {
      for (let id = 100; id < 3000; id += 1) yield { id }
      await Promise.resolve()
      throw new Error('the source broke')
    }
    await expect(people.load(rows())).rejects.toThrow(/the source broke/)
    expect((await people.count()).count).toBe(5)
  })

  test('a load can be aborted, and leaves nothing', async () => {
    const people = await makePeople(await openMemory())
    function* rows(): Generator<Row> {
      for (let id = 100; id < 1_000_000; id += 1) yield { id }
    }
    const load = people.load(rows())
    load.catch(() => undefined)
    setTimeout(() => void load.abort(), 20)
    await expect(load).rejects.toMatchObject({ code: 'aborted' })
    expect(load.status).toBe('stopped')
    expect((await people.count()).count).toBe(5)
  })

  test('a load runs as a job that can be looked up', async () => {
    const storage = await openMemory()
    const people = await makePeople(storage)
    const load = people.load([{ id: 20 }, { id: 21 }])
    await load
    expect(load.jobId).toBeTypeOf('string')
    const job = storage.job(load.jobId ?? '')
    expect(await job.wait({ deadlineMs: 1000 })).toMatchObject({ status: 'succeeded', operation: 'tables.load' })
  })

  test('bytes need a format, an unknown ending too', async () => {
    const people = await makePeople(await openMemory())
    const csv = 'id,name,city,age\n30,Zo,Oslo,5\n'
    await expect(people.load(Readable.from([Buffer.from(csv)]))).rejects.toThrow(/format/)
    await expect(people.load('/tmp/people.xls')).rejects.toThrow(/format/)
    expect(await people.load(Buffer.from(csv), { format: 'csv' })).toMatchObject({ inserted: 1 })
    expect(await people.load(Readable.from([Buffer.from(csv)]), { format: 'csv', mode: 'upsert' })).toMatchObject({
      updated: 1,
    })
  })

  test('an upsert needs a primary key', async () => {
    const bucket = await makeBucket(await openMemory())
    await bucket.table('t').create({ columns: { a: 'string' } })
    await expect(bucket.table('t').load([{ a: 'x' }], { mode: 'upsert' })).rejects.toThrow(/no primary key/)
  })

  test('only what changed since an instant is exported', async () => {
    const people = await makePeople(await openMemory())
    await new Promise((resolve) => setTimeout(resolve, 5))
    const changedSince = new Date()
    await people.update({ id: 2 }, { $set: { age: 26 } })
    const chunks: Uint8Array[] = []
    const exported = await people.export((chunk) => void chunks.push(chunk), { changedSince, columns: ['id', 'age'] })
    expect(exported.rows).toBe(1)
    expect(Buffer.concat(chunks).toString()).toBe('id,age\n2,26\n')
  })

  test.each([new Date(Number.NaN), '2026-01-01', 0])('%s is no instant to export changes since', async (instant) => {
    const people = await makePeople(await openMemory())
    const chunks: Uint8Array[] = []
    const options = { changedSince: instant as Date }
    expect(() => people.export((chunk) => void chunks.push(chunk), options)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }) as Error,
    )
    expect(chunks).toEqual([])
  })
})
