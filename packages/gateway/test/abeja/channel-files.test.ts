import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Answered, startAbeja, type TestAbeja } from './abeja-fixture.ts'

const idPattern = /^20260311T094512-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const organization = { 'x-abeja-sys-meta-organizationid': '1402938475610' }

function download(gateway: TestAbeja, url: string, headers: Record<string, string> = {}): Promise<Answered> {
  return gateway.call('GET', url, { authorization: undefined, headers })
}

describe('upload', () => {
  test('a file with metadata and lifetime comes back as it was sent, with exact answers', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const headers = {
      'content-type': 'image/png',
      'x-abeja-meta-filename': 'door%201.png',
      'X-Abeja-Meta-%E5%90%8D': '%E5%80%A4%201',
    }
    const metadata = {
      ...organization,
      'x-abeja-meta-filename': 'door%201.png',
      'x-abeja-meta-%e5%90%8d': '%E5%80%A4%201',
    }
    const uploaded = await gateway.upload(channel, 'data', { headers, query: '?lifetime=1week' })
    const id = uploaded.json.file_id as string
    expect(id).toMatch(idPattern)
    expect(uploaded).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
    expect(uploaded.json).toEqual({
      file_id: id,
      content_type: 'image/png',
      metadata,
      lifetime: '1week',
      uploaded_at: null,
    })
    const got = await gateway.call('GET', `/channels/${channel}/${id}`)
    expect(got.json).toEqual({
      file_id: id,
      content_type: 'image/png',
      metadata,
      uploaded_at: '2026-03-11T09:45:12+00:00',
      lifetime: '1week',
      url_expires_on: '2026-03-11T10:45:12+00:00',
      download_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/.*[?&]Expires=1773225912$/) as string,
      download_url: got.json.download_uri as string,
    })
    const bytes = await download(gateway, got.json.download_uri as string)
    expect(bytes.status).toBe(200)
    expect(bytes.body.toString()).toBe('data')
    expect(bytes.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '4',
      etag: `"${createHash('md5').update('data').digest('hex')}"`,
    })
    expect(await gateway.storage.bucket(`abeja-channel-${channel}`).file(id).stat()).toMatchObject({
      contentType: 'image/png',
      metadata: { filename: 'door 1.png', 名: '値 1' },
    })
  })

  test.each(['application/json', 'multipart/form-data; boundary=b', 'application/x-www-form-urlencoded'])(
    'a body of type %s is bytes like any other',
    async (type) => {
      const gateway = await startAbeja()
      const channel = await gateway.createChannel()
      const { json } = await gateway.upload(channel, '{"a":1}', { headers: { 'content-type': type } })
      const got = await gateway.call('GET', `/channels/${channel}/${json.file_id}`)
      expect(got.json.content_type).toBe(type)
      expect((await download(gateway, got.json.download_uri as string)).body.toString()).toBe('{"a":1}')
    },
  )

  test('an empty file, sent in chunks, without a type', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const { status, json } = await gateway.upload(channel, '', { headers: { 'transfer-encoding': 'chunked' } })
    expect([status, json.content_type]).toEqual([200, 'application/octet-stream'])
    const got = await gateway.call('GET', `/channels/${channel}/${json.file_id}`)
    const bytes = await download(gateway, got.json.download_uri as string)
    expect([bytes.status, bytes.body.length, bytes.headers['etag']]).toEqual([
      200,
      0,
      '"d41d8cd98f00b204e9800998ecf8427e"',
    ])
    expect(bytes.headers['content-type']).toBe('application/octet-stream')
  })

  test.each(['content-length', 'chunked'])(
    'a large file keeps bytes, facts and the ETag of its parts (%s)',
    async (framing) => {
      const gateway = await startAbeja()
      const channel = await gateway.createChannel()
      const content = Buffer.alloc(6 * 1024 * 1024, 'abcdefg')
      const headers: Record<string, string> = { 'content-type': 'text/csv', 'x-abeja-meta-filename': 'big' }
      if (framing === 'chunked') headers['transfer-encoding'] = 'chunked'
      const { json } = await gateway.upload(channel, content, { headers, query: '?lifetime=1year' })
      const got = await gateway.call('GET', `/channels/${channel}/${json.file_id}`)
      expect(got.json).toMatchObject({
        content_type: 'text/csv',
        lifetime: '1year',
        metadata: { 'x-abeja-meta-filename': 'big' },
      })
      const bytes = await download(gateway, got.json.download_uri as string)
      expect(bytes.body.equals(content)).toBe(true)
      const md5 = (part: Buffer): Buffer => createHash('md5').update(part).digest()
      const cut = 5 * 1024 * 1024
      const etag = md5(Buffer.concat([md5(content.subarray(0, cut)), md5(content.subarray(cut))])).toString('hex')
      expect(bytes.headers['etag']).toBe(`"${etag}-2"`)
    },
  )

  test('the same name twice is two files, unless it is the target of a conflict', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const other = await gateway.createChannel()
    const headers = { 'x-abeja-meta-filename': 'a%201' }
    const first = await gateway.upload(channel, '1', { headers })
    const query = '?conflict_target=filename'
    const refused = await gateway.upload(channel, '2', { headers, query })
    expect(refused.status).toBe(409)
    expect(refused.json).toEqual({
      error: 'conflict',
      error_description: expect.stringContaining('filename') as string,
      file_id: first.json.file_id as string,
      metadata: { ...organization, ...headers },
    })
    const uploads = [
      gateway.upload(channel, '3', { headers }),
      gateway.upload(channel, '4', { headers: { 'x-abeja-meta-filename': 'a 1' }, query }),
      gateway.upload(channel, '5', { headers: { 'x-abeja-meta-label': 'a%201' }, query }),
      gateway.upload(channel, '6', { headers: { 'x-abeja-meta-label': 'x' }, query: '?conflict_target=label' }),
      gateway.upload(channel, '7', { query }),
      gateway.upload(other, '8', { headers, query }),
    ]
    expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  })

  test('a deleted file is in nobody’s way, and of two that come at once one is refused', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const headers = { 'x-abeja-meta-filename': 'a' }
    const query = '?conflict_target=filename'
    const { json } = await gateway.upload(channel, '1', { headers, query })
    await gateway.call('DELETE', `/channels/${channel}/${json.file_id}`)
    const both = await Promise.all(
      ['2', '3'].map((content) => gateway.upload(channel, content.repeat(2_000_000), { headers, query })),
    )
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
  })

  test('the target of a conflict is a name as people write it', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const headers = { 'x-abeja-meta-%E5%90%8D': 'a' }
    for (const [target, status] of [
      ['名', 200],
      ['名', 409],
      ['%E5%90%8D', 409],
    ] as const) {
      const query = `?conflict_target=${encodeURIComponent(target)}`
      expect([target, (await gateway.upload(channel, 'x', { headers, query })).status]).toEqual([target, status])
    }
  })

  test.each(['2days', '', '1DAY', 'toString'])(
    'the lifetime "%s" is refused, and nothing is stored',
    async (lifetime) => {
      const gateway = await startAbeja()
      const channel = await gateway.createChannel()
      const answer = await gateway.upload(channel, 'x', { query: `?lifetime=${lifetime}` })
      expect(answer.status).toBe(400)
      expect(answer.json).toMatchObject({ error: 'bad_request', error_detail: { lifetime: [expect.any(String)] } })
      expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toEqual([])
    },
  )

  test('an archived channel can be read, and takes no writes', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const { json } = await gateway.upload(channel, 'x')
    const file = `/channels/${channel}/${json.file_id}`
    await gateway.call('POST', `${gateway.root}/channels/${channel}/archive`)
    expect((await gateway.call('GET', file)).status).toBe(200)
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toHaveLength(1)
    for (const [method, path, body] of [
      ['POST', `/channels/${channel}/upload`, 'x'],
      ['POST', `/channels/${channel}`, ''],
      ['DELETE', file, undefined],
      ['PUT', `${file}/metadata`, {}],
      ['PUT', `${file}/lifetime`, { lifetime: '1day' }],
    ] as const) {
      const answer = await gateway.call(method, path, { body })
      expect([path, answer.status, answer.json.error]).toEqual([path, 400, 'bad_request'])
    }
    await gateway.call('POST', `${gateway.root}/channels/${channel}/unarchive`)
    expect((await gateway.upload(channel, 'x')).status).toBe(200)
  })
})

