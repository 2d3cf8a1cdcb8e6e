import { describe, expect, it } from 'vitest'
import { startKeboola } from './keboola-fixture.ts'

const provider = 'our-adapter'

describe('metadata', () => {
  it.each([
    ['buckets/in.c-main', 'bucket'],
    ['tables/in.c-main.orders', 'table'],
    ['columns/in.c-main.orders.id', 'column'],
  ])('of %s is put by provider and key, listed and deleted', async (path) => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n')
    const put = (metadata: object[], by = provider): ReturnType<typeof keboola.call> =>
      keboola.call('POST', `/${path}/metadata`, { json: { provider: by, metadata } })
    expect((await keboola.call('GET', `/${path}/metadata`)).json).toEqual([])
    const first = await put([
      { key: 'KBC.description', value: 'Our orders' },
      { key: 'n', value: 7 },
    ])
    expect(first.status).toBe(201)
    expect(first.json).toMatchObject([
      { key: 'KBC.description', value: 'Our orders', provider, timestamp: '2026-11-20T10:15:02+0100' },
      { key: 'n', value: '7' },
    ])
    await keboola.clock.advance(1000)
    await put([{ key: 'n', value: '8' }])
    const form = 'provider=other&metadata%5B0%5D%5Bkey%5D=n&metadata%5B0%5D%5Bvalue%5D='
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await keboola.call('POST', `/${path}/metadata`, { body: form, headers })).status).toBe(201)
    const { json } = await keboola.call('GET', `/${path}/metadata`)
    expect(json.map(({ key, value, provider: by }: Record<string, string>) => [key, value, by])).toEqual([
      ['KBC.description', 'Our orders', provider],
      ['n', '8', provider],
      ['n', '', 'other'],
    ])
    expect(json[1]).toMatchObject({ id: first.json[1].id, timestamp: '2026-11-20T10:15:03+0100' })
    expect((await keboola.call('DELETE', `/${path}/metadata/${json[1].id}`)).status).toBe(204)
    const gone = await keboola.call('DELETE', `/${path}/metadata/${json[1].id}`)
    expect([gone.status, gone.json.code]).toEqual([404, 'storage.metadata.notFound'])
    expect((await keboola.call('GET', `/${path}/metadata`)).json).toHaveLength(2)
  })

  it('of a table comes with that of its columns, as the official Python client sends it', async () => {
    const keboola = await startKeboola()
    const id = await keboola.table('id,name\n1,Ann\n')
    const json = {
      provider,
      metadata: [{ key: 'k', value: 'v' }],
      columnsMetadata: [
        [
          { key: 'type', value: 'int', columnName: 'id' },
          { key: 'x', value: 'y', columnName: 'id' },
        ],
      ],
    }
    const answer = await keboola.call('POST', `/tables/${id}/metadata`, { json })
    expect(answer.json).toMatchObject({
      metadata: [{ key: 'k', value: 'v' }],
      columnsMetadata: {
        id: [
          { key: 'type', value: 'int' },
          { key: 'x', value: 'y' },
        ],
      },
    })
    const byName = { provider, columnsMetadata: { name: [{ key: 'type', value: 'text' }] } }
    expect((await keboola.call('POST', `/tables/${id}/metadata`, { json: byName })).status).toBe(201)
    const table = (await keboola.call('GET', `/tables/${id}`)).json
    expect(table.metadata).toMatchObject([{ key: 'k' }])
    expect(Object.keys(table.columnMetadata as object)).toEqual(['id', 'name'])
    const form = [
      ['provider', provider],
      ['columnsMetadata[0][0][columnName]', 'id'],
      ['columnsMetadata[0][0][key]', 'z'],
      ['columnsMetadata[0][0][value]', '1'],
    ] as const
    expect((await keboola.call('POST', `/tables/${id}/metadata`, { form })).json).toMatchObject([{ key: 'k' }])
    expect((await keboola.call('GET', `/columns/${id}.id/metadata`)).json).toHaveLength(3)
  })

  it('that is malformed is refused by the code that says why', async () => {
    const keboola = await startKeboola()
    const id = await keboola.table('id\n1\n')
    const codeOf = async (json: object): Promise<unknown> =>
      (await keboola.call('POST', `/tables/${id}/metadata`, { json })).json.code
    const item = { key: 'k', value: 'v' }
    for (const by of [undefined, '', 'storage', 'system']) {
      expect(await codeOf({ provider: by, metadata: [item] })).toBe('storage.metadata.invalidProvider')
    }
    expect(await codeOf({ provider, metadata: [{ key: 'a b', value: 'v' }] })).toBe('storage.metadata.invalidKey')
    expect(await codeOf({ provider, metadata: [{ value: 'v' }] })).toBe('storage.metadata.invalidKey')
    for (const metadata of [undefined, [], 'x', ['x'], [{ key: 'k' }], [{ key: 'k', value: {} }]]) {
      expect(await codeOf({ provider, metadata })).toBe('storage.metadata.invalidStructure')
    }
    expect(await codeOf({ provider, columnsMetadata: 'x' })).toBe('storage.metadata.invalidStructure')
    expect(await codeOf({ provider, columnsMetadata: { no: [item] } })).toBe('storage.tables.columnNotExists')
  })

  it('of what is not there is not found', async () => {
    const keboola = await startKeboola()
    const id = await keboola.table('id\n1\n')
    for (const [path, code] of [
      ['buckets/in.c-no', 'storage.buckets.notFound'],
      ['tables/in.c-main.no', 'storage.tables.notFound'],
      ['columns/in.c-main.no.id', 'storage.tables.notFound'],
      [`columns/${id}.no`, 'storage.tables.columnNotExists'],
      ['columns/x', 'storage.tables.notFound'],
    ]) {
      const { status, json } = await keboola.call('GET', `/${path}/metadata`)
      expect([path, status, json.code]).toEqual([path, 404, code])
    }
  })

  it('is written by those only who may write', async () => {
    const keboola = await startKeboola({ tokens: [{ token: 'r', bucketPermissions: { 'in.c-main': 'read' } }] })
    const id = await keboola.table('id\n1\n')
    const json = { provider, metadata: [{ key: 'k', value: 'v' }] }
    expect((await keboola.call('GET', `/tables/${id}/metadata`, { token: 'r' })).status).toBe(200)
    expect((await keboola.call('POST', `/tables/${id}/metadata`, { token: 'r', json })).status).toBe(403)
  })

  it('is what tables are searched by, and goes with them', async () => {
    const keboola = await startKeboola()
    const id = await keboola.table('id\n1\n')
    const json = { provider, metadata: [{ key: 'team', value: 'a' }] }
    await keboola.call('POST', `/tables/${id}/metadata`, { json })
    await keboola.call('POST', `/columns/${id}.id/metadata`, { json })
    const search = async (query: string): Promise<unknown> =>
      (await keboola.call('GET', `/search/tables?${query}`)).json
    expect(await search('metadataKey=team&metadataValue=a')).toMatchObject([{ id }])
    expect(await search('metadataKey=team&metadataValue=b')).toEqual([])
    expect((await keboola.call('GET', '/search/tables')).status).toBe(400)
    await keboola.call('DELETE', `/tables/${id}`)
    await keboola.table('id\n1\n')
    expect((await keboola.call('GET', `/tables/${id}/metadata`)).json).toEqual([])
    expect((await keboola.call('GET', `/columns/${id}.id/metadata`)).json).toEqual([])
  })
})
