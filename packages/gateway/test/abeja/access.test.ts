import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startAbejaGateway } from '../../src/abeja/abeja-gateway.ts'
import { basic, basicOf, startAbeja, type TestAbeja } from './abeja-fixture.ts'

describe('credentials', () => {
  test('the pair of a user, their token alone, and the pair of a datasource are taken', async () => {
    const gateway = await startAbeja()
    const path = `${gateway.root}/channels`
    for (const authorization of [basicOf(gateway), `Bearer ${gateway.authToken}`, `bearer  ${gateway.authToken}`]) {
      expect((await gateway.call('GET', path, { authorization })).status).toBe(200)
    }
  })

  test.each([
    ['none', () => undefined],
    ['a wrong token', (gateway: TestAbeja) => basic(`user-${gateway.userId}`, 'wrong')],
    ['an id without its prefix', (gateway: TestAbeja) => basic(gateway.userId, gateway.personalAccessToken)],
    [
      'a datasource in the place of a user',
      (gateway: TestAbeja) => basic(`user-datasource-${gateway.datasourceId}`, gateway.datasources[0]?.secret ?? ''),
    ],
    ['a pair as a token', (gateway: TestAbeja) => `Bearer user-${gateway.userId}:${gateway.personalAccessToken}`],
    ['a token of its own as a pair', (gateway: TestAbeja) => `Basic ${gateway.authToken}`],
    ['another scheme', (gateway: TestAbeja) => `Token ${gateway.authToken}`],
    ['an empty token', () => 'Bearer '],
  ])('%s is refused, whatever is asked for', async (_, make) => {
    const gateway = await startAbeja()
    const authorization = make(gateway)
    for (const path of [`${gateway.root}/channels`, '/nowhere', '/channels/1/upload']) {
      const answer = await gateway.call('GET', path, { authorization })
      expect([answer.status, answer.json.error]).toEqual([401, 'unauthorized'])
    }
  })

  test('with a token of its own the gateway shuts the published one out, and all that follows from it', async () => {
    const published = await startAbeja()
    const gateway = await startAbeja({ personalAccessToken: 'my-own-token', userId: '1500000000001' })
    const path = `${gateway.root}/channels`
    expect((await gateway.call('GET', path)).status).toBe(200)
    for (const authorization of [basicOf(published), `Bearer ${published.authToken}`]) {
      expect((await gateway.call('GET', path, { authorization })).status).toBe(401)
    }
    expect(gateway.datasources[0]?.secret).not.toBe(published.datasources[0]?.secret)
  })

  test('a regular user may only read, a developer may everything', async () => {
    const users = [
      { id: '2', role: 'regular', personalAccessToken: 'regular' },
      { id: '3', personalAccessToken: 'developer', authToken: 'bearer-3' },
    ] as const
    const gateway = await startAbeja({ users })
    const channel = await gateway.createChannel()
    const { json } = await gateway.upload(channel, 'x')
    const file = `/channels/${channel}/${json.file_id}`
    const regular = { authorization: basic('user-2', 'regular') }
    for (const path of [`${gateway.root}/channels`, `/channels/${channel}`, file]) {
      expect((await gateway.call('GET', path, regular)).status).toBe(200)
    }
    for (const [method, path] of [
      ['POST', `${gateway.root}/channels`],
      ['POST', `/channels/${channel}`],
      ['POST', `/channels/${channel}/upload`],
      ['PUT', `${file}/metadata`],
      ['DELETE', file],
      ['PUT', `${gateway.root}/channels/${channel}/datasources/${gateway.datasourceId}`],
    ] as const) {
      const answer = await gateway.call(method, path, { ...regular, body: method === 'PUT' ? {} : undefined })
      expect([path, answer.status, answer.json.error]).toEqual([path, 403, 'forbidden'])
    }
    const developer = { authorization: 'Bearer bearer-3' }
    expect((await gateway.call('POST', `${gateway.root}/channels/${channel}/archive`, developer)).status).toBe(200)
  })
})

