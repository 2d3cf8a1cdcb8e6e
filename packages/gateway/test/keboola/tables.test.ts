import { describe, expect, test } from 'vitest'
import { startKeboola } from './keboola-fixture.ts'

const detailNames = [
  'id',
  'uri',
  'name',
  'columns',
  'primaryKey',
  'created',
  'lastImportDate',
  'lastChangeDate',
  'rowsCount',
  'metadata',
  'columnMetadata',
  'bucket',
]

describe('tables from files', () => {
  test('a file becomes a table whose columns are its header', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const dataFileId = await keboola.file('id,First Name\n1,Ann\n2,"B, ""b"""\n')
    const json = { name: 'orders', dataFileId, primaryKey: 'id' }
    const accepted = await keboola.call('POST', '/buckets/in.c-main/tables-async', { json })
    expect(accepted).toMatchObject({
      status: 202,
      json: { status: 'waiting', operationName: 'tableCreate', tableId: null, results: null, startTime: null },
    })
    const done = await keboola.wait(accepted.json.id)
    expect(done).toMatchObject({
      status: 'success',
      results: { id: 'in.c-main.orders', rowsCount: 2, primaryKey: ['id'] },
    })
    expect(done.results.columns).toEqual(['id', 'First_Name'])
    const preview = await keboola.call('GET', '/tables/in.c-main.orders/data-preview')
    expect(preview.headers.get('content-type')).toBe('text/csv')
    expect(preview.text).toBe('"id","First_Name"\n"1","Ann"\n"2","B, ""b"""\n')
  })

  test('the detail has all that clients read, lists less unless asked', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n')
    const { json } = await keboola.call('GET', '/tables/in.c-main.orders')
    expect(Object.keys(json)).toEqual(expect.arrayContaining(detailNames))
    expect(json).toMatchObject({
      isTyped: false,
      isAlias: false,
      created: '2026-11-20T10:15:02+0100',
      lastImportDate: '2026-11-20T10:15:02+0100',
      columnMetadata: [],
      bucket: { id: 'in.c-main' },
    })
    const { json: list } = await keboola.call('GET', '/tables')
    expect(list).toMatchObject([{ id: 'in.c-main.orders', bucket: { id: 'in.c-main' }, metadata: [] }])
    expect(list[0]).not.toHaveProperty('columns')
    const { json: bare } = await keboola.call('GET', '/tables?include=')
    expect(bare[0]).not.toHaveProperty('bucket')
    expect(bare[0]).not.toHaveProperty('metadata')
    const { json: own } = await keboola.call('GET', '/buckets/in.c-main/tables?include=columns,metadata')
    expect(own).toMatchObject([{ columns: ['id', 'name'], metadata: [] }])
    expect(await keboola.call('GET', '/tables?include=colums')).toMatchObject({ status: 400 })
  })

  test('a header alone makes an empty table, whose export has no slices', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n')
    expect((await keboola.call('GET', '/tables/in.c-main.orders')).json.rowsCount).toBe(0)
    expect(await keboola.exported('in.c-main.orders')).toMatchObject({ isSliced: true, parts: [] })
  })

  test.each([
    ['', 'storage.tables.validation.noColumns'],
    ['a,,c\n', 'storage.tables.validation.invalidColumnName'],
    ['a,A\n', 'storage.tables.validation.invalidColumnName'],
    [`${'x'.repeat(65)}\n`, 'storage.tables.validation.invalidColumnName'],
    ['a\n1,2\n', 'invalidData'],
  ])('of %j none is made', async (csv, code) => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const json = { name: 'orders', dataFileId: await keboola.file(csv) }
    const done = await keboola.job('POST', '/buckets/in.c-main/tables-async', { json })
    expect(done).toMatchObject({ status: 'error', error: { code } })
    expect((await keboola.call('GET', '/buckets/in.c-main')).json.tables).toEqual([])
    expect(await keboola.storage.bucket('in.c-main').table('orders').exists()).toBe(false)
  })

  test('a key that is no column fails the job', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const json = { name: 'orders', dataFileId: await keboola.file('id\n'), primaryKey: 'ID' }
    expect(await keboola.job('POST', '/buckets/in.c-main/tables-async', { json })).toMatchObject({
      error: { code: 'storage.tables.validation.invalidPrimaryKeyColumns' },
    })
  })

  test.each([
    [{ dataFileId: 1 }, 'storage.tables.validation'],
    [{ name: '', dataFileId: 1 }, 'storage.tables.validation'],
    [{ name: 'a.b', dataFileId: 1 }, 'storage.tables.validation'],
    [{ name: 'orders', dataFileId: 1, primaryKey: ['id'] }, 'storage.validation.primaryKey'],
    [{ name: 'orders' }, 'storage.tables.validation'],
    [{ name: 'there', dataFileId: 1 }, 'storage.buckets.tableAlreadyExists'],
  ])('%j is refused at once', async (json, code) => {
    const keboola = await startKeboola()
    await keboola.table('id\n', { name: 'there' })
    const answer = await keboola.call('POST', '/buckets/in.c-main/tables-async', { json })
    expect(answer).toMatchObject({ status: 400, json: { code } })
  })

  test('of two that are created at once one fails in its job', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    keboola.failJobs({ kind: 'slow', delayMs: 1000 })
    const ids: number[] = []
    for (const content of ['id\n1\n', 'id\n']) {
      const json = { name: 'orders', dataFileId: await keboola.file(content) }
      ids.push((await keboola.call('POST', '/buckets/in.c-main/tables-async', { json })).json.id)
    }
    await keboola.clock.advance(1000)
    const done = await Promise.all(ids.map((id) => keboola.wait(id)))
    expect(done.map(({ status }) => status)).toEqual(['success', 'error'])
    expect(done[1].error.code).toBe('storage.buckets.tableAlreadyExists')
    expect((await keboola.call('GET', '/tables/in.c-main.orders')).json.rowsCount).toBe(1)
  })

  test('the ways before jobs: form and multipart', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const form = { name: 'orders', dataString: 'id,name\n1,Ann\n', primaryKey: 'id' }
    expect(await keboola.call('POST', '/buckets/in.c-main/tables', { form })).toMatchObject({
      status: 201,
      json: { id: 'in.c-main.orders', rowsCount: 1 },
    })
    const data = new FormData()
    data.append('incremental', '1')
    data.append('data', new Blob(['id,name\n2,Bob\n']), 'data.csv')
    const response = await fetch(`${keboola.url}/v2/storage/tables/in.c-main.orders/import`, {
      method: 'POST',
      headers: { 'x-storageapi-token': keboola.token },
      body: data,
    })
    expect(await response.json()).toMatchObject({ totalRowsCount: 2, importedColumns: ['id', 'name'] })
  })
})

