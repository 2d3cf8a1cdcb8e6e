import { describe, expect, test } from 'vitest'
import { startKeboola } from './keboola-fixture.ts'

describe('buckets', () => {
  test('one is created with an id made of stage and name, by JSON and by form', async () => {
    const keboola = await startKeboola()
    const json = { name: 'shop', stage: 'out', displayName: 'Shop', description: 'all of it' }
    const created = await keboola.call('POST', '/buckets', { json })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({
      id: 'out.c-shop',
      name: 'c-shop',
      stage: 'out',
      displayName: 'Shop',
      description: 'all of it',
      uri: `${keboola.url}/v2/storage/buckets/out.c-shop`,
      tables: `${keboola.url}/v2/storage/buckets/out.c-shop/tables`,
      created: '2026-11-20T10:15:02+0100',
      rowsCount: 0,
      attributes: [],
      backendPath: ['KEBOOLA_8625', 'out.c-shop'],
    })
    const form = { name: 'main', stage: 'in', description: '' }
    expect((await keboola.call('POST', '/buckets', { form })).json).toMatchObject({
      id: 'in.c-main',
      displayName: 'main',
    })
    const { json: list } = await keboola.call('GET', '/buckets')
    expect(list.map(({ id }: { id: string }) => id)).toEqual(['out.c-shop', 'in.c-main'])
    expect(list[0]).not.toHaveProperty('metadata')
    expect((await keboola.call('GET', '/buckets?include=metadata')).json[0]).toMatchObject({ metadata: [] })
  })

  test('the detail lists its tables, and lists name a URL instead', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n')
    const { json } = await keboola.call('GET', '/buckets/in.c-main?include=columns')
    expect(json).toMatchObject({ id: 'in.c-main', rowsCount: 1, metadata: [] })
    expect(json.tables).toMatchObject([{ id: 'in.c-main.orders', columns: ['id', 'name'] }])
    expect(json.tables[0]).not.toHaveProperty('bucket')
    expect((await keboola.call('GET', '/buckets/in.c-main')).json.tables[0]).not.toHaveProperty('columns')
  })

  test.each([
    [{}, 'storage.buckets.validation'],
    [{ name: 'a.b' }, 'storage.buckets.validation'],
    [{ name: 'a/b' }, 'storage.buckets.validation'],
    [{ name: 'x'.repeat(97) }, 'storage.buckets.validation'],
    [{ name: 'x', stage: 'up' }, 'storage.buckets.validation'],
    [{ name: 'x', displayName: '_x' }, 'storage.buckets.validation'],
    [{ name: 'there' }, 'storage.buckets.alreadyExists'],
    [{ name: 'x', displayName: 'there' }, 'storage.buckets.alreadyExists'],
  ])('%j is refused', async (json, code) => {
    const keboola = await startKeboola()
    await keboola.bucket('there')
    expect(await keboola.call('POST', '/buckets', { json })).toMatchObject({
      status: 400,
      json: { status: 'error', code },
    })
  })

  test('the name for people changes, unless another bucket has it', async () => {
    const keboola = await startKeboola()
    await keboola.bucket('one')
    await keboola.bucket('two')
    const changed = await keboola.call('PUT', '/buckets/in.c-one', { json: { displayName: 'first', color: 'red' } })
    expect(changed).toMatchObject({ status: 200, json: { id: 'in.c-one', displayName: 'first', color: 'red' } })
    const taken = await keboola.call('PUT', '/buckets/in.c-one', { json: { displayName: 'two' } })
    expect(taken).toMatchObject({ status: 400, json: { error: 'The display name "two" already exists in project.' } })
    const done = await keboola.job('PUT', '/buckets/in.c-two?async=1', { json: { displayName: 'second' } })
    expect(done).toMatchObject({ operationName: 'bucketUpdate', status: 'success', results: { displayName: 'second' } })
  })

  test('deleting: 404 at once, not empty in the job, force takes the tables along', async () => {
    const keboola = await startKeboola()
    await keboola.table('id\n1\n')
    expect(await keboola.call('DELETE', '/buckets/in.c-nope?force=True&async=True')).toMatchObject({
      status: 404,
      json: { code: 'storage.buckets.notFound' },
    })
    expect(await keboola.job('DELETE', '/buckets/in.c-main?force=False&async=True')).toMatchObject({
      status: 'error',
      error: { code: 'buckets.deleteNotEmpty' },
    })
    expect(await keboola.call('DELETE', '/buckets/in.c-main')).toMatchObject({ status: 400 })
    const done = await keboola.job('DELETE', '/buckets/in.c-main?force=True&async=True')
    expect(done).toMatchObject({ status: 'success', operationName: 'bucketDelete', results: null })
    expect((await keboola.call('GET', '/tables')).json).toEqual([])
    expect(await keboola.storage.bucket('in.c-main').exists()).toBe(false)
    await keboola.bucket()
    const sync = await keboola.call('DELETE', '/buckets/in.c-main')
    expect(sync).toMatchObject({ status: 204, text: '' })
  })
})