describe('datasources', () => {
  test('one is there, is connected once, and its secret is told', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const list = `${gateway.root}/channels/${channel}/datasources`
    const path = `${list}/${gateway.datasourceId}`
    expect(gateway.datasourceId).toBe('1733344455566')
    const empty = await gateway.call('GET', list)
    expect(empty.json).toMatchObject({
      organization_name: 'acme',
      datasources: [],
      limit: 50,
      offset: 0,
      has_next: false,
    })
    const connected = await gateway.call('PUT', path)
    const datasource = {
      datasource_id: '1733344455566',
      display_name: 'gate-7',
      secret: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      created_at: '2026-02-01T00:00:00Z',
      updated_at: '2026-02-01T00:00:00Z',
    }
    expect(connected.json).toMatchObject({ organization_id: gateway.organizationId, datasource })
    expect((await gateway.call('PUT', path)).json.error).toBe('conflict')
    expect((await gateway.call('GET', list)).json.datasources).toEqual([datasource])
    expect((await gateway.call('DELETE', path)).json.datasource).toEqual(datasource)
    expect((await gateway.call('DELETE', path)).status).toBe(404)
    expect((await gateway.call('GET', list)).json.datasources).toEqual([])
    expect((await gateway.call('PUT', `${list}/1733344455567`)).status).toBe(404)
    expect((await gateway.call('PUT', path.replace(channel, '1500000009999'))).status).toBe(404)
  })

  test('it uploads, lists and reads on the channels it is connected to, and nothing else', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const other = await gateway.createChannel()
    const connected = await gateway.call(
      'PUT',
      `${gateway.root}/channels/${channel}/datasources/${gateway.datasourceId}`,
    )
    const authorization = basic(`datasource-${gateway.datasourceId}`, connected.json.datasource.secret as string)
    const uploaded = await gateway.upload(channel, 'x', { authorization })
    const file = `/channels/${channel}/${uploaded.json.file_id}`
    for (const [method, path] of [
      ['POST', `/channels/${channel}`],
      ['GET', `/channels/${channel}`],
      ['GET', file],
    ] as const) {
      expect([path, (await gateway.call(method, path, { authorization })).status]).toEqual([path, 200])
    }
    for (const [method, path, body] of [
      ['DELETE', file, undefined],
      ['PUT', `${file}/metadata`, {}],
      ['PUT', `${file}/lifetime`, { lifetime: '1day' }],
      ['GET', `/channels/${other}`, undefined],
      ['POST', `/channels/${other}/upload`, 'x'],
      ['GET', '/channels/1500000009999', undefined],
      ['GET', `${gateway.root}/channels`, undefined],
      ['GET', `${gateway.root}/channels/${channel}/datasources`, undefined],
      ['GET', `/organizations/${gateway.organizationId}`, undefined],
    ] as const) {
      const answer = await gateway.call(method, path, { authorization, body })
      expect([path, answer.status, answer.json.error]).toEqual([path, 403, 'forbidden'])
    }
    await gateway.call('DELETE', `${gateway.root}/channels/${channel}/datasources/${gateway.datasourceId}`)
    expect((await gateway.call('GET', file, { authorization })).status).toBe(403)
  })

  test('of two that connect at once one is refused', async () => {
    const gateway = await startAbeja()
    const path = `${gateway.root}/channels/${await gateway.createChannel()}/datasources/${gateway.datasourceId}`
    const both = await Promise.all([1, 2].map(() => gateway.call('PUT', path)))
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
  })
})

describe('paths', () => {
  test('slashes at the end, at the beginning and within don’t count', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    for (const path of [
      `//channels/${channel}`,
      `///channels/${channel}/`,
      `/channels//${channel}`,
      `/channels/${channel}/?sort=file_id`,
    ]) {
      expect([path, (await gateway.call('GET', path)).status]).toEqual([path, 200])
    }
    expect((await gateway.call('POST', `/${gateway.root}/channels/`, { body: {} })).status).toBe(200)
  })

  test.each([
    '/',
    '/channels',
    '/organizations',
    '/channels/1/2/3',
    '/v1/channels',
    '/channels/../organizations/acme',
    '/_emulator',
    '//',
  ])('there is nothing at %s', async (path) => {
    const gateway = await startAbeja()
    const answer = await gateway.call('GET', path)
    expect([answer.status, answer.json.error]).toEqual([404, 'not_found'])
  })

  test.each(['/channels/%', '/channels/%zz', '/channels/%ff', '/organizations/acme/buckets/1/files/%c0%ae%c0%ae'])(
    '%s is no path',
    async (path) => {
      const gateway = await startAbeja()
      const answer = await gateway.call('GET', path)
      expect([answer.status, answer.json.error]).toEqual([400, 'bad_request'])
    },
  )

  test.each([
    ['PUT', '/channels/1', 'POST, GET'],
    ['GET', '/channels/1/upload', 'POST'],
    ['DELETE', '/organizations/acme/channels/1', 'GET, PATCH'],
    ['POST', '/organizations/acme/buckets/1/files/a', 'GET'],
    ['HEAD', '/channels/1', 'POST, GET'],
  ])('%s %s is a wrong method', async (method, path, allow) => {
    const gateway = await startAbeja()
    const answer = await gateway.call(method, path)
    expect([answer.status, answer.headers['allow']]).toEqual([405, allow])
    expect(answer.json?.error).toBe(method === 'HEAD' ? undefined : 'method_not_allowed')
  })

  test('an empty body may be announced as JSON, and a query may be odd', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const headers = { 'content-type': 'application/json' }
    for (const [method, path] of [
      ['POST', `${gateway.root}/channels/${channel}/archive`],
      ['POST', `${gateway.root}/channels/${channel}/unarchive`],
      ['PUT', `${gateway.root}/channels/${channel}/datasources/${gateway.datasourceId}`],
      ['GET', `/channels/${channel}?%%%&=&a`],
    ] as const) {
      expect([path, (await gateway.call(method, path, { headers })).status]).toEqual([path, 200])
    }
  })
})

describe('options', () => {
  test('an unknown one, and values that can not be, are refused', async () => {
    const storage = createStorage(await createLocalDriver({ memory: true }))
    onTestFinished(() => storage.close())
    for (const options of [
      { speed: 1 },
      { organizations: [] },
      { userId: 'user-1' },
      { filesPerPage: 0 },
      { urlExpiresInSeconds: 0.5 },
      { personalAccessToken: '' },
      { port: -1 },
    ]) {
      await expect(startAbejaGateway({ storage, ...options })).rejects.toMatchObject({ code: 'invalid-argument' })
    }
    await expect(startAbejaGateway({ storage, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'permission-denied' })
  })

  test('a storage that can not keep what it takes is refused', async () => {
    const storage = createStorage(await createLocalDriver({ memory: true, like: 'dcss' }))
    onTestFinished(() => storage.close())
    await expect(startAbejaGateway({ storage })).rejects.toMatchObject({ code: 'unsupported' })
  })
})