describe('changes', () => {
  test('metadata is replaced as a whole, the rest stays', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const headers = { 'content-type': 'a/b', 'x-abeja-meta-filename': 'a', 'x-abeja-meta-label': 'x' }
    const { json } = await gateway.upload(channel, 'data', { headers, query: '?lifetime=1day' })
    const path = `/channels/${channel}/${json.file_id}`
    const body = { 'x-abeja-meta-Filename': 'b%20c', 'x-abeja-sys-meta-organizationid': '666', other: 'no' }
    const put = await gateway.call('PUT', `${path}/metadata`, { body })
    const metadata = { ...organization, 'x-abeja-meta-filename': 'b%20c' }
    expect(put.json).toMatchObject({ file_id: json.file_id as string, content_type: 'a/b', lifetime: '1day' })
    expect(put.json.metadata).toEqual(metadata)
    expect((await gateway.call('GET', path)).json.metadata).toEqual(metadata)
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files[0].metadata).toEqual(metadata)
    const bytes = await download(gateway, put.json.download_uri as string)
    expect(bytes.headers['etag']).toBe(`"${createHash('md5').update('data').digest('hex')}"`)
    expect((await gateway.call('PUT', `${path}/metadata`, { body: {} })).json.metadata).toEqual(organization)
  })

  test.each([
    ['a value that is no text', { 'x-abeja-meta-a': 1 }],
    ['a line break in a value', { 'x-abeja-meta-a': 'x\r\nSet-Cookie: y' }],
    ['a line break in a name', { 'x-abeja-meta-a\r\nb': 'x' }],
    ['a slash in a name', { 'x-abeja-meta-a/b': 'x' }],
    ['an empty name', { 'x-abeja-meta-': 'x' }],
    ['half of a surrogate pair', '{"x-abeja-meta-a":"\\ud800"}'],
    ['more than headers can carry', { 'x-abeja-meta-a': 'x'.repeat(9000) }],
    ['no body', undefined],
  ])('metadata with %s is refused', async (_, body) => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const { json } = await gateway.upload(channel, 'x', { headers: { 'x-abeja-meta-a': 'kept' } })
    const path = `/channels/${channel}/${json.file_id}`
    expect((await gateway.call('PUT', `${path}/metadata`, { body })).status).toBe(400)
    expect((await gateway.call('GET', path)).json.metadata['x-abeja-meta-a']).toBe('kept')
  })

  test('a lifetime is set and changed, never taken away', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const { json } = await gateway.upload(channel, 'x', { headers: { 'x-abeja-meta-a': 'b' } })
    const path = `/channels/${channel}/${json.file_id}`
    const put = await gateway.call('PUT', `${path}/lifetime`, { body: { lifetime: '1month' } })
    expect(put.json).toEqual({ channel_id: channel, file_id: json.file_id as string, lifetime: '1month' })
    expect((await gateway.call('GET', path)).json).toMatchObject({
      lifetime: '1month',
      metadata: { 'x-abeja-meta-a': 'b' },
    })
    for (const body of [{}, { lifetime: null }, { lifetime: '2days' }, undefined]) {
      const refused = await gateway.call('PUT', `${path}/lifetime`, { body })
      expect([refused.status, Object.keys(refused.json.error_detail as object)]).toEqual([400, ['lifetime']])
    }
    expect((await gateway.call('GET', path)).json.lifetime).toBe('1month')
  })

  test('a deleted file is gone for good', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const { json } = await gateway.upload(channel, 'x')
    const path = `/channels/${channel}/${json.file_id}`
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toHaveLength(1)
    expect((await gateway.call('DELETE', path)).json).toEqual({ message: `deleted file (${json.file_id})` })
    for (const method of ['DELETE', 'GET']) expect((await gateway.call(method, path)).status).toBe(404)
    expect((await gateway.call('GET', `/channels/${channel}`)).json).toEqual({ files: [], next_page_token: null })
  })

  test.each([
    ['1day', 1],
    ['1week', 7],
    ['1month', 30],
    ['6months', 180],
    ['1year', 365],
  ])('a file with lifetime %s is there for %i days', async (lifetime, days) => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const headers = { 'x-abeja-meta-filename': 'a' }
    const { json } = await gateway.upload(channel, 'x', { headers, query: `?lifetime=${lifetime}` })
    const path = `/channels/${channel}/${json.file_id}`
    const list = async (): Promise<number> =>
      (await gateway.call('GET', `/channels/${channel}`)).json.files.length as number
    await gateway.clock.advance(days * 24 * 60 * 60 * 1000 - 1500)
    const link = (await gateway.call('GET', path)).json.download_uri as string
    expect([(await download(gateway, link)).status, await list()]).toEqual([200, 1])
    await gateway.clock.advance(1500)
    expect([(await gateway.call('GET', path)).status, (await download(gateway, link)).status, await list()]).toEqual([
      404, 403, 0,
    ])
    expect((await gateway.call('PUT', `${path}/lifetime`, { body: { lifetime: '1year' } })).status).toBe(404)
    expect((await gateway.upload(channel, 'y', { headers, query: '?conflict_target=filename' })).status).toBe(200)
  })
})

