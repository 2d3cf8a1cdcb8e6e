import { describe, expect, it } from 'vitest'
import { startKeboola } from './keboola-fixture.ts'

describe('the project', () => {
  it('says what it is to anybody', async () => {
    const keboola = await startKeboola()
    const { status, json } = await keboola.call('GET', '?exclude=components', { token: null })
    expect([status, json]).toEqual([
      200,
      { api: 'storage', version: 'v2', services: [], features: [], urlTemplates: {} },
    ])
    expect((await keboola.call('GET', '/', { token: null })).json.components).toEqual([])
  })

  it('verifies tokens', async () => {
    const keboola = await startKeboola({
      fileProvider: 'azure',
      projectId: 42,
      tokens: [{ token: 'reader', description: 'ci', bucketPermissions: { 'in.c-main': 'read' } }, { token: 'nobody' }],
    })
    await keboola.bucket()
    const own = (await keboola.call('GET', '/tokens/verify')).json
    expect(own).toMatchObject({
      id: expect.any(String),
      isMasterToken: true,
      canManageBuckets: true,
      isExpired: false,
      bucketPermissions: { 'in.c-main': 'manage' },
      owner: { id: 42, defaultBackend: 'snowflake', fileStorageProvider: 'azure' },
    })
    const reader = (await keboola.call('GET', '/tokens/verify', { token: 'reader' })).json
    expect(reader).toMatchObject({
      description: 'ci',
      isMasterToken: false,
      bucketPermissions: { 'in.c-main': 'read' },
    })
    // An empty map is an empty list, as PHP has it.
    expect((await keboola.call('GET', '/tokens/verify', { token: 'nobody' })).json.bucketPermissions).toEqual([])
    const { status, json } = await keboola.call('GET', '/tokens/verify', { token: 'guessed' })
    expect([status, json.code]).toEqual([401, 'storage.tokenInvalid'])
    expect((await keboola.call('GET', '/tokens/verify', { token: null })).json.code).toBe('')
  })

  it('has one branch, and the same data below it', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const [branch] = (await keboola.call('GET', '/dev-branches/')).json
    expect(branch).toMatchObject({ id: 18, isDefault: true })
    expect((await keboola.call('GET', '/dev-branches/default')).json).toEqual(branch)
    expect((await keboola.call('GET', '/dev-branches/18')).json).toEqual(branch)
    expect((await keboola.call('GET', '/dev-branches/19')).status).toBe(404)
    expect((await keboola.call('GET', '/branch/default/metadata')).json).toEqual([])
    expect((await keboola.call('GET', '/branch/18/buckets')).json).toMatchObject([{ id: 'in.c-main' }])
  })

  it('gives out tickets that differ, and counts what a run did', async () => {
    const keboola = await startKeboola()
    const one = (await keboola.call('POST', '/tickets')).json.id
    expect((await keboola.call('POST', '/tickets')).json.id).toBeGreaterThan(one as number)
    const headers = { 'x-kbc-runid': String(one) }
    await keboola.call('POST', '/files/prepare', { json: { name: 'a', sizeBytes: 7, federationToken: 1 }, headers })
    const { json } = await keboola.call('GET', `/stats?runId=${one}`)
    expect(json).toMatchObject({
      tables: { import: { totalCount: 0 } },
      files: { total: { count: 1, dataSizeBytes: 7 } },
    })
    expect((await keboola.call('GET', '/stats')).status).toBe(400)
  })

  it('keeps events, newest first, none of 250 kB', async () => {
    const keboola = await startKeboola()
    const send = (json: object): ReturnType<typeof keboola.call> => keboola.call('POST', '/events', { json })
    const first = (await send({ component: 'ours', message: 'one', params: { a: [1] } })).json
    expect(first).toMatchObject({ message: 'one', type: 'info', component: 'ours', params: { a: [1] } })
    const second = (await send({ message: 'two', type: 'error', runId: '7' })).json
    const list = async (query = ''): Promise<unknown> =>
      (await keboola.call('GET', `/events${query}`)).json.map(({ message }: { message: string }) => message)
    expect(await list()).toEqual(['two', 'one'])
    expect(await list('?limit=1&offset=1')).toEqual(['one'])
    expect(await list(`?sinceId=${first.id}`)).toEqual(['two'])
    expect(await list(`?maxId=${second.id}`)).toEqual(['one'])
    expect(await list('?runId=7')).toEqual(['two'])
    expect((await keboola.call('GET', `/events/${first.id}`)).json).toEqual(first)
    expect((await keboola.call('GET', '/events/1')).status).toBe(404)
    expect((await send({ message: 'x'.repeat(250_000) })).json.code).toBe('requestTooLarge')
    expect((await send({ message: 'x', type: 'odd' })).status).toBe(400)
    expect((await send({})).status).toBe(400)
  })

  it('says which names columns would get, and which could stay', async () => {
    const keboola = await startKeboola()
    const columnNames = ['with spaces', 'oid', 'žluťoučký  kůň']
    const webalized = await keboola.call('POST', '/webalize/column-names', { json: { columnNames } })
    expect([webalized.status, webalized.json]).toEqual([200, { columnNames: ['with_spaces', 'oid_', 'zlutoucky_kun'] }])
    const validate = async (names: readonly string[]): Promise<number> =>
      (await keboola.call('POST', '/validate/column-names', { json: { columnNames: names } })).status
    expect(await validate(['id', 'with_spaces'])).toBe(204)
    expect(await validate(['with spaces'])).toBe(422)
    expect(await validate(['id', 'ID'])).toBe(422)
    expect(await validate(['a'.repeat(65)])).toBe(422)
    expect((await keboola.call('POST', '/validate/column-names', { json: {} })).status).toBe(422)
  })
})
