import { describe, expect, test } from 'vitest'
import { startKeboola, type TestKeboola } from './keboola-fixture.ts'

const path = '/tables/in.c-main.orders'

async function withTable(csv = 'id,name\n1,Ann\n2,Bob\n', primaryKey?: string): Promise<TestKeboola> {
  const keboola = await startKeboola()
  await keboola.table(csv, primaryKey === undefined ? {} : { primaryKey })
  return keboola
}

describe('columns', () => {
  test('one is added behind the others, empty, by its normalized name', async () => {
    const keboola = await withTable()
    const done = await keboola.job('POST', `${path}/columns`, { json: { name: 'First Name' } })
    expect(done).toMatchObject({ status: 'success', operationName: 'tableColumnAdd', tableId: 'in.c-main.orders' })
    expect((await keboola.call('GET', `${path}/data-preview`)).text).toBe(
      '"id","name","First_Name"\n"1","Ann",""\n"2","Bob",""\n',
    )
    const { parts } = await keboola.exported('in.c-main.orders', {
      whereFilters: [{ column: 'First_Name', operator: 'ne', values: ['x'] }],
    })
    expect(parts.join('')).toBe('"1","Ann",""\n"2","Bob",""\n')
  })

  test.each([
    [{ name: 'NAME' }, 'storage.tables.columnAlreadyExists'],
    [{ name: '--' }, 'storage.tables.invalidColumnName'],
    [{}, 'storage.tables.validation'],
    [{ name: 'x', basetype: 'STRING' }, 'storage.tables.validation'],
  ])('%j is refused', async (json, code) => {
    const keboola = await withTable()
    expect(await keboola.call('POST', `${path}/columns`, { json })).toMatchObject({ status: 400, json: { code } })
  })

  test('one goes with its values, and comes back empty', async () => {
    const keboola = await withTable('id,name,city\n1,Ann,Oslo\n')
    const done = await keboola.job('DELETE', `${path}/columns/name?force=1`)
    expect(done).toMatchObject({ status: 'success', operationName: 'tableColumnDelete' })
    expect((await keboola.call('GET', `${path}/data-preview`)).text).toBe('"id","city"\n"1","Oslo"\n')
    await keboola.job('POST', `${path}/columns`, { json: { name: 'name' } })
    expect((await keboola.call('GET', `${path}/data-preview`)).text).toBe('"id","city","name"\n"1","Oslo",""\n')
  })

  test('those of the key, the last one and unknown ones stay', async () => {
    const keboola = await withTable('id,name\n', 'id')
    expect(await keboola.call('DELETE', `${path}/columns/id`)).toMatchObject({
      status: 400,
      json: { code: 'storage.tables.cannotDeletePrimaryKeyColumn' },
    })
    expect(await keboola.call('DELETE', `${path}/columns/nope`)).toMatchObject({ status: 404 })
    await keboola.job('DELETE', `${path}/primary-key/`)
    await keboola.job('DELETE', `${path}/columns/id`)
    expect(await keboola.call('DELETE', `${path}/columns/name`)).toMatchObject({ status: 400 })
  })

  test('a typed table takes typed columns, with a default in the rows that are there', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const json = { name: 'orders', columns: [{ name: 'id', basetype: 'INTEGER' }] }
    await keboola.job('POST', '/buckets/in.c-main/tables-definition', { json })
    const load = { dataFileId: await keboola.file('id\n1\n') }
    await keboola.job('POST', `${path}/import-async`, { json: load })
    const required = { name: 'n', definition: { type: 'INT', nullable: false } }
    expect(await keboola.call('POST', `${path}/columns`, { json: required })).toMatchObject({ status: 400 })
    const column = { name: 'n', definition: { type: 'NUMBER', length: '12,2', default: '7' } }
    const done = await keboola.job('POST', `${path}/columns`, { json: column })
    expect(done.results.definition.columns).toMatchObject([{ name: 'id' }, { name: 'n', basetype: 'NUMERIC' }])
    expect((await keboola.call('GET', `${path}/data-preview`)).text).toBe('"id","n"\n"1","7"\n')
    const changed = await keboola.job('PUT', `${path}/columns/n/definition`, { json: { length: '20,2' } })
    expect(changed).toMatchObject({ operationName: 'tableColumnDefinitionUpdate', status: 'success' })
  })
})