test.each([
  ['GET', '/channels/1500000009999'],
  ['GET', '/channels/nope'],
  ['POST', '/channels/1500000009999'],
  ['POST', '/channels/1500000009999/upload'],
  ['GET', '/channels/CHANNEL/nope'],
  ['GET', '/channels/CHANNEL/..'],
  ['DELETE', '/channels/CHANNEL/20260311T094512-5f0c2b7e-8d14-4a6b-9a37-c1e2d3f4a5b6'],
  ['PUT', '/channels/CHANNEL/20260311T094512-5f0c2b7e-8d14-4a6b-9a37-c1e2d3f4a5b6/metadata'],
  ['GET', '/channels/BUCKET'],
])('%s %s names nothing that is there', async (method, path) => {
  const gateway = await startAbeja()
  const named = path.replace('CHANNEL', await gateway.createChannel()).replace('BUCKET', await gateway.createBucket())
  const answer = await gateway.call(method, named, { body: method === 'PUT' ? {} : undefined })
  expect([answer.status, answer.json.error]).toEqual([404, 'not_found'])
})

test('a file that was deleted from the storage by another way is taken off the list', async () => {
  const gateway = await startAbeja()
  const channel = await gateway.createChannel()
  const { json } = await gateway.upload(channel, 'x')
  expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toHaveLength(1)
  await gateway.storage
    .bucket(`abeja-channel-${channel}`)
    .file(json.file_id as string)
    .delete()
  expect((await gateway.call('GET', `/channels/${channel}/${json.file_id}`)).status).toBe(404)
  expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toEqual([])
})

