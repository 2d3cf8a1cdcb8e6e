import { createStorage, type Storage } from '@stowage/core'
import { manualClock, type StorageDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { sampleTokens } from '../src/index.ts'
import { authorize, authorizeUrl, signedUrl, startGateway } from './dcss-gateway.ts'
import { send } from './serving.ts'

const inPrivate = 'duckietown-private-storage'
const inUser = 'duckietown-user-storage'

describe.each(['v1', 'v2'] as const)('generation %s', (generation) => {
  test('a granted action is answered with the envelope of the generation, and the URL works', async () => {
    const gateway = await startGateway()
    await gateway.storage.bucket('private').file('a/b c.txt').put('hello')
    const answer = await authorize(gateway, `get_object/${inPrivate}/a/b%20c.txt`, { generation })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('application/json')
    const url = expect.stringContaining(`${gateway.s3Url}/${inPrivate}/a/b%20c.txt?`) as string
    const envelope = generation === 'v1' ? { code: 200, data: { url } } : { success: true, result: { url } }
    const body: unknown = await answer.json()
    expect(body).toEqual(envelope)
    const signed = await signedUrl(gateway, `get_object/${inPrivate}/a/b%20c.txt`, { generation })
    expect(await (await fetch(signed)).text()).toBe('hello')
  })

  test('upload with metadata, look, list and delete, each by its own URL', async () => {
    const gateway = await startGateway()
    const headers = { 'x-amz-meta-number-of-parts': '1', 'x-amz-meta-owner-id': '-1' }
    const put = await signedUrl(gateway, `put_object/${inUser}/-1/new`, { generation, headers })
    const length = { 'content-length': '5' }
    expect((await send(put, { method: 'PUT', headers: { ...length, ...headers } }, '01234')).status).toBe(200)
    expect(await gateway.storage.bucket('user').file('-1/new').stat()).toMatchObject({
      sizeBytes: 5,
      metadata: { 'number-of-parts': '1', 'owner-id': '-1' },
    })
    const head = await send(await signedUrl(gateway, `head_object/${inUser}/-1/new`, { generation }), {
      method: 'HEAD',
    })
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': '5', 'x-amz-meta-owner-id': '-1' } })
    const list = await send(await signedUrl(gateway, `list_objects_v2/${inUser}/-1/`, { generation }))
    expect(list.body).toContain('<Key>-1/new</Key>')
    const gone = await send(await signedUrl(gateway, `delete_object/${inUser}/-1/new`, { generation }), {
      method: 'DELETE',
    })
    expect(gone.status).toBe(204)
    expect(await gateway.storage.bucket('user').file('-1/new').exists()).toBe(false)
  })

  test('metadata that was not there when it was signed is refused, and so is signed metadata that is missing', async () => {
    const gateway = await startGateway()
    const headers = { 'x-amz-meta-owner-id': '-1' }
    const put = (url: string, extra: Record<string, string>): Promise<{ status: number }> =>
      send(url, { method: 'PUT', headers: { 'content-length': '1', ...extra } }, 'x')
    const bare = await signedUrl(gateway, `put_object/${inPrivate}/k`, { generation })
    expect((await put(bare, headers)).status).toBe(403)
    const signed = await signedUrl(gateway, `put_object/${inPrivate}/k`, { generation, headers })
    expect((await put(signed, {})).status).toBe(403)
    expect((await put(signed, { 'x-amz-meta-owner-id': '7' })).status).toBe(403)
    expect(await gateway.storage.bucket('private').file('k').exists()).toBe(false)
  })

  const refusals = [
    [401, 'no token', `get_object/${inPrivate}/a`, { token: undefined }],
    [401, 'the token that is no token', `get_object/${inPrivate}/a`, { token: 'None' }],
    [400, 'an unknown action', `get_objects/${inPrivate}/a`, {}],
    [400, 'an action on no object', `get_object/${inPrivate}/`, {}],
    [400, 'a path that is not UTF-8', `get_object/${inPrivate}/%ff`, {}],
    [404, 'a bucket that is none of its spaces', 'get_object/private/a', {}],
    [404, 'a space that is not there', 'get_object/duckietown-event-storage/a', {}],
    [404, 'a space that nothing can be called', `get_object/duckietown-${'x'.repeat(3000)}-storage/a`, {}],
    [403, 'an object of somebody else', `get_object/${inUser}/5/a`, {}],
    [403, 'all of the user space', `list_objects_v2/${inUser}/`, {}],
    [403, 'the bare uid', `list_objects_v2/${inUser}/-1`, {}],
  ] as const

  test.each(refusals)('%i for %s, as a status', async (status, _name, path, options) => {
    const gateway = await startGateway()
    const answer = await authorize(gateway, path, { generation, ...options })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    expect(await answer.text()).toMatch(/^\S.*\S$/)
  })

  test.each(refusals)('%i for %s, in an envelope', async (status, _name, path, options) => {
    const gateway = await startGateway({ refusals: 'envelope' })
    const answer = await authorize(gateway, path, { generation, ...options })
    expect(answer.status).toBe(200)
    const message = expect.any(String) as string
    const envelope = generation === 'v1' ? { code: status, message } : { success: false, messages: [message] }
    const body: unknown = await answer.json()
    expect(body).toEqual(envelope)
  })
})

test('each generation looks for its own header alone', async () => {
  const gateway = await startGateway()
  const path = `get_object/${inPrivate}/a`
  const headers = (name: string, value: string): RequestInit => ({ headers: { [name]: value } })
  const v1 = authorizeUrl(gateway, path, 'v1')
  const v2 = authorizeUrl(gateway, path, 'v2')
  expect((await fetch(v1, headers('authorization', `Token ${gateway.token}`))).status).toBe(401)
  expect((await fetch(v2, headers('x-duckietown-token', gateway.token))).status).toBe(401)
  expect((await fetch(v2, headers('authorization', `Bearer ${gateway.token}`))).status).toBe(401)
})

test.each(['POST', 'HEAD', 'PUT', 'DELETE'])('%s is refused', async (method) => {
  const gateway = await startGateway()
  const url = authorizeUrl(gateway, `get_object/${inPrivate}/a`)
  const answer = await fetch(url, { method, headers: { authorization: `Token ${gateway.token}` } })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
})

test.each(['/', '/v1', '/v2/get_object/x/y', '/api/v1/dcss/'])('there is nothing at %s', async (path) => {
  const gateway = await startGateway()
  expect((await fetch(gateway.url + path)).status).toBe(404)
})

describe('keys', () => {
  test.each([
    ['a%20b', 'a b'],
    ['a+b', 'a+b'],
    ['%E2%98%83', '☃'],
    ['a%2541', 'a%41'],
    ['a//b', 'a//b'],
    ['a%3Fb%23c', 'a?b#c'],
  ])('%s is signed for %j and nothing else', async (path, key) => {
    const gateway = await startGateway()
    await gateway.storage.bucket('private').file(key).put(key)
    const url = await signedUrl(gateway, `get_object/${inPrivate}/${path}`)
    expect((await send(url)).body).toBe(key)
  })

  test('dot segments are neither resolved nor lost', async () => {
    const gateway = await startGateway()
    const path = `/api/v1/dcss/authorize/get_object/${inPrivate}/../${inUser}/5/secret`
    const answer = await send(gateway.url, { path, headers: { authorization: `Token ${gateway.token}` } })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain(`/${inPrivate}/../${inUser}/5/secret?`)
    const user = `/api/v1/dcss/authorize/get_object/${inUser}/-1/../5/secret`
    const escaped = await send(gateway.url, { path: user, headers: { authorization: `Token ${gateway.token}` } })
    expect(escaped.body).toContain(`/${inUser}/-1/../5/secret?`)
  })
})

describe('tokens and grants', () => {
  test('a minted token holds until it expires, and may do what everybody may', async () => {
    const clock = manualClock(Date.parse('2026-11-21T12:00:00Z'))
    const gateway = await startGateway({ clock })
    const token = gateway.mintToken({ uid: 5, expiresAt: new Date('2026-11-21T13:00:00Z') })
    expect((await authorize(gateway, `put_object/${inUser}/5/a`, { token })).status).toBe(200)
    expect((await authorize(gateway, `put_object/${inPrivate}/a`, { token })).status).toBe(403)
    await clock.advance(3_600_001)
    expect((await authorize(gateway, `put_object/${inUser}/5/a`, { token })).status).toBe(401)
  })

  test('both samples are accepted, and neither when the operator gives a token', async () => {
    const path = `list_objects_v2/${inPrivate}/`
    const open = await startGateway()
    for (const token of Object.values(sampleTokens)) expect((await authorize(open, path, { token })).status).toBe(200)
    const own = open.mintToken({ uid: 42 })
    const closed = await startGateway({ token: own })
    for (const token of Object.values(sampleTokens)) expect((await authorize(closed, path, { token })).status).toBe(401)
    expect(closed.token).toBe(own)
    expect((await authorize(closed, path)).status).toBe(200)
    expect((await authorize(closed, `get_object/${inUser}/42/a`)).status).toBe(200)
  })

  test('grants add to what everybody may', async () => {
    const gateway = await startGateway({
      grants: [{ users: [7], space: 'event', actions: ['get_object'], objects: ['{uid}-*'] }],
      spaces: ['public', 'private', 'user', 'event'],
    })
    const token = gateway.mintToken({ uid: 7 })
    const event = gateway.bucketOf('event')
    expect((await authorize(gateway, `get_object/${event}/7-x`, { token })).status).toBe(200)
    expect((await authorize(gateway, `get_object/${event}/8-x`, { token })).status).toBe(403)
    expect((await authorize(gateway, `head_object/${event}/7-x`, { token })).status).toBe(403)
    expect((await authorize(gateway, `get_object/${event}/7-x`)).status).toBe(403)
  })
})

describe('options', () => {
  test('URLs are signed as told: version, lifetime, encoding of listings', async () => {
    const clock = manualClock(Date.parse('2026-11-21T12:00:00Z'))
    const gateway = await startGateway({ clock, signature: 'v2', expiresInSeconds: 60, listEncoding: 'url' })
    const query = new URL(await signedUrl(gateway, `list_objects_v2/${inPrivate}/a%20b`)).searchParams
    expect(Object.fromEntries(query)).toMatchObject({
      'list-type': '2',
      prefix: 'a b',
      'encoding-type': 'url',
      Expires: String(Date.parse('2026-11-21T12:01:00Z') / 1000),
    })
    expect(query.has('AWSAccessKeyId')).toBe(true)
  })

  test('parameters of a listing are signed only where that is switched on', async () => {
    const path = `list_objects_v2/${inPrivate}/?max-keys=2&start-after=b&nonsense=1`
    const usual = new URL(await signedUrl(await startGateway(), path)).searchParams
    expect([usual.has('max-keys'), usual.has('start-after')]).toEqual([false, false])
    const gateway = await startGateway({ listParameters: true })
    for (const key of ['a', 'b', 'c', 'd', 'e']) await gateway.storage.bucket('private').file(key).put('')
    const list = await send(await signedUrl(gateway, path))
    expect(list.body.match(/<Key>.<\/Key>/g)).toEqual(['<Key>c</Key>', '<Key>d</Key>'])
  })

  test('a URL works for its time, its verb and its key, and never again once all are expired', async () => {
    const clock = manualClock(Date.parse('2026-11-21T12:00:00Z'))
    const gateway = await startGateway({ clock })
    await gateway.storage.bucket('private').file('a').put('hello')
    const url = await signedUrl(gateway, `get_object/${inPrivate}/a`)
    expect((await send(url)).status).toBe(200)
    expect((await send(url, { method: 'HEAD' })).status).toBe(403)
    expect((await send(url.replace('/a?', '/b?'))).status).toBe(403)
    gateway.expireUrls()
    expect(await send(url)).toMatchObject({ status: 403, body: expect.stringContaining('expired') as string })
    const next = await signedUrl(gateway, `get_object/${inPrivate}/a`)
    expect((await send(next)).status).toBe(200)
    await clock.advance(3_601_000)
    expect((await send(next)).status).toBe(403)
  })

  test('buckets may have a prefix', async () => {
    const gateway = await startGateway({ bucketPrefix: 'staging-' })
    expect(gateway.bucketOf('private')).toBe('staging-duckietown-private-storage')
    expect((await authorize(gateway, 'get_object/staging-duckietown-private-storage/a')).status).toBe(200)
    expect((await authorize(gateway, `get_object/${inPrivate}/a`)).status).toBe(404)
  })

  test('unknown options and storages without files are refused', async () => {
    await expect(startGateway({ generation: 'v1' } as object)).rejects.toMatchObject({ code: 'invalid-argument' })
    const storage = createStorage(driverWithoutFiles()) as unknown as Storage
    await expect(startGateway({ storage })).rejects.toMatchObject({ code: 'unsupported', backend: 'empty' })
  })
})

describe('public space', () => {
  test('anybody reads and lists it on the S3 side, and nobody writes', async () => {
    const gateway = await startGateway()
    await gateway.storage.bucket('public').file('a').put('hello')
    const root = `${gateway.s3Url}/${gateway.bucketOf('public')}`
    expect((await send(`${root}/a`)).body).toBe('hello')
    expect((await send(`${root}/?prefix=`)).body).toContain('<Key>a</Key>')
    expect((await send(`${root}/b`)).status).toBe(404)
    expect((await send(`${root}/b`, { method: 'PUT', headers: { 'content-length': '1' } }, 'x')).status).toBe(403)
    expect((await send(`${gateway.s3Url}/${gateway.bucketOf('private')}/`)).status).toBe(403)
    expect((await authorize(gateway, `put_object/${gateway.bucketOf('public')}/b`)).status).toBe(200)
  })
})

function driverWithoutFiles(): StorageDriver {
  const nothing = (): Promise<never> => Promise.reject(new Error('never called'))
  const buckets = { list: nothing, get: nothing, create: nothing, update: nothing, delete: nothing, archive: nothing }
  const semantics = {
    keepsNulls: true,
    keepsUndeclaredFields: true,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'fixed',
  } as const
  const capabilities = { operations: {}, limits: {}, semantics }
  return { backend: 'empty', capabilities, native: {}, buckets, ping: nothing, close: () => Promise.resolve() }
}

test('faults and the log tell the two sides apart', async () => {
  const gateway = await startGateway()
  await gateway.storage.bucket('private').file('a').put('hello')
  gateway.faults.add({ match: { server: 's3', method: 'GET' }, status: 503, times: 1 })
  const url = await signedUrl(gateway, `get_object/${inPrivate}/a`)
  expect((await send(url)).status).toBe(503)
  expect((await send(url)).status).toBe(200)
  expect(gateway.requests.map(({ server, method, status }) => [server, method, status])).toEqual([
    ['data', 'GET', 200],
    ['s3', 'GET', 503],
    ['s3', 'GET', 200],
  ])
  expect(JSON.stringify(gateway.requests)).not.toMatch(/dt1-|Signature=[0-9a-f]/)
})
