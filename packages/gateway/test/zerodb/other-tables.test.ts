import { createLocalDriver } from '@stowage/adapter-local'
import { type Bucket, createStorage, type Row, type TableDefinition } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { refused, startZerodb, type TestZerodb, withoutIds } from './zerodb-fixture.ts'

/** Serves a bucket in which somebody has created the table `t`, with these rows. */
async function serve(
  definition: TableDefinition,
  rows: readonly Row[] = [],
): Promise<{ readonly gateway: TestZerodb; readonly bucket: Bucket }> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  onTestFinished(() => storage.close())
  const bucket = storage.bucket('shop')
  await bucket.create()
  await bucket.table('t').create(definition)
  await bucket.table('t').insert(rows)
  return { gateway: await startZerodb({ storage, bucket: 'shop' }), bucket }
}

async function rowsOf(gateway: TestZerodb, body: object = {}): Promise<(Row & { readonly _id: string })[]> {
  return (await gateway.query(body)).json.rows as (Row & { readonly _id: string })[]
}

test('a table whose primary key is _id is like one of the gateway’s own', async () => {
  const { gateway } = await serve({ columns: { _id: 'string', n: 'number' }, primaryKey: ['_id'] }, [
    { _id: 'x', n: 1 },
  ])
  const { json } = await gateway.call('GET', '/tables')
  expect(json.tables).toMatchObject([{ table_name: 't', row_count: 1 }])
  const found = await gateway.call('GET', `/tables/${json.tables[0].table_id}`)
  expect(found.json.schema).toEqual({ fields: { n: 'number' }, indexes: [] })
  await gateway.insert([{ n: 2 }])
  expect(await rowsOf(gateway, { filter: { _id: 'x' } })).toEqual([{ _id: 'x', n: 1 }])
})

test.each([
  ['no primary key', { columns: { a: 'string' } }],
  ['a column _id beside its key', { columns: { a: 'string', _id: 'number' }, primaryKey: ['a'] }],
  ['a key that reads as a path', { columns: { 'a.b': 'string' }, primaryKey: ['a.b'] }],
] as const)('a table with %s is not served, and its name is taken', async (_, definition) => {
  const { gateway } = await serve(definition)
  expect((await gateway.call('GET', '/tables')).json).toMatchObject({ tables: [], total: 0 })
  expect(await gateway.call('GET', '/tables/t')).toMatchObject(refused(404, 'TABLE_NOT_FOUND'))
  const body = { table_name: 't', schema: { fields: { a: 'string' } } }
  expect(await gateway.call('POST', '/tables', { body })).toMatchObject(refused(400, 'TABLE_ALREADY_EXISTS'))
})