describe('tables from definitions', () => {
  test('without types it is an empty, untyped table', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const json = { name: 'orders', primaryKeysNames: ['id'], columns: [{ name: 'id' }, { name: 'name' }] }
    const done = await keboola.job('POST', '/buckets/in.c-main/tables-definition', { json })
    expect(done).toMatchObject({
      operationName: 'tableDefinitionCreate',
      results: { id: 'in.c-main.orders', isTyped: false, columns: ['id', 'name'], primaryKey: ['id'], rowsCount: 0 },
    })
    expect(done.results).not.toHaveProperty('definition')
  })

  test('with types their definition shows, and values have one form', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const columns = [
      { name: 'id', basetype: 'INTEGER' },
      { name: 'amount', definition: { type: 'NUMBER', length: '12,2', nullable: true, default: '0' } },
      { name: 'note', basetype: 'string' },
      { name: 'paid', basetype: 'BOOLEAN' },
      { name: 'day', basetype: 'DATE' },
      { name: 'at', basetype: 'TIMESTAMP' },
    ]
    const json = { name: 'orders', primaryKeysNames: ['id'], columns }
    const created = await keboola.job('POST', '/buckets/in.c-main/tables-definition', { json })
    expect(created.results.isTyped).toBe(true)
    expect(created.results.definition).toMatchObject({
      primaryKeysNames: ['id'],
      columns: expect.arrayContaining([
        {
          name: 'id',
          definition: { type: 'NUMBER', length: '38,0', nullable: false, default: null },
          basetype: 'INTEGER',
          canBeFiltered: true,
        },
        expect.objectContaining({ name: 'amount', basetype: 'NUMERIC' }),
      ]),
    })
    const csv = 'id,amount,note,paid,day,at\n007,1.50,,1,1989-08-31,1989-08-31T01:02:03Z\n10,,"",no,,\n9,2,x,,,\n'
    const load = { dataFileId: await keboola.file(csv) }
    const path = '/tables/in.c-main.orders'
    expect(await keboola.job('POST', `${path}/import-async`, { json: load })).toMatchObject({ status: 'success' })
    const preview = await keboola.call('GET', `${path}/data-preview?orderBy[0][column]=id&orderBy[0][order]=DESC`)
    expect(preview.text).toBe(
      '"id","amount","note","paid","day","at"\n"10",,,"false",,\n"9","2","x",,,\n' +
        '"7","1.5",,"true","1989-08-31","1989-08-31 01:02:03.000"\n',
    )
    const kept = await keboola.job('POST', `${path}/import-async`, { json: { ...load, treatValuesAsNull: [] } })
    expect(kept.status).toBe('success')
    const { json: rows } = await keboola.call('GET', `${path}/data-preview?format=json&columns=id,note`)
    expect(
      Object.fromEntries(rows.rows.map((row: { value: string | null }[]) => row.map(({ value }) => value))),
    ).toEqual({
      7: null,
      9: 'x',
      10: '',
    })
  })

  test.each([
    ['id,n\nx,1\n', 'id'],
    ['id,n\n1.5,1\n', 'id'],
    ['id,n\n,1\n', 'id'],
    ['id,n\n1,one\n', 'n'],
  ])('values that do not fit fail the job: %j', async (csv, column) => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const json = {
      name: 'orders',
      primaryKeysNames: ['id'],
      columns: [
        { name: 'id', basetype: 'INTEGER' },
        { name: 'n', basetype: 'FLOAT' },
      ],
    }
    await keboola.job('POST', '/buckets/in.c-main/tables-definition', { json })
    const load = { dataFileId: await keboola.file(csv) }
    const done = await keboola.job('POST', '/tables/in.c-main.orders/import-async', { json: load })
    expect(done).toMatchObject({ status: 'error', error: { code: 'invalidData' } })
    expect(done.error.message).toContain(`"${column}"`)
  })

  test.each([
    [{ columns: [] }, 'storage.tables.validation'],
    [{ columns: [{ name: 'a b' }] }, 'storage.tables.invalidColumnName'],
    [{ columns: [{ name: 'a' }, { name: 'A' }] }, 'storage.tables.columnAlreadyExists'],
    [{ columns: [{ name: 'a' }], primaryKeysNames: ['b'] }, 'storage.validation.primaryKey'],
    [{ columns: [{ name: 'a' }], primaryKeysNames: 'a' }, 'storage.validation.primaryKey'],
    [{ columns: [{ name: 'a', basetype: 'MONEY' }] }, 'storage.tables.validation'],
  ])('%j is refused', async (given, code) => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const json = { name: 'orders', ...given }
    expect(await keboola.call('POST', '/buckets/in.c-main/tables-definition', { json })).toMatchObject({
      status: 400,
      json: { code },
    })
  })
})