describe('primary keys', () => {
  test('one is set, taken away and set again; without one there is nothing to take away', async () => {
    const keboola = await withTable()
    const set = await keboola.job('POST', `${path}/primary-key`, { json: { columns: ['id'] } })
    expect(set).toMatchObject({ status: 'success', operationName: 'tablePrimaryKeyAdd', results: null })
    expect((await keboola.call('GET', path)).json.primaryKey).toEqual(['id'])
    const again = await keboola.job('POST', `${path}/primary-key`, { json: { columns: ['name'] } })
    expect(again).toMatchObject({ status: 'error', error: { code: 'storage.validation.primaryKey' } })
    for (const _ of [1, 2]) {
      const gone = await keboola.job('DELETE', `${path}/primary-key`)
      expect(gone).toMatchObject({ status: 'success', operationName: 'tablePrimaryKeyDelete' })
    }
    expect((await keboola.job('POST', `${path}/primary-key`, { json: { columns: ['name', 'id'] } })).status).toBe(
      'success',
    )
    expect((await keboola.call('GET', path)).json.primaryKey).toEqual(['name', 'id'])
  })

  test('over rows that share it none is set', async () => {
    const keboola = await withTable('id,name\n1,Ann\n1,Bob\n')
    const done = await keboola.job('POST', `${path}/primary-key`, { json: { columns: ['id'] } })
    expect(done).toMatchObject({ status: 'error', error: { code: 'storage.tables.primaryKeyDuplicateValues' } })
    expect((await keboola.call('GET', path)).json.primaryKey).toEqual([])
  })

  test('a column that came later can be in it', async () => {
    const keboola = await withTable('id,name\n1,Ann\n')
    await keboola.job('POST', `${path}/columns`, { json: { name: 'key' } })
    expect((await keboola.job('POST', `${path}/primary-key`, { json: { columns: ['key'] } })).status).toBe('success')
  })

  test.each([[{}], [{ columns: [] }], [{ columns: 'id' }], [{ columns: ['ID'] }], [{ columns: ['id', 'id'] }]])(
    '%j is refused',
    async (json) => {
      const keboola = await withTable()
      expect(await keboola.call('POST', `${path}/primary-key`, { json })).toMatchObject({
        status: 400,
        json: { code: 'storage.validation.primaryKey' },
      })
    },
  )
})

describe('deleting rows', () => {
  const csv = 'id,name,n\n1,Ann,5\n2,Bob,50\n3,,6\n'

  test.each([
    [{ whereFilters: [{ column: 'name', operator: 'eq', values: ['Ann', 'Bob'] }] }, 2],
    [{ whereFilters: [{ column: 'name', operator: 'ne', values: ['Ann'] }] }, 2],
    [
      {
        whereFilters: [
          { column: 'name', values: ['Ann'] },
          { column: 'id', values: ['2'] },
        ],
      },
      0,
    ],
    [{ whereColumn: 'name', whereValues: ['Ann'] }, 1],
    [{ whereColumn: 'name', whereOperator: 'neq', whereValues: ['Ann'] }, 2],
    [{ whereFilters: [{ column: 'n', values: ['5.0'], dataType: 'DOUBLE' }] }, 1],
    [{ changedSince: '-1 day' }, 3],
    [{ changedUntil: '-1 day' }, 0],
    [{ allowTruncate: 1 }, 3],
  ])('%j deletes %i', async (json, deletedRows) => {
    const keboola = await withTable(csv)
    const done = await keboola.job('DELETE', `${path}/rows`, { json })
    expect(done).toMatchObject({ status: 'success', operationName: 'tableRowsDelete', results: { deletedRows } })
    expect((await keboola.call('GET', path)).json.rowsCount).toBe(3 - deletedRows)
    expect((await keboola.call('GET', `${path}/data-preview`)).text.split('\n')).toHaveLength(5 - deletedRows)
  })

  test('by query as well', async () => {
    const keboola = await withTable(csv)
    const query = 'whereFilters[0][column]=id&whereFilters[0][operator]=eq&whereFilters[0][values][0]=1'
    expect((await keboola.job('DELETE', `${path}/rows?${query}`)).results).toEqual({ deletedRows: 1 })
  })

  test.each([
    [{}, 'storage.tables.validation.unintendedTruncation'],
    [{ async: true }, 'storage.tables.validation'],
    [{ whereFilter: [] }, 'storage.tables.validation'],
    [{ whereColumn: 'id' }, 'validation.failed'],
    [{ whereColumn: 'nope', whereValues: ['1'] }, 'storage.tables.columnNotExists'],
    [{ whereFilters: [{ column: 'id', operator: 'gt', values: ['1'] }] }, 'storage.validation'],
    [{ whereFilters: 'id' }, 'storage.validation'],
    [{ whereFilters: [{ column: 'id', values: [] }] }, 'storage.validation'],
  ])('%j is refused', async (json, code) => {
    const keboola = await withTable(csv)
    expect(await keboola.call('DELETE', `${path}/rows`, { json })).toMatchObject({ status: 400, json: { code } })
    expect((await keboola.call('GET', path)).json.rowsCount).toBe(3)
  })
})