describe('a table with another primary key', () => {
  const keyed = { columns: { id: 'string', n: 'number' }, primaryKey: ['id'] } as const
  const five = ['a', 'b', 'c', 'd', 'e'].map((id, n) => ({ id, n }))

  test('shows the key as a unique index, and rows with ids that stay', async () => {
    const { gateway } = await serve(keyed, five)
    const { json } = await gateway.call('GET', '/tables/t')
    expect(json.schema).toEqual({
      fields: { id: 'string', n: 'number' },
      indexes: [{ name: 'primary_key', columns: ['id'], unique: true }],
    })
    const rows = await rowsOf(gateway)
    expect(rows.map(({ _id, ...row }) => row)).toEqual(five)
    expect(rows.every(({ _id }) => /^row_[0-9a-f]{16}$/.test(_id))).toBe(true)
    expect(new Set(rows.map(({ _id }) => _id)).size).toBe(5)
    await gateway.update({ id: 'b' }, { $inc: { n: 10 } })
    expect(await rowsOf(gateway, { filter: { id: 'b' } })).toEqual([{ _id: rows[1]?._id, id: 'b', n: 11 }])
    expect(Object.keys(rows[0] ?? {})[0]).toBe('_id')
  })

  test('takes rows, and gives them the ids they are found with', async () => {
    const { gateway, bucket } = await serve(keyed, five)
    const [id] = await gateway.insert([{ id: 'f', n: 5, more: true }])
    expect(await rowsOf(gateway, { filter: { id: 'f' } })).toEqual([{ _id: id, id: 'f', n: 5, more: true }])
    expect(await bucket.table('t').get({ id: 'f' })).toEqual({ id: 'f', n: 5, more: true })
    const again = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ id: 'g' }, { id: 'f' }] } })
    expect(again).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 1 }))
    const missing = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ n: 1 }] } })
    expect(missing).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 0 }))
    expect((await gateway.query()).json.total).toBe(6)
  })

  test('finds, counts and sorts by ids', async () => {
    const { gateway } = await serve(keyed, five)
    const ids = (await rowsOf(gateway)).map(({ _id }) => _id)
    const found = await gateway.query({ filter: { _id: { $in: [ids[1], ids[3]] }, n: { $gt: 1 } } })
    expect([found.json.total, withoutIds(found)]).toEqual([1, [{ id: 'd', n: 3 }]])
    const pages = [
      ...(await rowsOf(gateway, { sort: { _id: -1 }, limit: 2 })),
      ...(await rowsOf(gateway, { sort: { _id: -1 }, limit: 2, offset: 2 })),
      ...(await rowsOf(gateway, { sort: { _id: -1 }, limit: 2, offset: 4 })),
    ]
    expect(pages.map(({ _id }) => _id)).toEqual(ids.toSorted().toReversed())
    expect(await rowsOf(gateway, { projection: { _id: 1 }, limit: 1 })).toEqual([{ _id: ids[0] }])
    expect(await rowsOf(gateway, { projection: { n: 1 }, limit: 1 })).toEqual([{ _id: ids[0], n: 0 }])
    expect(await rowsOf(gateway, { projection: { n: 0, _id: 0 }, limit: 1 })).toEqual([{ id: 'a' }])
  })

  test('changes and deletes by ids', async () => {
    const { gateway } = await serve(keyed, five)
    const ids = (await rowsOf(gateway)).map(({ _id }) => _id)
    const changed = await gateway.update({ _id: { $nin: [ids[0]] }, n: { $lt: 3 } }, { $set: { n: 1 } })
    expect(changed.json).toEqual({ matched_count: 2, modified_count: 1 })
    expect((await gateway.remove({ filter: { _id: { $ne: ids[0] } }, limit: 2 })).json).toEqual({ deleted_count: 2 })
    expect((await gateway.remove({ filter: { _id: ids[0] } })).json).toEqual({ deleted_count: 1 })
    expect((await gateway.remove({ filter: { _id: 'row_0' } })).json).toEqual({ deleted_count: 0 })
    expect((await gateway.query()).json.rows.map((row: { id: string }) => row.id)).toEqual(['d', 'e'])
    const refusal = await gateway.update({}, { $set: { _id: 'x' } })
    expect(refusal).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })

  test('upserts', async () => {
    const { gateway } = await serve(keyed)
    await gateway.update({ id: 'z' }, { $inc: { n: 1 } }, { upsert: true })
    await gateway.update({ id: 'z' }, { $inc: { n: 1 } }, { upsert: true })
    expect(withoutIds(await gateway.query())).toEqual([{ id: 'z', n: 2 }])
    const incomplete = await gateway.update({ n: 5 }, { $set: { n: 1 } }, { upsert: true })
    expect(incomplete).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR'))
  })

  test('may be of several columns, in a table that refuses others', async () => {
    const definition = { columns: { a: 'string', b: 'number', c: 'string' }, primaryKey: ['b', 'a'] } as const
    const { gateway } = await serve({ ...definition, undeclaredFields: 'refuse' })
    const ids = await gateway.insert([
      { a: 'x', b: 1 },
      { a: 'x', b: 2 },
      { a: 'y', b: 1 },
    ])
    await gateway.update({ _id: { $in: ids.slice(1) } }, { $set: { c: 'hit' } })
    expect(await rowsOf(gateway, { filter: { c: 'hit' }, sort: { b: 1 } })).toEqual([
      { _id: ids[2], a: 'y', b: 1, c: 'hit' },
      { _id: ids[1], a: 'x', b: 2, c: 'hit' },
    ])
    const extra = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ a: 'z', b: 1, d: 1 }] } })
    expect(extra).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 0 }))
  })
})
