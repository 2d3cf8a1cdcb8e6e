import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { refused, startZerodb } from './zerodb-fixture.ts'

const readings = {
  table_name: 'readings',
  schema: {
    fields: { key: 'string', temp: 'number', at: 'timestamp' },
    indexes: [{ name: 'key_u', columns: ['key'], unique: true }],
  },
  description: 'probe readings',
}

describe('creating a table', () => {
  test('gives what was sent, an id, and when', async () => {
    const gateway = await startZerodb()
    const { status, json } = await gateway.call('POST', '/tables', { body: readings })
    expect(status).toBe(201)
    expect(json).toEqual({
      ...readings,
      table_id: expect.stringMatching(/^tbl_[a-z0-9]{12}$/) as string,
      row_count: 0,
      created_at: '2026-02-03T04:05:06Z',
    })
  })

  test('a name in use is 400, not 409', async () => {
    const gateway = await startZerodb()
    await gateway.call('POST', '/tables', { body: readings })
    expect(await gateway.call('POST', '/tables', { body: readings })).toMatchObject(
      refused(400, 'TABLE_ALREADY_EXISTS'),
    )
  })

  test('takes every type, without indexes or description', async () => {
    const gateway = await startZerodb()
    const fields = { a: 'string', b: 'number', c: 'boolean', d: 'timestamp', e: 'object', f: 'array' }
    const { status, json } = await gateway.call('POST', '/tables', { body: { table_name: 't', schema: { fields } } })
    expect(status).toBe(201)
    expect(json.schema).toEqual({ fields })
    expect(json.description).toBeNull()
    expect((await gateway.call('GET', '/tables/t')).json.schema).toEqual({ fields, indexes: [] })
  })

  test('an index over an object is remembered', async () => {
    const gateway = await startZerodb()
    const schema = { fields: { o: 'object', s: 'string' }, indexes: [{ name: 'i', columns: ['s', 'o'] }] }
    await gateway.call('POST', '/tables', { body: { table_name: 't', schema } })
    expect((await gateway.call('GET', '/tables/t')).json.schema).toEqual(schema)
  })

  test.each([
    ['no schema', { table_name: 't' }],
    ['no fields', { table_name: 't', schema: {} }],
    ['empty fields', { table_name: 't', schema: { fields: {} } }],
    ['fields as a list', { table_name: 't', schema: { fields: ['a'] } }],
    ['an unknown type', { table_name: 't', schema: { fields: { a: 'text' } } }],
    ['a type in capitals', { table_name: 't', schema: { fields: { a: 'String' } } }],
    ['a type of Object', { table_name: 't', schema: { fields: { a: 'constructor' } } }],
    ['a type that is no text', { table_name: 't', schema: { fields: { a: { type: 'string' } } } }],
    ['a field without a name', { table_name: 't', schema: { fields: { '': 'string' } } }],
    ['a field _id', { table_name: 't', schema: { fields: { _id: 'string' } } }],
    ['no name', { schema: { fields: { a: 'string' } } }],
    ['an empty name', { table_name: '', schema: { fields: { a: 'string' } } }],
    ['a number as the name', { table_name: 5, schema: { fields: { a: 'string' } } }],
    ['a name that paths lose', { table_name: '..', schema: { fields: { a: 'string' } } }],
    ['a name no storage takes', { table_name: 'x'.repeat(2000), schema: { fields: { a: 'string' } } }],
    ['half a surrogate pair', { table_name: '\ud800', schema: { fields: { a: 'string' } } }],
    ['a description that is no text', { ...readings, description: 5 }],
    ['indexes as an object', { table_name: 't', schema: { fields: { a: 'string' }, indexes: {} } }],
    ['an index over another field', index({ name: 'i', columns: ['b'] })],
    ['an index over an inherited name', index({ name: 'i', columns: ['toString'] })],
    ['an index without a name', index({ columns: ['a'] })],
    ['an index without columns', index({ name: 'i', columns: [] })],
    ['an index with a column twice', index({ name: 'i', columns: ['a', 'a'] })],
    ['an index that is odd', index({ name: 'i', columns: ['a'], unique: 'yes' })],
    ['an index name twice', index({ name: 'i', columns: ['a'] }, { name: 'i', columns: ['a'] })],
    ['a unique index over an object', index({ name: 'i', columns: ['o'], unique: true })],
  ])('refuses %s', async (_, body) => {
    const gateway = await startZerodb()
    expect(await gateway.call('POST', '/tables', { body })).toMatchObject(refused(400, 'INVALID_SCHEMA'))
    expect((await gateway.call('GET', '/tables')).json.total).toBe(0)
  })

  test('names the six types when one is unknown', async () => {
    const gateway = await startZerodb()
    const { json } = await gateway.call('POST', '/tables', { body: index({ name: 'i', columns: ['a'] }, 5) })
    expect(json.error_code).toBe('INVALID_SCHEMA')
    const answer = await gateway.call('POST', '/tables', {
      body: { table_name: 't', schema: { fields: { a: 'uuid' } } },
    })
    expect(answer.json.detail).toMatch(/string, number, boolean, timestamp, object, array/)
  })

  test('a field named __proto__ is refused', async () => {
    const gateway = await startZerodb()
    const body = '{"table_name":"t","schema":{"fields":{"__proto__":"string"}}}'
    expect(await gateway.call('POST', '/tables', { body })).toMatchObject(refused(400, 'INVALID_SCHEMA'))
  })
})

