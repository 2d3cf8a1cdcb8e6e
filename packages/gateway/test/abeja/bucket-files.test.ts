import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { formOf, startAbeja, type TestAbeja } from './abeja-fixture.ts'

const organization = { 'x-abeja-sys-meta-organizationid': '1402938475610' }

interface Listed {
  readonly ids: readonly string[]
  readonly last: string | null
}

async function list(gateway: TestAbeja, bucket: string, query: string): Promise<Listed> {
  const { json } = await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files?${query}`)
  expect(json.next_start_after).toBe(json.last_file_id)
  return { ids: json.files.map((file: { file_id: string }) => file.file_id), last: json.last_file_id as string | null }
}

describe('upload', () => {
  test('a form as the official client sends it, with exact answers', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    const headers = { 'x-abeja-meta-filename': 'reports/2026/a.csv' }
    const metadata = { ...organization, ...headers }
    const form = { contentType: 'text/csv', parameters: '{"lifetime": "1day"}', headers }
    const uploaded = await gateway.uploadForm(bucket, 'reports/2026/a.csv', 'id,name\n', form)
    expect(uploaded.json).toEqual({
      file_id: 'reports/2026/a.csv',
      content_type: 'text/csv',
      metadata,
      lifetime: '1day',
      uploaded_at: null,
    })
    const path = `${gateway.root}/buckets/${bucket}/files`
    const got = await gateway.call('GET', `${path}/reports/2026/a.csv`)
    expect(got.json).toEqual({
      file_id: '/reports/2026/a.csv',
      is_file: true,
      size: 8,
      etag: `"${createHash('md5').update('id,name\n').digest('hex')}"`,
      metadata,
      last_modified: '2026-03-11T09:45:12+00:00',
      uploaded_at: '2026-03-11T09:45:12+00:00',
      url_expires_on: '2026-03-11T10:45:12+00:00',
      download_uri: expect.any(String) as string,
      download_url: got.json.download_uri as string,
    })
    const bytes = await gateway.call('GET', got.json.download_uri as string, { authorization: undefined })
    expect(bytes).toMatchObject({ status: 200, headers: { 'content-type': 'text/csv', etag: got.json.etag as string } })
    expect(bytes.body.toString()).toBe('id,name\n')
    expect((await gateway.call('GET', `${path}//reports//2026/a.csv/`)).json.file_id).toBe('/reports/2026/a.csv')
    expect((await gateway.call('GET', `${path}/reports/2026`)).status).toBe(404)
    await gateway.clock.advance(24 * 60 * 60 * 1000)
    expect((await gateway.call('GET', `${path}/reports/2026/a.csv`)).status).toBe(404)
    expect(await list(gateway, bucket, 'target_dir=/reports/2026')).toEqual({ ids: [], last: null })
  })

  test('a path with quotes, spaces and signs of any language', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    const uploaded = await gateway.uploadForm(bucket, 'dir/sub/日本 %22q%22 a%?#\\.txt', 'x')
    expect(uploaded.json.file_id).toBe('dir/sub/日本 "q" a%?#\\.txt')
    const encoded = (uploaded.json.file_id as string).split('/').map(encodeURIComponent).join('/')
    const got = await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files/${encoded}`)
    expect(got.json.file_id).toBe('/dir/sub/日本 "q" a%?#\\.txt')
    const bytes = await gateway.call('GET', got.json.download_uri as string, { authorization: undefined })
    expect([bytes.body.toString(), bytes.headers['content-type']]).toEqual(['x', 'application/octet-stream'])
  })

  test('a line break and a colon in a file name stay within it', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    const uploaded = await gateway.uploadForm(bucket, 'a%0D%0AContent-Type: text/html; name=parameters', 'x')
    expect(uploaded.json).toMatchObject({
      file_id: 'a\r\nContent-Type: text/html; name=parameters',
      content_type: 'application/octet-stream',
    })
  })

  test('the same path again is overwritten, whatever the size', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    const large = Buffer.alloc(3 * 1024 * 1024, 'x\r\n--b')
    await gateway.uploadForm(bucket, 'a', 'old', { headers: { 'x-abeja-meta-label': '1' } })
    await gateway.uploadForm(bucket, 'a', large, { parameters: '{"lifetime":"1week"}', contentType: 'b/c' })
    const got = await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files/a`)
    const etag = `"${createHash('md5').update(large).digest('hex')}"`
    expect(got.json).toMatchObject({ size: large.length, metadata: organization, etag })
    const bytes = await gateway.call('GET', got.json.download_uri as string, { authorization: undefined })
    expect([bytes.body.equals(large), bytes.headers['content-type']]).toEqual([true, 'b/c'])
    await gateway.clock.advance(7 * 24 * 60 * 60 * 1000)
    expect((await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files/a`)).status).toBe(404)
  })

  const large = 'x'.repeat(2 * 1024 * 1024)
  test.each([
    ['a lifetime there is none of', 'a', 'x', { parameters: '{"lifetime":"2days"}' }],
    ['a lifetime there is none of, behind a large file', 'a', large, { parameters: '{"lifetime":"2days"}' }],
    ['parameters that are no JSON', 'a', 'x', { parameters: '{' }],
    ['parameters that are too long', 'a', 'x', { parameters: `{"a":"${'x'.repeat(300_000)}"}` }],
    ['a path out of the bucket', '../a', 'x', {}],
    ['a path that begins with a slash', '/a', 'x', {}],
    ['a path that ends with a slash', 'a/', 'x', {}],
    ['a path with an empty segment', 'b//a', 'x', {}],
    ['a path with a dot', 'b/./a', 'x', {}],
    ['no path', '', 'x', {}],
    ['a type that is none', 'a', 'x', { contentType: 'té/x' }],
  ])('%s is refused, and what was there stays', async (_, path, content, form) => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    await gateway.uploadForm(bucket, 'a', 'old')
    const answer = await gateway.uploadForm(bucket, path, content, form)
    expect([400, 413]).toContain(answer.status)
    expect((await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files/a`)).json.size).toBe(3)
    expect((await list(gateway, bucket, '')).ids).toEqual(['/a'])
  })

  test('a form that is broken off, or is none, is refused', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    const path = `${gateway.root}/buckets/${bucket}/files`
    const { body, headers = {} } = formOf('a', 'x')
    const whole = body as Buffer
    for (const cut of [0, 10, 60, 75, whole.length - 60, whole.length - 5]) {
      const answer = await gateway.call('POST', path, { headers, body: whole.subarray(0, cut) })
      expect([cut, answer.status, answer.json.error]).toEqual([cut, 400, 'bad_request'])
    }
    for (const type of ['multipart/form-data', 'application/json', 'multipart/mixed; boundary=b7']) {
      expect((await gateway.call('POST', path, { headers: { 'content-type': type }, body: whole })).status).toBe(400)
    }
    expect((await list(gateway, bucket, '')).ids).toEqual([])
  })

  test('a form with two files, or none, is refused, and nothing of it is stored', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    const path = `${gateway.root}/buckets/${bucket}/files`
    const { body, headers = {} } = formOf('a', 'x')
    const once = (body as Buffer).toString()
    const file = once.slice(0, once.indexOf('--b7', 4))
    const [twice, none] = [file + once, once.slice(file.length)]
    for (const form of [twice, none]) {
      const answer = await gateway.call('POST', path, { headers, body: form })
      expect([answer.status, Object.keys(answer.json.error_detail as object)]).toEqual([400, ['file']])
    }
    expect((await list(gateway, bucket, '')).ids).toEqual([])
  })

  test('an archived bucket takes no files', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    await gateway.uploadForm(bucket, 'a', 'x')
    await gateway.call('POST', `${gateway.root}/buckets/${bucket}/archive`)
    expect((await gateway.uploadForm(bucket, 'b', 'x')).json.error).toBe('bad_request')
    expect((await list(gateway, bucket, '')).ids).toEqual(['/a'])
  })
})

