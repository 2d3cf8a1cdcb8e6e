import { describe, expect, test } from 'vitest'
import { startKeboola } from './keboola-fixture.ts'

describe('tables from files', () => {
  test('a file becomes a table whose columns are its header', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const dataFileId = await keboola.file('id,First Name\n1,Ann\n2,"B, ""b"""\n')
    const json = { name: 'orders', dataFileId, primaryKey: 'id' }
    const accepted = await keboola.call('POST', '/buckets/in.c-main/tables-async', { json })
    expect(accepted).toMatchObject({
      status: 202,
      json: { status: 'waiting', operationName: 'tableCreate', results: null },
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
    const exported = await keboola.exported('in.c-main.orders')
    expect(exported).toMatchObject({ isSliced: true, parts: ['"1","Ann"\n', '"2","B, ""b"""\n'] })
  })
})