function index(...indexes: readonly unknown[]): object {
  return { table_name: 't', schema: { fields: { a: 'string', o: 'object' }, indexes } }
}

describe('looking at tables', () => {
  test('by name and by id', async () => {
    const gateway = await startZerodb()
    const { table_id: id } = (await gateway.call('POST', '/tables', { body: readings })).json
    const byName = await gateway.call('GET', '/tables/readings')
    expect(byName.status).toBe(200)
    expect(byName.json).toEqual({
      ...readings,
      table_id: id as string,
      row_count: 0,
      created_at: '2026-02-03T04:05:06Z',
      updated_at: '2026-02-03T04:05:06Z',
    })
    expect((await gateway.call('GET', `/tables/${id}`)).json).toEqual(byName.json)
  })

  test('an id goes before a name', async () => {
    const gateway = await startZerodb()
    const id = await gateway.createTable()
    await gateway.call('POST', '/tables', { body: { ...readings, table_name: id } })
    expect((await gateway.call('GET', `/tables/${id}`)).json.table_name).toBe('t')
    await gateway.call('DELETE', `/tables/${id}?confirm=true`)
    expect((await gateway.call('GET', `/tables/${id}`)).json.table_name).toBe(id)
  })

  test.each(['a b', 'a/b', 'a?b#c', '%41', 'é', '😀', 'a%2Fb', 'query', 'constructor', '__proto__', '*', 'a\'b"c'])(
    'a table named %s is one segment of a path',
    async (name) => {
      const gateway = await startZerodb()
      await gateway.call('POST', '/tables', { body: { ...readings, table_name: name } })
      const path = `/tables/${encodeURIComponent(name)}`
      expect((await gateway.call('GET', path)).json.table_name).toBe(name)
      await gateway.insert([{ key: 'a' }], encodeURIComponent(name))
      expect((await gateway.query({}, encodeURIComponent(name))).json.total).toBe(1)
    },
  )

  test('a missing one is 404', async () => {
    const gateway = await startZerodb()
    for (const name of ['nope', 'tbl_000000000000', encodeURIComponent('x'.repeat(3000)), '%00']) {
      expect(await gateway.call('GET', `/tables/${name}`)).toMatchObject(refused(404, 'TABLE_NOT_FOUND'))
    }
  })

  test('lists pages in order of creation, without schemas', async () => {
    const gateway = await startZerodb()
    const names = ['z', 'b', 'y', 'a', 'x']
    for (const name of names) await gateway.call('POST', '/tables', { body: { ...readings, table_name: name } })
    const { json } = await gateway.call('GET', '/tables')
    expect(json).toMatchObject({ total: 5, limit: 100, offset: 0 })
    expect(json.tables.map((one: { table_name: string }) => one.table_name)).toEqual(names)
    expect(Object.keys(json.tables[0] as object)).toEqual([
      'table_id',
      'table_name',
      'description',
      'row_count',
      'created_at',
      'updated_at',
    ])
    const page = (await gateway.call('GET', '/tables?limit=2&offset=1')).json
    expect(page.tables.map((one: { table_name: string }) => one.table_name)).toEqual(['b', 'y'])
    expect(page).toMatchObject({ total: 5, limit: 2, offset: 1 })
    expect((await gateway.call('GET', '/tables?offset=9')).json).toMatchObject({ tables: [], total: 5 })
  })

  test.each(['limit=0', 'limit=1001', 'limit=-1', 'limit=x', 'limit=', 'limit=1.5', 'offset=-1', 'offset=1e3'])(
    'refuses %s',
    async (query) => {
      const gateway = await startZerodb()
      expect(await gateway.call('GET', `/tables?${query}`)).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    },
  )

  test('counts rows, and tells when they changed last', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const look = async (): Promise<object> => {
      const { row_count, created_at, updated_at } = (await gateway.call('GET', '/tables/t')).json
      return [row_count, created_at, updated_at]
    }
    const at = (second: number): string => `2026-02-03T04:05:0${second}Z`
    await gateway.clock.advance(1000)
    await gateway.insert([{ key: 'a' }, { key: 'b' }])
    expect(await look()).toEqual([2, at(6), at(7)])
    await gateway.clock.advance(1000)
    await gateway.update({ key: 'a' }, { $set: { temp: 1 } })
    expect(await look()).toEqual([2, at(6), at(8)])
    await gateway.clock.advance(1000)
    await gateway.remove({ filter: { key: 'a' } })
    expect(await look()).toEqual([1, at(6), at(9)])
  })

  test('what others create, fill and drop in the storage shows', async () => {
    const storage = createStorage(await createLocalDriver({ memory: true }))
    onTestFinished(() => storage.close())
    const [one, other] = [await startZerodb({ storage }), await startZerodb({ storage })]
    const id = await one.createTable()
    await other.insert([{ key: 'a' }], id)
    expect((await one.query()).json.total).toBe(1)
    await one.call('DELETE', '/tables/t?confirm=1')
    expect(await other.call('GET', `/tables/${id}`)).toMatchObject(refused(404, 'TABLE_NOT_FOUND'))
    const next = await one.createTable()
    expect(await other.call('GET', `/tables/${id}`)).toMatchObject(refused(404, 'TABLE_NOT_FOUND'))
    expect((await other.call('GET', `/tables/${next}`)).json.table_name).toBe('t')
  })
})

