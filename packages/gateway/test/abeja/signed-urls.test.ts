import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Answered, basicOf, startAbeja, type TestAbeja } from './abeja-fixture.ts'

const brokenOff = /hang up|ECONNRESET|EPIPE|aborted/

const anybody = { authorization: undefined }

async function withFile(content = '0123456789'): Promise<{ gateway: TestAbeja; path: string; url: string }> {
  const gateway = await startAbeja()
  const channel = await gateway.createChannel()
  const { json } = await gateway.upload(channel, content, { headers: { 'content-type': 'text/plain' } })
  const path = `/channels/${channel}/${json.file_id}`
  return { gateway, path, url: (await gateway.call('GET', path)).json.download_uri as string }
}

describe('downloads', () => {
  test('a range, and one that holds only for this version', async () => {
    const { gateway, url } = await withFile()
    const etag = `"${createHash('md5').update('0123456789').digest('hex')}"`
    const get = (headers: Record<string, string>): Promise<Answered> =>
      gateway.call('GET', url, { ...anybody, headers })
    const part = await get({ range: 'bytes=2-4', 'if-range': etag })
    expect([part.status, part.body.toString(), part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10'])
    expect((await get({ range: 'bytes=2-4', 'if-range': '"other"' })).status).toBe(200)
    expect((await get({ range: 'bytes=10-' })).status).toBe(416)
    expect((await get({ 'if-match': '"other"' })).status).toBe(412)
  })

  test('it works until its time, which is one hour', async () => {
    const { gateway, path, url } = await withFile()
    await gateway.clock.advance(3599_000)
    expect((await gateway.call('GET', url, anybody)).status).toBe(200)
    await gateway.clock.advance(1001)
    const expired = await gateway.call('GET', url, anybody)
    expect([expired.status, expired.headers['content-type']]).toEqual([403, 'application/xml'])
    expect(expired.body.toString()).toContain('<Error>')
    const fresh = (await gateway.call('GET', path)).json.download_uri as string
    expect((await gateway.call('GET', fresh, anybody)).status).toBe(200)
  })

  test('all that were handed out can be made to expire', async () => {
    const { gateway, path, url } = await withFile()
    gateway.expireUrls()
    expect((await gateway.call('GET', url, anybody)).status).toBe(403)
    const fresh = (await gateway.call('GET', path)).json.download_uri as string
    expect((await gateway.call('GET', fresh, anybody)).status).toBe(200)
  })

  test('a credential beside the signature is refused, so that nobody leaks one unseen', async () => {
    const { gateway, url } = await withFile()
    for (const authorization of [basicOf(gateway), `Bearer ${gateway.authToken}`]) {
      const answer = await gateway.call('GET', url, { authorization })
      expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/xml'])
    }
  })

  test.each([
    ['another method', 'PUT', (url: string) => url],
    ['another method that only looks', 'HEAD', (url: string) => url],
    ['another file', 'GET', (url: string) => url.replace(/-[0-9a-f]{12}\?/, '-000000000000?')],
    ['a later end', 'GET', (url: string) => url.replace(/Expires=\d+/, 'Expires=9999999999')],
    ['another type', 'GET', (url: string) => url.replace('text%2Fplain', 'text%2Fhtml')],
    ['no signature', 'GET', (url: string) => url.replace(/\?.*/, '')],
    ['the bucket itself', 'GET', (url: string) => url.replace(/\/[^/]*\?.*/, '')],
    [
      'the bucket with the gateway’s memory',
      'GET',
      (url: string) => url.replace(/datalake-\d+/, 'datalake-abeja-gateway'),
    ],
  ])('it is good for nothing else: %s', async (_, method, change) => {
    const { gateway, url } = await withFile()
    expect(change(url) + method).not.toBe(`${url}GET`)
    expect((await gateway.call(method, change(url), anybody)).status).toBe(403)
  })

  test('a file that is deleted can not be downloaded any more', async () => {
    const { gateway, path, url } = await withFile()
    await gateway.call('DELETE', path)
    expect((await gateway.call('GET', url, anybody)).status).toBe(404)
  })

  test('the log shows that a URL was used, not how it was signed', async () => {
    const { gateway, url } = await withFile()
    await gateway.call('GET', url, anybody)
    const entry = gateway.requests.at(-1)
    expect(entry).toMatchObject({ server: 'api', method: 'GET', status: 200 })
    expect(JSON.stringify(gateway.requests)).not.toContain(new URL(url).searchParams.get('Signature'))
    expect(JSON.stringify(gateway.requests)).not.toContain(basicOf(gateway).slice(6))
  })
})

describe('uploads', () => {
  async function announced(headers: Record<string, string> = { 'content-type': 'image/png' }): Promise<{
    gateway: TestAbeja
    channel: string
    answer: Answered
    url: string
  }> {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const answer = await gateway.call('POST', `/channels/${channel}`, { headers })
    return { gateway, channel, answer, url: answer.json.upload_url as string }
  }

  test('a file is announced, put without a credential, and then it is there', async () => {
    const headers = { 'content-type': 'image/png', 'x-abeja-meta-filename': 'a%20b' }
    const { gateway, channel, answer, url } = await announced(headers)
    const id = answer.json.file_id as string
    const metadata = { 'x-abeja-sys-meta-organizationid': gateway.organizationId, 'x-abeja-meta-filename': 'a%20b' }
    expect(answer.json).toEqual({
      file_id: expect.stringMatching(/^20260311T094512-/) as string,
      content_type: 'image/png',
      metadata,
      uploaded_at: null,
      upload_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//) as string,
      url_expires_on: '2026-03-11T10:45:12+00:00',
    })
    expect((await gateway.call('GET', `/channels/${channel}/${id}`)).status).toBe(404)
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toEqual([])
    await gateway.clock.advance(60_000)
    const put = await gateway.call('PUT', url, { ...anybody, headers: { 'content-type': 'image/png' }, body: 'data' })
    expect([put.status, put.headers['etag']]).toEqual([200, `"${createHash('md5').update('data').digest('hex')}"`])
    const got = await gateway.call('GET', `/channels/${channel}/${id}`)
    expect(got.json).toMatchObject({ content_type: 'image/png', metadata, uploaded_at: '2026-03-11T09:46:12+00:00' })
    expect((await gateway.call('GET', got.json.download_uri as string, anybody)).body.toString()).toBe('data')
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toHaveLength(1)
  })

  test('it works once', async () => {
    const { gateway, channel, url } = await announced()
    const put = { ...anybody, headers: { 'content-type': 'image/png' } }
    const both = await Promise.all(
      ['a', 'b'].map((one) => gateway.call('PUT', url, { ...put, body: one.repeat(2_000_000) })),
    )
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 403])
    expect((await gateway.call('PUT', url, { ...put, body: 'c' })).status).toBe(403)
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toHaveLength(1)
  })

  test.each([
    [403, 'another type', 'PUT', { 'content-type': 'image/gif' }, (url: string) => url],
    [403, 'no type', 'PUT', {}, (url: string) => url],
    [403, 'another method', 'GET', { 'content-type': 'image/png' }, (url: string) => url],
    [403, 'another signature', 'PUT', { 'content-type': 'image/png' }, (url: string) => `${url}x`],
    [403, 'no signature', 'PUT', { 'content-type': 'image/png' }, (url: string) => url.replace(/\?.*/, '')],
    [
      403,
      'another channel',
      'PUT',
      { 'content-type': 'image/png' },
      (url: string) => url.replace(/uploads\/\d/, 'uploads/2'),
    ],
    [400, 'a credential', 'PUT', { 'content-type': 'image/png', authorization: 'Bearer x' }, (url: string) => url],
  ])('%i for %s; nothing is stored, and the URL is still good', async (status, _, method, headers, change) => {
    const { gateway, channel, url } = await announced()
    const refused = await gateway.call(method, change(url), { ...anybody, headers, body: 'bad' })
    expect([refused.status, refused.headers['content-type']]).toEqual([status, 'application/xml'])
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toEqual([])
    const put = await gateway.call('PUT', url, { ...anybody, headers: { 'content-type': 'image/png' }, body: 'good' })
    expect(put.status).toBe(200)
  })

  test('without a type it is bytes, said or not', async () => {
    const { gateway, url } = await announced({})
    expect((await gateway.call('PUT', url, { ...anybody, body: 'x' })).status).toBe(200)
  })

  test('it works for an hour, and not when the channel is archived meanwhile', async () => {
    const { gateway, channel, url } = await announced()
    const put = { ...anybody, headers: { 'content-type': 'image/png' }, body: 'x' }
    await gateway.call('POST', `${gateway.root}/channels/${channel}/archive`)
    expect((await gateway.call('PUT', url, put)).status).toBe(400)
    await gateway.call('POST', `${gateway.root}/channels/${channel}/unarchive`)
    await gateway.clock.advance(3600_000)
    expect((await gateway.call('PUT', url, put)).status).toBe(403)
  })

  test('an upload that breaks off stores nothing, and can be sent again', async () => {
    const { gateway, channel, url } = await announced()
    const put = { ...anybody, headers: { 'content-type': 'image/png' }, body: 'x'.repeat(100_000) }
    gateway.faults.add({ match: { method: 'PUT' }, nth: 1, dropRequestAfterBytes: 10 })
    await expect(gateway.call('PUT', url, put)).rejects.toThrow(brokenOff)
    await expect.poll(async () => (await gateway.call('PUT', url, put)).status).toBe(200)
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toHaveLength(1)
  })
})
