import { describe, expect, it } from 'vitest'
import { startKeboola, type TestKeboola } from './keboola-fixture.ts'

const orders = 'id,name,city\n1,Ann,Oslo\n2,Bo,Rome\n3,Cy,Oslo\n'

async function preview(keboola: TestKeboola, id: string): Promise<string> {
  return (await keboola.call('GET', `/tables/${id}/data-preview`)).text
}

describe('an alias', () => {
  it('shows the rows and columns of its source, as they are at any time', async () => {
    const keboola = await startKeboola()
    const sourceTable = await keboola.table(orders, { primaryKey: 'id' })
    await keboola.bucket('views')
    const { status, json } = await keboola.call('POST', '/buckets/in.c-views/table-aliases', {
      json: { sourceTable, name: 'all' },
    })
    expect(status).toBe(201)
    expect(json).toMatchObject({
      id: 'in.c-views.all',
      isAlias: true,
      aliasColumnsAutoSync: true,
      columns: ['id', 'name', 'city'],
      sourceTable: { id: sourceTable, isAlias: false, project: { id: 8625 } },
    })
    expect(await preview(keboola, 'in.c-views.all')).toBe(await preview(keboola, sourceTable))
    await keboola.job('POST', `/tables/${sourceTable}/columns`, { json: { name: 'more' } })
    expect((await keboola.call('GET', '/tables/in.c-views.all')).json.columns).toEqual(['id', 'name', 'city', 'more'])
    expect((await keboola.exported('in.c-views.all')).parts.join('')).toContain('"1","Ann","Oslo",""')
  })

  it('shows some columns and some rows, and changes what it shows', async () => {
    const keboola = await startKeboola()
    const sourceTable = await keboola.table(orders)
    const json = {
      sourceTable,
      name: 'some',
      aliasColumns: ['id', 'name'],
      aliasFilter: { column: 'city', operator: 'eq', values: ['Oslo'] },
    }
    const created = await keboola.call('POST', '/buckets/in.c-main/table-aliases', { json })
    expect(created.json).toMatchObject({ columns: ['id', 'name'], aliasColumnsAutoSync: false })
    const id = 'in.c-main.some'
    const oslo = '"id","name"\n"1","Ann"\n"3","Cy"\n'
    expect(await preview(keboola, id)).toBe(oslo)
    expect((await keboola.exported(id)).parts.join('')).toBe('"1","Ann"\n"3","Cy"\n')
    const filter = { column: 'city', operator: 'ne', values: ['Oslo'] }
    expect((await keboola.call('POST', `/tables/${id}/alias-filter`, { json: filter })).json.aliasFilter).toEqual(
      filter,
    )
    expect(await preview(keboola, id)).toBe('"id","name"\n"2","Bo"\n')
    // An export is never the one from before the change.
    expect((await keboola.exported(id)).parts.join('')).toBe('"2","Bo"\n')
    expect((await keboola.call('DELETE', `/tables/${id}/alias-filter`)).status).toBe(204)
    expect((await preview(keboola, id)).split('\n')).toHaveLength(5)
    expect((await keboola.call('POST', `/tables/${id}/alias-columns-auto-sync`)).status).toBe(204)
    expect((await keboola.call('GET', `/tables/${id}`)).json.columns).toEqual(['id', 'name', 'city'])
    expect((await keboola.call('DELETE', `/tables/${id}/alias-columns-auto-sync`)).status).toBe(204)
    expect((await keboola.call('GET', `/tables/${id}`)).json.aliasColumnsAutoSync).toBe(false)
  })

  it('takes no rows, and keeps its source from being dropped', async () => {
    const keboola = await startKeboola()
    const sourceTable = await keboola.table(orders)
    await keboola.call('POST', '/buckets/in.c-main/table-aliases', { json: { sourceTable, name: 'view' } })
    const refused = await keboola.call('POST', '/tables/in.c-main.view/import-async', { json: { dataString: orders } })
    expect([refused.status, refused.json.code]).toEqual([400, 'storage.tables.aliasImportNotAllowed'])
    const dropped = await keboola.call('DELETE', `/tables/${sourceTable}`)
    expect(dropped.json.code).toBe('tables.cannotDeletedTableWithAliases')
    expect((await keboola.call('DELETE', `/tables/${sourceTable}?force=1`)).status).toBe(204)
    expect((await keboola.call('GET', '/tables/in.c-main.view')).status).toBe(404)
  })

  it('of nothing, of columns that are missing, or by a name that is taken is refused', async () => {
    const keboola = await startKeboola()
    const sourceTable = await keboola.table(orders)
    const codeOf = async (json: object): Promise<unknown> => {
      const answer = await keboola.call('POST', '/buckets/in.c-main/table-aliases', { json })
      return [answer.status, answer.json.code]
    }
    expect(await codeOf({})).toEqual([400, 'storage.tables.validation'])
    expect(await codeOf({ sourceTable: 'in.c-main.no' })).toEqual([404, 'storage.tables.notFound'])
    expect(await codeOf({ sourceTable })).toEqual([400, 'storage.buckets.tableAlreadyExists'])
    const name = 'view'
    expect(await codeOf({ sourceTable, name: 'a.b' })).toEqual([400, 'storage.tables.validation'])
    expect(await codeOf({ sourceTable, name, aliasColumns: ['no'] })).toEqual([400, 'storage.tables.columnNotExists'])
    const aliasFilter = { column: 'id', operator: 'gt', values: ['1'] }
    expect(await codeOf({ sourceTable, name, aliasFilter })).toEqual([400, 'storage.tables.validation'])
    expect((await keboola.call('POST', `/tables/${sourceTable}/alias-filter`, { json: {} })).status).toBe(400)
  })
})