describe('deleting a table', () => {
  test('takes the rows with it', async () => {
    const gateway = await startZerodb()
    const id = await gateway.createTable()
    await gateway.insert([{ key: 'a' }, { key: 'b' }])
    const { status, json } = await gateway.call('DELETE', '/tables/t?confirm=true')
    expect([status, json]).toEqual([200, { message: "Table 't' deleted", table_id: id, rows_deleted: 2 }])
    expect(await gateway.query()).toMatchObject(refused(404, 'TABLE_NOT_FOUND'))
    await gateway.createTable()
    expect((await gateway.query()).json.total).toBe(0)
  })

  test.each(['confirm=true', 'confirm=TRUE', 'confirm=1', 'x=y&confirm=True'])('%s confirms', async (query) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    expect((await gateway.call('DELETE', `/tables/t?${query}`)).status).toBe(200)
  })

  test.each(['', '?confirm', '?confirm=', '?confirm=false', '?confirm=yes', '?confirm=true&confirm=false', '?c=true'])(
    '%j does not',
    async (query) => {
      const gateway = await startZerodb()
      await gateway.createTable()
      expect(await gateway.call('DELETE', `/tables/t${query}`)).toMatchObject(refused(400, 'CONFIRMATION_REQUIRED'))
      expect((await gateway.call('GET', '/tables')).json.total).toBe(1)
    },
  )

  test('asks for confirmation before it looks for the table', async () => {
    const gateway = await startZerodb()
    expect(await gateway.call('DELETE', '/tables/nope')).toMatchObject(refused(400, 'CONFIRMATION_REQUIRED'))
    expect(await gateway.call('DELETE', '/tables/nope?confirm=true')).toMatchObject(refused(404, 'TABLE_NOT_FOUND'))
  })
})