describe('buckets the storage has already', () => {
  test('those whose names can be ids are served with their tables, written as text', async () => {
    const first = await startKeboola()
    const stored = first.storage.bucket('in.c-own')
    await stored.create({ displayName: 'Own' })
    await first.storage.bucket('photos').create()
    const columns = { id: 'number', name: 'string', isPaid: 'boolean', more: 'object' } as const
    await stored.table('orders').create({ columns, primaryKey: ['id'] })
    await stored.table('orders').insert([{ id: 1.5, name: 'Ann', isPaid: true, more: { a: 1 } }, { id: 2 }])
    const keboola = await startKeboola({ storage: first.storage })
    const { json } = await keboola.call('GET', '/buckets')
    expect(json).toMatchObject([{ id: 'in.c-own', displayName: 'Own', rowsCount: 2 }])
    const detail = await keboola.call('GET', '/tables/in.c-own.orders')
    expect(detail.json).toMatchObject({ isTyped: true, columns: ['id', 'name', 'isPaid', 'more'], primaryKey: ['id'] })
    const { parts } = await keboola.exported('in.c-own.orders', { orderBy: [{ column: 'id' }] })
    expect(parts.join('')).toBe('"1.5","Ann","true","{""a"":1}"\n"2",,,\n')
    const filter = { column: 'id', operator: 'gt', values: ['1.9'] }
    expect((await keboola.exported('in.c-own.orders', { whereFilters: [filter] })).parts).toEqual(['"2",,,\n'])
    const json2 = {
      dataFileId: await keboola.file('id,name,isPaid,more\n3,Cid,false,"[1]"\n1.5,,1,\n'),
      incremental: true,
    }
    const done = await keboola.job('POST', '/tables/in.c-own.orders/import-async', { json: json2 })
    expect(done).toMatchObject({ status: 'error' })
    json2.dataFileId = await keboola.file('id,name,isPaid,more\n3,Cid,false,"{}"\n1.5,,1,\n')
    expect((await keboola.job('POST', '/tables/in.c-own.orders/import-async', { json: json2 })).results).toMatchObject({
      totalRowsCount: 3,
    })
    expect(await stored.table('orders').get({ id: 1.5 })).toEqual({ id: 1.5, name: null, isPaid: true, more: null })
  })

  test('a table that somebody else created meanwhile is never dropped by one of the same name', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const theirs = keboola.storage.bucket('in.c-main').table('orders')
    await theirs.create({ columns: { id: 'number' } })
    await theirs.insert({ id: 1 })
    const json = { name: 'orders', dataFileId: await keboola.file('id\n1\n') }
    const done = await keboola.job('POST', '/buckets/in.c-main/tables-async', { json })
    expect(done).toMatchObject({ status: 'error', error: { code: 'storage.buckets.tableAlreadyExists' } })
    expect((await theirs.count()).count).toBe(1)
  })
})