describe('a snapshot', () => {
  it('is restored as a new table, whatever became of the old one', async () => {
    const keboola = await startKeboola()
    const id = await keboola.table(orders, { primaryKey: 'id' })
    const done = await keboola.job('POST', `/tables/${id}/snapshots`, { json: { description: 'before' } })
    expect(done).toMatchObject({ status: 'success', operationName: 'tableSnapshotCreate', results: { type: 'table' } })
    const snapshotId = done.results.id as string
    expect((await keboola.call('GET', `/snapshots/${snapshotId}`)).json).toMatchObject({
      id: snapshotId,
      description: 'before',
      createdTime: '2026-11-20T10:15:02+0100',
      table: { id, primaryKey: ['id'], columns: ['id', 'name', 'city'] },
    })
    await keboola.job('DELETE', `/tables/${id}/rows?allowTruncate=1`)
    const restored = await keboola.job('POST', '/buckets/in.c-main/tables-async', {
      json: { snapshotId, name: 'again' },
    })
    expect(restored.results).toMatchObject({ id: 'in.c-main.again', primaryKey: ['id'], rowsCount: 3 })
    expect(await preview(keboola, 'in.c-main.again')).toContain('"3","Cy","Oslo"')
    const nameless = await keboola.call('POST', '/buckets/in.c-main/tables-async', { json: { snapshotId } })
    expect(nameless.status).toBe(400)
    const unknown = await keboola.call('POST', '/buckets/in.c-main/tables-async', {
      json: { snapshotId: 1, name: 'x' },
    })
    expect([unknown.status, unknown.json.code]).toEqual([404, 'notFound'])
  })

  it('keeps the types of a typed table, and what is null in it', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const columns = [
      { name: 'id', basetype: 'INTEGER' },
      { name: 'note', definition: { type: 'VARCHAR', nullable: true } },
    ]
    const json = { name: 'typed', primaryKeysNames: ['id'], columns }
    await keboola.job('POST', '/buckets/in.c-main/tables-definition', { json })
    await keboola.job('POST', '/tables/in.c-main.typed/import-async', { json: { dataString: 'id,note\n1,\n2,x\n' } })
    const { results } = await keboola.job('POST', '/tables/in.c-main.typed/snapshots')
    const copy = { snapshotId: results.id, name: 'copy' }
    await keboola.job('POST', '/buckets/in.c-main/tables-async', { json: copy })
    const table = (await keboola.call('GET', '/tables/in.c-main.copy')).json
    expect(table).toMatchObject({ isTyped: true, primaryKey: ['id'], columns: ['id', 'note'] })
    const { rows } = (await keboola.call('GET', '/tables/in.c-main.copy/data-preview?format=json')).json
    expect(rows[0][1]).toEqual({ columnName: 'note', value: null, isTruncated: false })
  })

  it('is listed newest first, and is there until it is deleted, also after a restart', async () => {
    const keboola = await startKeboola()
    const id = await keboola.table(orders)
    const ids: string[] = []
    for (let count = 0; count < 3; count += 1) {
      ids.unshift((await keboola.job('POST', `/tables/${id}/snapshots`)).results.id as string)
    }
    const list = async (query = ''): Promise<unknown> =>
      (await keboola.call('GET', `/tables/${id}/snapshots${query}`)).json.map((one: { id: string }) => one.id)
    expect(await list()).toEqual(ids)
    expect(await list('?limit=1&offset=1')).toEqual(ids.slice(1, 2))
    const done = await keboola.job('DELETE', `/snapshots/${ids[0]}`)
    expect(done).toMatchObject({ status: 'success', operationName: 'tableSnapshotDelete', results: null })
    expect((await keboola.call('GET', `/snapshots/${ids[0]}`)).status).toBe(404)
    const again = await startKeboola({ storage: keboola.storage })
    expect((await again.call('GET', `/tables/${id}/snapshots`)).json).toHaveLength(2)
    const json = { snapshotId: ids[1], name: 'again' }
    expect((await again.job('POST', '/buckets/in.c-main/tables-async', { json })).results.rowsCount).toBe(3)
  })
})

describe('time travel', () => {
  it('goes back as far as the table has not changed since', async () => {
    const keboola = await startKeboola()
    const sourceTableId = await keboola.table(orders, { primaryKey: 'id' })
    await keboola.clock.advance(60_000)
    const create = (timestamp: string, name: string): ReturnType<TestKeboola['call']> =>
      keboola.call('POST', '/buckets/in.c-main/tables-async', { json: { sourceTableId, timestamp, name } })
    const done = await keboola.wait((await create('2026-11-20T10:15:30+0100', 'then')).json.id as number)
    expect(done.results).toMatchObject({ id: 'in.c-main.then', rowsCount: 3, primaryKey: ['id'] })
    expect((await create('2026-11-20T10:15:30', 'x')).status).toBe(400)
    const early = await keboola.wait((await create('2026-11-20T10:00:00+0100', 'x')).json.id as number)
    expect([early.status, early.error.code]).toEqual(['error', 'storage.tables.validation'])
  })
})