test('files that are uploaded while the list is read for the first time are all on it', async () => {
  const gateway = await startAbeja()
  const channel = await gateway.createChannel()
  for (let index = 0; index < 5; index += 1) await gateway.upload(channel, 'x')
  const again = await startAbeja({ storage: gateway.storage })
  const work = Array.from({ length: 20 }, (_, index) =>
    index % 4 === 0 ? again.call('GET', `/channels/${channel}`) : again.upload(channel, 'x'),
  )
  for (const { status } of await Promise.all(work)) expect(status).toBe(200)
  const { json } = await again.call('GET', `/channels/${channel}`)
  const ids = json.files.map((file: { file_id: string }) => file.file_id)
  expect([ids.length, new Set(ids).size]).toEqual([20, 20])
})

test('a type that is none is refused', async () => {
  const gateway = await startAbeja()
  const channel = await gateway.createChannel()
  for (const path of [`/channels/${channel}/upload`, `/channels/${channel}`]) {
    const answer = await gateway.call('POST', path, { headers: { 'content-type': 'té/x' } })
    expect([path, answer.status, answer.json.error]).toEqual([path, 400, 'bad_request'])
  }
})

test('metadata as long as headers may be can be downloaded', async () => {
  const gateway = await startAbeja()
  const channel = await gateway.createChannel()
  const value = encodeURIComponent('値'.repeat(900))
  const { json } = await gateway.upload(channel, 'x', { headers: { 'x-abeja-meta-a': value, 'x-abeja-meta-b': 'é' } })
  const got = await gateway.call('GET', `/channels/${channel}/${json.file_id}`)
  expect(got.json.metadata).toMatchObject({ 'x-abeja-meta-a': value, 'x-abeja-meta-b': 'é' })
  expect((await download(gateway, got.json.download_uri as string)).status).toBe(200)
  const most = { 'x-abeja-meta-a': '\u{ff}'.repeat(4000) }
  const put = await gateway.call('PUT', `/channels/${channel}/${json.file_id}/metadata`, { body: most })
  expect((await download(gateway, put.json.download_uri as string)).status).toBe(200)
})
