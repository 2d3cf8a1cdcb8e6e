import { describe, expect, it } from 'vitest'
import { startKeboola, type TestKeboola } from './keboola-fixture.ts'

const orders = 'id,name,city\n1,Ann,Oslo\n2,Bo,Rome\n3,Cy,Oslo\n'

async function create(keboola: TestKeboola, json: object = {}): Promise<number> {
  const answer = await keboola.call('POST', '/workspaces', { json })
  expect(answer.status).toBe(201)
  return answer.json.id as number
}

/** Exports a table of a workspace and gives its text. */
async function contentOf(keboola: TestKeboola, id: number, tableName: string): Promise<string> {
  const done = await keboola.job('POST', `/workspaces/${id}/table-export`, { json: { tableName } })
  expect(done).toMatchObject({ status: 'success', operationName: 'workspaceTableExport' })
  return (await keboola.call('GET', `/files/${done.results.file.id}/content`)).text
}

describe('a workspace', () => {
  it('is created with a password that is told once, listed and deleted', async () => {
    const keboola = await startKeboola()
    const created = (await keboola.call('POST', '/workspaces', { form: { backend: 'snowflake' } })).json
    expect(created).toMatchObject({
      name: `WORKSPACE_${created.id}`,
      type: 'table',
      created: '2026-11-20T10:15:02+0100',
      connection: { backend: 'snowflake', database: 'KEBOOLA_8625', schema: `WORKSPACE_${created.id}` },
      backendSize: 'small',
      readOnlyStorageAccess: false,
    })
    const { password, ...connection } = created.connection as Record<string, string>
    expect(password).toMatch(/^[\w-]{24}$/)
    const detail = (await keboola.call('GET', `/workspaces/${created.id}`)).json
    expect(detail).toEqual({ ...created, connection })
    expect((await keboola.call('GET', '/workspaces')).json).toEqual([detail])
    const reset = await keboola.call('POST', `/workspaces/${created.id}/password`)
    expect([reset.status, reset.json.password === password]).toEqual([201, false])
    expect((await keboola.call('DELETE', `/workspaces/${created.id}`)).status).toBe(204)
    const gone = await keboola.call('GET', `/workspaces/${created.id}`)
    expect([gone.status, gone.json.code]).toEqual([404, 'workspace.workspaceNotFound'])
  })

  it('is created and deleted by jobs without a password', async () => {
    const keboola = await startKeboola()
    const done = await keboola.job('POST', '/workspaces?async=1', { json: { loginType: 'none' } })
    expect(done).toMatchObject({ status: 'success', operationName: 'workspaceCreate' })
    expect(done.results.connection).not.toHaveProperty('password')
    const id = done.results.id as number
    expect((await keboola.call('POST', `/workspaces/${id}/password`)).status).toBe(400)
    expect((await keboola.job('DELETE', `/workspaces/${id}?async=1`)).status).toBe('success')
    expect((await keboola.call('GET', '/workspaces')).json).toEqual([])
  })

  it('takes keys, and gives credentials', async () => {
    const keboola = await startKeboola()
    const id = await create(keboola, { loginType: 'none' })
    const json = { publicKey: 'ssh' }
    expect((await keboola.call('POST', `/workspaces/${id}/public-key`, { json })).json.id).toBe(id)
    expect((await keboola.call('POST', `/workspaces/${id}/public-key/RSA_PUBLIC_KEY_2`, { json })).status).toBe(201)
    expect((await keboola.call('POST', `/workspaces/${id}/public-key/OTHER`, { json })).status).toBe(404)
    const given = await keboola.call('POST', `/workspaces/${id}/credentials`, { json: {} })
    expect(given.status).toBe(200)
    expect(given.json.connection.privateKey).toContain('BEGIN PRIVATE KEY')
    const path = `/workspaces/${id}/credentials/${given.json.connection.credentials.id}`
    expect((await keboola.call('GET', path)).json.connection).not.toHaveProperty('privateKey')
    expect((await keboola.call('DELETE', path)).status).toBe(204)
    expect((await keboola.call('GET', path)).status).toBe(404)
  })

  it('is loaded as the official Python client does it, and purged unless told otherwise', async () => {
    const keboola = await startKeboola()
    const source = await keboola.table(orders)
    const id = await create(keboola)
    const form = { 'input[0][source]': source, 'input[0][destination]': 'all', preserve: 'true' }
    const done = await keboola.job('POST', `/workspaces/${id}/load`, { form })
    expect(done).toMatchObject({ status: 'success', operationName: 'workspaceLoad', results: null })
    expect(await contentOf(keboola, id, 'all')).toBe(
      '"id","name","city"\n"1","Ann","Oslo"\n"2","Bo","Rome"\n"3","Cy","Oslo"\n',
    )
    const load = (preserve: boolean, destination: string): Promise<unknown> =>
      keboola.job('POST', `/workspaces/${id}/load`, { json: { input: [{ source, destination }], preserve } })
    await load(true, 'second')
    expect(await contentOf(keboola, id, 'all')).toContain('Ann')
    expect(await load(true, 'second')).toMatchObject({ status: 'error', error: { code: 'workspace.duplicateTable' } })
    await load(false, 'third')
    const gone = await keboola.call('POST', `/workspaces/${id}/table-export`, { json: { tableName: 'all' } })
    expect([gone.status, gone.json.code]).toEqual([404, 'workspace.tableNotFound'])
  })

  it('is loaded with some columns and rows, and added to', async () => {
    const keboola = await startKeboola()
    const source = await keboola.table(orders)
    const id = await create(keboola)
    const input = {
      source,
      destination: 'oslo',
      columns: [{ source: 'name' }, { source: 'id', destination: 'ID' }],
      whereFilters: [{ column: 'city', operator: 'eq', values: ['Oslo'] }],
      rows: 1,
      loadType: 'COPY',
    }
    const load = (more: object): ReturnType<TestKeboola['job']> =>
      keboola.job('POST', `/workspaces/${id}/load`, { json: { input: [{ ...input, ...more }], preserve: true } })
    await load({})
    expect(await contentOf(keboola, id, 'oslo')).toBe('"name","ID"\n"Ann","1"\n')
    await load({ incremental: true, rows: 2 })
    expect(await contentOf(keboola, id, 'oslo')).toBe('"name","ID"\n"Ann","1"\n"Ann","1"\n"Cy","3"\n')
    expect((await load({ incremental: true, columns: ['id'] })).error.code).toBe('workspace.columnsNotMatch')
    await load({ overwrite: true, columns: ['id'] })
    expect(await contentOf(keboola, id, 'oslo')).toBe('"id"\n"1"\n')
  })

  it('is unloaded into new tables and into those that are there', async () => {
    const keboola = await startKeboola()
    const source = await keboola.table(orders, { primaryKey: 'id' })
    const id = await create(keboola)
    await keboola.job('POST', `/workspaces/${id}/load`, { json: { input: [{ source, destination: 'w' }] } })
    const json = { name: 'back', dataWorkspaceId: id, dataObject: 'w', primaryKey: 'id' }
    const done = await keboola.job('POST', '/buckets/in.c-main/tables-async', { json })
    expect(done.results).toMatchObject({ id: 'in.c-main.back', rowsCount: 3, primaryKey: ['id'] })
    const again = { dataWorkspaceId: id, dataTableName: 'w', incremental: 1 }
    const added = await keboola.job('POST', '/tables/in.c-main.back/import-async', { json: again })
    expect(added.results).toMatchObject({ importedRowsCount: 3, totalRowsCount: 3 })
    const missing = { dataWorkspaceId: id, dataObject: 'no' }
    expect((await keboola.call('POST', '/tables/in.c-main.back/import-async', { json: missing })).status).toBe(404)
  })

  it('keeps its tables out of the list of files, and over a restart', async () => {
    const keboola = await startKeboola()
    const source = await keboola.table(orders)
    const id = await create(keboola)
    const before = (await keboola.call('GET', '/files')).json
    await keboola.job('POST', `/workspaces/${id}/load`, { json: { input: [{ source, destination: 'w' }] } })
    expect((await keboola.call('GET', '/files')).json.map((one: { id: number }) => one.id)).toEqual(
      before.map((one: { id: number }) => one.id),
    )
    const again = await startKeboola({ storage: keboola.storage })
    expect(await contentOf(again, id, 'w')).toContain('"3","Cy","Oslo"')
  })

  it("of somebody else is nobody else's", async () => {
    const keboola = await startKeboola({ tokens: [{ token: 'a' }, { token: 'b' }] })
    const source = await keboola.table(orders)
    const { id } = (await keboola.call('POST', '/workspaces', { json: {}, token: 'a' })).json
    expect((await keboola.call('GET', `/workspaces/${id}`, { token: 'b' })).status).toBe(403)
    expect((await keboola.call('GET', '/workspaces', { token: 'b' })).json).toEqual([])
    expect((await keboola.call('GET', `/workspaces/${id}`)).status).toBe(200)
    const json = { input: [{ source, destination: 'w' }] }
    expect((await keboola.call('POST', `/workspaces/${id}/load`, { json, token: 'a' })).status).toBe(403)
  })

  it('refuses loads that can not be', async () => {
    const keboola = await startKeboola()
    const source = await keboola.table(orders)
    const id = await create(keboola)
    const statusOf = async (input: unknown): Promise<number> =>
      (await keboola.call('POST', `/workspaces/${id}/load`, { json: { input } })).status
    const destination = 'w'
    expect(await statusOf([])).toBe(400)
    expect(await statusOf('x')).toBe(400)
    expect(await statusOf([{ source }])).toBe(400)
    expect(await statusOf([{ source: 'in.c-main.no', destination }])).toBe(404)
    expect(await statusOf([{ source, destination, columns: ['no'] }])).toBe(400)
    expect(await statusOf([{ source, destination, loadType: 'MAGIC' }])).toBe(400)
    expect(await statusOf([{ source, destination: '../w' }])).toBe(400)
    const twice = { source, destination }
    expect(await statusOf([twice, { ...twice, destination: 'W' }])).toBe(400)
    expect((await keboola.call('POST', '/workspaces', { json: { backend: 'redshift' } })).status).toBe(400)
  })
})