describe('dropping and renaming', () => {
  test('a table goes at once or by a job, and is not there afterwards', async () => {
    const keboola = await startKeboola()
    await keboola.table('id\n')
    expect(await keboola.call('DELETE', '/tables/in.c-main.orders')).toMatchObject({ status: 204, text: '' })
    expect(await keboola.call('DELETE', '/tables/in.c-main.orders')).toMatchObject({ status: 404 })
    expect(await keboola.call('GET', '/tables/in.c-main.orders')).toMatchObject({
      status: 404,
      json: { code: 'storage.tables.notFound' },
    })
    expect(await keboola.call('GET', '/tables/in.c-no.orders')).toMatchObject({
      status: 404,
      json: { code: 'storage.buckets.notFound' },
    })
    await keboola.table('id\n')
    const done = await keboola.job('DELETE', '/tables/in.c-main.orders?force=1&async=1')
    expect(done).toMatchObject({ operationName: 'tableDrop', status: 'success', results: null })
    expect(await keboola.storage.bucket('in.c-main').table('orders').exists()).toBe(false)
  })

  test('the name for people changes, unless another table has it', async () => {
    const keboola = await startKeboola()
    await keboola.table('id\n', { name: 'one' })
    await keboola.table('id\n', { name: 'two' })
    const path = '/tables/in.c-main.one'
    expect(await keboola.call('PUT', path, { json: { displayName: 'first' } })).toMatchObject({
      status: 200,
      json: { id: 'in.c-main.one', displayName: 'first' },
    })
    expect(await keboola.call('PUT', path, { json: { displayName: 'two' } })).toMatchObject({
      status: 400,
      json: { code: 'storage.buckets.tableAlreadyExists' },
    })
    const json = { name: 'first', dataFileId: 1 }
    expect(await keboola.call('POST', '/buckets/in.c-main/tables-async', { json })).toMatchObject({
      json: { code: 'storage.buckets.tableAlreadyExists' },
    })
  })
})