describe('listing', () => {
  async function filled(): Promise<{ gateway: TestAbeja; bucket: string }> {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    for (const path of ['b/c/1', 'b/2', 'b.txt', 'a', 'é', 'b/d/3', 'Z', 'b/c/4'])
      await gateway.uploadForm(bucket, path, 'x')
    return { gateway, bucket }
  }

  test('one directory at a time, by bytes, however its name is written', async () => {
    const { gateway, bucket } = await filled()
    const root = { ids: ['/Z', '/a', '/b.txt', '/b/', '/é'], last: '/é' }
    for (const query of ['', 'target_dir=/', 'target_dir=']) expect(await list(gateway, bucket, query)).toEqual(root)
    const inner = { ids: ['/b/2', '/b/c/', '/b/d/'], last: '/b/d/' }
    for (const name of ['b', '/b', 'b/', '/b/'])
      expect(await list(gateway, bucket, `target_dir=${name}`)).toEqual(inner)
    expect(await list(gateway, bucket, 'target_dir=nope')).toEqual({ ids: [], last: null })
    const { json } = await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files?target_dir=/b`)
    expect(json.files[1]).toEqual({ file_id: '/b/c/', is_file: false, metadata: {} })
    expect(json.files[0]).toMatchObject({ file_id: '/b/2', is_file: true, size: 1 })
  })

  test.each(['last_file_id', 'start_after'])('pages end with an empty one, by %s', async (name) => {
    const { gateway, bucket } = await filled()
    for (const size of [1, 2, 3, 5, 6]) {
      const all: string[] = []
      let query = `target_dir=/&items_per_page=${size}`
      for (
        let page = await list(gateway, bucket, query);
        page.ids.length > 0;
        page = await list(gateway, bucket, query)
      ) {
        expect(page.ids.length).toBeLessThanOrEqual(size)
        expect(page.last).toBe(page.ids.at(-1))
        all.push(...page.ids)
        query = `target_dir=/&items_per_page=${size}&${name}=${encodeURIComponent(page.last ?? '')}`
      }
      expect(all).toEqual(['/Z', '/a', '/b.txt', '/b/', '/é'])
    }
  })

  test('a page may begin after a name that was never listed', async () => {
    const { gateway, bucket } = await filled()
    expect((await list(gateway, bucket, 'last_file_id=aa')).ids).toEqual(['/b.txt', '/b/', '/é'])
    expect((await list(gateway, bucket, 'last_file_id=/zz')).ids).toEqual(['/é'])
    expect((await list(gateway, bucket, 'last_file_id=%F0%9F%98%80')).ids).toEqual([])
  })

  test('files that have lived long enough leave no empty page before the end', async () => {
    const gateway = await startAbeja()
    const bucket = await gateway.createBucket()
    for (const path of ['a', 'b', 'c', 'd']) {
      const parameters = path === 'd' ? '{}' : '{"lifetime":"1day"}'
      await gateway.uploadForm(bucket, path, 'x', { parameters })
    }
    await gateway.clock.advance(2 * 24 * 60 * 60 * 1000)
    expect(await list(gateway, bucket, 'items_per_page=1')).toEqual({ ids: ['/d'], last: '/d' })
  })

  test.each(['items_per_page=0', 'items_per_page=1001', 'items_per_page=x', 'q=files'])(
    '%s is refused',
    async (query) => {
      const gateway = await startAbeja()
      const bucket = await gateway.createBucket()
      const answer = await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files?${query}`)
      expect([answer.status, answer.json.error]).toEqual([400, 'bad_request'])
    },
  )

  test('a walk with pages of one finds every file', async () => {
    const { gateway, bucket } = await filled()
    const walk = async (directory: string): Promise<string[]> => {
      const found: string[] = []
      for (let after = ''; ;) {
        const query = `target_dir=${encodeURIComponent(directory)}&items_per_page=1&last_file_id=${encodeURIComponent(after)}`
        const { ids, last } = await list(gateway, bucket, query)
        if (ids.length === 0) return found
        for (const id of ids) found.push(...(id.endsWith('/') ? await walk(id) : [id]))
        after = last ?? ''
      }
    }
    expect(await walk('/')).toEqual(['/Z', '/a', '/b.txt', '/b/2', '/b/c/1', '/b/c/4', '/b/d/3', '/é'])
  })
})
