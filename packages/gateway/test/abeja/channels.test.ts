import { describe, expect, test } from 'vitest'
import { startAbeja } from './abeja-fixture.ts'

const envelope = {
  organization_id: '1402938475610',
  organization_name: 'acme',
  created_at: '2020-01-07T02:00:00Z',
  updated_at: '2025-06-01T02:00:00Z',
}

describe.each(['channel', 'bucket'] as const)('%s', (kind) => {
  test('is created, read, renamed, archived and taken back, with exact answers', async () => {
    const gateway = await startAbeja()
    const path = `${gateway.root}/${kind}s`
    const created = await gateway.call('POST', path, { body: { name: 'cam-east', description: 'lobby' } })
    const id = created.json[kind][`${kind}_id`] as string
    expect(id).toMatch(/^1\d{12}$/)
    const own = {
      [`${kind}_id`]: id,
      name: 'cam-east',
      display_name: 'cam-east',
      description: 'lobby',
      ...(kind === 'channel' ? { storage_type: 'datalake' } : {}),
      security_method: 'organization',
      archived: false,
      created_at: '2026-03-11T09:45:12Z',
      updated_at: '2026-03-11T09:45:12Z',
    }
    expect(created).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
    expect(created.json).toEqual({ ...envelope, [kind]: own })
    expect((await gateway.call('GET', `${path}/${id}`)).json).toEqual(created.json)

    await gateway.clock.advance(1000)
    const changed = { ...own, name: 'cam-west', display_name: 'cam-west', updated_at: '2026-03-11T09:45:13Z' }
    const patched = await gateway.call('PATCH', `${path}/${id}`, { body: { name: 'cam-west' } })
    expect(patched.json).toEqual({ ...envelope, [kind]: changed })
    expect((await gateway.call('PATCH', `${path}/${id}`, { body: {} })).json).toEqual(patched.json)
    const cleared = await gateway.call('PATCH', `${path}/${id}`, { body: { description: '' } })
    expect(cleared.json[kind]).toEqual({ ...changed, description: '' })

    for (const _ of [1, 2]) {
      const archived = await gateway.call('POST', `${path}/${id}/archive`)
      expect(archived.json).toEqual({ ...envelope, [kind]: { ...changed, description: '', archived: true } })
    }
    expect((await gateway.call('GET', `${path}/${id}`)).json[kind].archived).toBe(true)
    for (const _ of [1, 2]) {
      expect((await gateway.call('POST', `${path}/${id}/unarchive`)).json[kind].archived).toBe(false)
    }
  })

  test('all fields may be left out, and names may repeat', async () => {
    const gateway = await startAbeja()
    const path = `${gateway.root}/${kind}s`
    for (const body of [{}, undefined, { name: null }]) {
      const { status, json } = await gateway.call('POST', path, { body })
      expect([status, json[kind].name, json[kind].description]).toEqual([200, '', ''])
    }
    const twins = await Promise.all([1, 2].map(() => gateway.call('POST', path, { body: { name: 'twin' } })))
    expect(new Set(twins.map(({ json }) => json[kind][`${kind}_id`])).size).toBe(2)
  })

  test('a list is paged by limit and offset, in the order of creation', async () => {
    const gateway = await startAbeja()
    const path = `${gateway.root}/${kind}s`
    for (const name of ['b', 'a', 'c']) await gateway.call('POST', path, { body: { name } })
    const page = async (query: string): Promise<unknown> => {
      const { json } = await gateway.call('GET', `${path}${query}`)
      const { limit, offset, has_next: hasNext } = json
      return { names: json[`${kind}s`].map(({ name }: { name: string }) => name), limit, offset, hasNext }
    }
    expect(await page('')).toEqual({ names: ['b', 'a', 'c'], limit: 50, offset: 0, hasNext: false })
    expect(await page('?limit=2')).toEqual({ names: ['b', 'a'], limit: 2, offset: 0, hasNext: true })
    expect(await page('?limit=2&offset=2')).toEqual({ names: ['c'], limit: 2, offset: 2, hasNext: false })
    expect(await page('?limit=3')).toEqual({ names: ['b', 'a', 'c'], limit: 3, offset: 0, hasNext: false })
    expect(await page('?limit=1000&offset=9')).toEqual({ names: [], limit: 1000, offset: 9, hasNext: false })
    expect((await gateway.call('GET', path)).json).toMatchObject(envelope)
  })

  test.each([
    'limit=0',
    'limit=-1',
    'limit=1001',
    'limit=x',
    'limit=',
    'offset=-1',
    'offset=x',
    'filter_archived=true',
  ])('a list with %s is refused', async (query) => {
    const gateway = await startAbeja()
    const answer = await gateway.call('GET', `${gateway.root}/${kind}s?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: 'bad_request', error_description: expect.any(String) as string })
    expect(Object.keys(answer.json.error_detail as object)).toEqual([query.split('=')[0]])
  })

  test('it is known by the name of its organization too, and in no other one', async () => {
    const organizations = [
      { id: '1402938475610', name: 'acme' },
      { id: '1402938475611', name: 'other' },
    ]
    const gateway = await startAbeja({ organizations })
    const { json } = await gateway.call('POST', `/organizations/acme/${kind}s`, { body: { name: 'a' } })
    const id = json[kind][`${kind}_id`] as string
    expect((await gateway.call('GET', `/organizations/acme/${kind}s/${id}`)).status).toBe(200)
    expect((await gateway.call('GET', `/organizations/other/${kind}s/${id}`)).status).toBe(404)
    expect((await gateway.call('GET', `/organizations/other/${kind}s`)).json[`${kind}s`]).toEqual([])
    expect((await gateway.call('GET', `/organizations/none/${kind}s`)).status).toBe(404)
    expect((await gateway.call('GET', '/organizations/other')).json).toEqual({ id: '1402938475611', name: 'other' })
  })
})

test('archived channels are listed when they are asked for, archived buckets always', async () => {
  const gateway = await startAbeja()
  const channel = await gateway.createChannel()
  const bucket = await gateway.createBucket()
  await gateway.call('POST', `${gateway.root}/channels/${channel}/archive`)
  await gateway.call('POST', `${gateway.root}/buckets/${bucket}/archive`)
  const count = async (path: string): Promise<number> => {
    const { json } = await gateway.call('GET', gateway.root + path)
    return ((json.channels ?? json.buckets) as unknown[]).length
  }
  expect(await count('/channels')).toBe(0)
  expect(await count('/channels?filter_archived=exclude_archived')).toBe(0)
  expect(await count('/channels?filter_archived=include_archived')).toBe(1)
  expect(await count('/buckets')).toBe(1)
  expect(await count('/buckets?filter_archived=exclude_archived')).toBe(0)
  const lenient = await startAbeja({ storage: gateway.storage, listsArchivedChannels: true })
  expect((await lenient.call('GET', `${lenient.root}/channels`)).json.channels).toHaveLength(1)
})

test('a channel keeps its storage type, and knows two of them', async () => {
  const gateway = await startAbeja()
  const path = `${gateway.root}/channels`
  const { json } = await gateway.call('POST', path, { body: { storage_type: 'file' } })
  expect(json.channel.storage_type).toBe('file')
  const id = json.channel.channel_id as string
  expect((await gateway.call('PATCH', `${path}/${id}`, { body: { storage_type: 'datalake' } })).status).toBe(400)
  expect((await gateway.call('POST', path, { body: { storage_type: 'tape' } })).status).toBe(400)
})

test.each([
  ['no JSON', '{'],
  ['an array', '[]'],
  ['a text', '"a"'],
  ['a name that is no text', '{"name":1}'],
  ['half of a surrogate pair', '{"name":"\\ud800"}'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
])('a body that is %s is refused', async (_, body) => {
  const gateway = await startAbeja()
  const answer = await gateway.call('POST', `${gateway.root}/channels`, { body })
  expect([answer.status, answer.json.error]).toEqual([400, 'bad_request'])
})

test('a body of JSON that is too long is refused', async () => {
  const gateway = await startAbeja()
  const answer = await gateway.call('POST', `${gateway.root}/channels`, { body: { name: 'x'.repeat(300_000) } })
  expect([answer.status, answer.json.error]).toEqual([413, 'payload_too_large'])
})

test('a bucket of the storage that came there by another way is a bucket, whenever it came', async () => {
  const gateway = await startAbeja()
  await gateway.storage.bucket('photos').create({ description: 'mine' })
  await gateway.storage.bucket('photos').file('a/b.txt').put('hello', { contentType: 'text/plain' })
  const { json } = await gateway.call('GET', `${gateway.root}/buckets`)
  expect(json.buckets).toMatchObject([{ name: 'photos', description: 'mine', archived: false }])
  const id = json.buckets[0].bucket_id as string
  expect(id).toMatch(/^19\d{11}$/)
  const file = await gateway.call('GET', `${gateway.root}/buckets/${id}/files/a/b.txt`)
  expect(file.json).toMatchObject({ file_id: '/a/b.txt', size: 5, is_file: true })
  expect(
    (await gateway.call('GET', file.json.download_uri as string, { authorization: undefined })).body.toString(),
  ).toBe('hello')
  const again = await startAbeja({ storage: gateway.storage })
  expect((await again.call('GET', `${again.root}/buckets/${id}`)).json.bucket.name).toBe('photos')
  await gateway.call('PATCH', `${gateway.root}/buckets/${id}`, { body: { name: 'pictures' } })
  expect(await gateway.storage.bucket('photos').info()).toMatchObject({ displayName: 'pictures' })
})

test('a container whose bucket was deleted by another way is gone', async () => {
  const gateway = await startAbeja()
  const id = await gateway.createChannel()
  await gateway.storage.bucket(`abeja-channel-${id}`).delete()
  expect((await gateway.call('GET', `${gateway.root}/channels`)).json.channels).toEqual([])
  expect((await gateway.call('GET', `${gateway.root}/channels/${id}`)).status).toBe(404)
})
