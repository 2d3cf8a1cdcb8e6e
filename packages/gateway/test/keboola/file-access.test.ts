import { describe, expect, it } from 'vitest'
import { startKeboola } from './keboola-fixture.ts'

describe('a file of somebody else', () => {
  it('is no data for those who may not read it', async () => {
    const keboola = await startKeboola({
      tokens: [
        { token: 'small', bucketPermissions: { 'in.c-main': 'write' } },
        { token: 'wide', bucketPermissions: { 'in.c-main': 'write' }, canReadAllFileUploads: true },
      ],
    })
    const table = await keboola.table('id\n1\n')
    const dataFileId = await keboola.file('id\n2\n')
    const imports = [
      [`/tables/${table}/import-async`, { dataFileId }],
      [`/tables/${table}/import`, { dataFileId }],
      ['/buckets/in.c-main/tables-async', { dataFileId, name: 'a' }],
      ['/buckets/in.c-main/tables', { dataFileId, name: 'b' }],
    ] as const
    for (const [path, fields] of imports) {
      const form = Object.entries(fields).map(([name, value]) => [name, String(value)] as const)
      const refused = await keboola.call('POST', path, { form, token: 'small' })
      expect([path, refused.status, refused.json.code]).toEqual([path, 403, 'accessDenied'])
      expect((await keboola.call('POST', path, { form, token: 'wide' })).status).toBeLessThan(300)
    }
  })

  it('does not become readable by the tables of a workspace', async () => {
    const keboola = await startKeboola({ tokens: [{ token: 'small', bucketPermissions: { 'in.c-main': 'write' } }] })
    const source = await keboola.table('id\n1\n')
    const { id } = (await keboola.call('POST', '/workspaces', { json: {} })).json
    await keboola.job('POST', `/workspaces/${id}/load`, { json: { input: [{ source, destination: 'w' }] } })
    const json = { dataWorkspaceId: id, dataObject: 'w' }
    expect((await keboola.call('POST', `/tables/${source}/import-async`, { json, token: 'small' })).status).toBe(403)
    const row = await keboola.storage
      .bucket('keboola-gateway')
      .table('records')
      .get({ key: `workspace/${id}` })
    const { objects } = JSON.parse(row?.['value'] as string) as { objects: { fileId: number }[] }
    for (const { fileId } of objects) {
      expect((await keboola.call('GET', `/files/${fileId}`)).status).toBe(404)
      const taken = { json: { dataFileId: fileId }, token: 'small' }
      expect((await keboola.call('POST', `/tables/${source}/import-async`, taken)).status).toBe(403)
    }
    expect(objects).toHaveLength(1)
  })
})
