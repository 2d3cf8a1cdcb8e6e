import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { addBucket, call, chunksOf, openWithBucket, readBytes, readText, write, type Fixture } from './files-fixture.ts'

const mebibyte = 1024 * 1024

async function sign({ files }: Fixture, method: 'GET' | 'PUT', key: string, expiresInMs = 60_000): Promise<string> {
  return (await files.signUrl({ bucket: 'b', key, method, expiresInMs }, call())).url
}

describe.each(['directory', 'memory'] as const)('a signed URL in %s mode', (mode) => {
  test('gives the file it is for, by its headers as well', async () => {
    const fixture = await openWithBucket(mode)
    const attributes = { contentType: 'text/html', metadata: {}, tags: [], expiresAt: undefined }
    const file = await write(fixture.files, 'a/k', 'content', { attributes })
    const signed = await fixture.files.signUrl({ bucket: 'b', key: 'a/k', method: 'GET', expiresInMs: 60_000 }, call())
    expect(signed).toMatchObject({ method: 'GET', headers: {} })
    expect(signed.expiresAt.getTime()).toBeGreaterThan(Date.now() + 50_000)
    const response = await fetch(signed.url)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('content')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-length': '7',
      etag: `"${file.etag}"`,
      'accept-ranges': 'bytes',
      'content-security-policy': 'sandbox',
    })
    const head = await fetch(signed.url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '7', ''])
  })

  test.each(['a b', '../../x', 'ä/ö?#%&+=', '//', '\0', '.', '🐈'])('leads to the key %j exactly', async (key) => {
    const fixture = await openWithBucket(mode)
    await write(fixture.files, key, 'content')
    expect(await (await fetch(await sign(fixture, 'GET', key))).text()).toBe('content')
    const put = await fetch(await sign(fixture, 'PUT', key), { method: 'PUT', body: 'new' })
    expect(put.status).toBe(200)
    expect(await readText(fixture.files, key)).toBe('new')
  })

  test.each([
    ['bytes=0-', 206, 'bytes 0-9/10', '0123456789'],
    ['bytes=2-4', 206, 'bytes 2-4/10', '234'],
    ['bytes=9-100', 206, 'bytes 9-9/10', '9'],
    ['bytes=-3', 206, 'bytes 7-9/10', '789'],
    ['bytes=-100', 206, 'bytes 0-9/10', '0123456789'],
    ['bytes=10-', 416, 'bytes */10', ''],
    ['bytes=-0', 416, 'bytes */10', ''],
    ['bytes=4-2', 200, null, '0123456789'],
    ['bytes=0-1,3-4', 200, null, '0123456789'],
    ['lines=0-1', 200, null, '0123456789'],
  ])('answers the range %s with %i', async (range, status, contentRange, body) => {
    const fixture = await openWithBucket(mode)
    const { etag } = await write(fixture.files, 'k', '0123456789')
    const url = await sign(fixture, 'GET', 'k')
    const response = await fetch(url, { headers: { range } })
    expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([
      status,
      contentRange,
      body,
    ])
    const ifSame = await fetch(url, { headers: { range, 'if-range': `"${etag}"` } })
    expect(ifSame.status).toBe(status)
    const ifOther = await fetch(url, { headers: { range, 'if-range': '"other"' } })
    expect([ifOther.status, await ifOther.text()]).toEqual([200, '0123456789'])
  })

  test('takes and gives large content', async () => {
    const fixture = await openWithBucket(mode)
    const bytes = Buffer.alloc(5 * mebibyte + 3, 7)
    const headers = { 'content-type': 'a/b' }
    const put = await fetch(await sign(fixture, 'PUT', 'k'), { method: 'PUT', body: bytes, headers })
    expect(put.status).toBe(200)
    const info = await fixture.files.stat({ bucket: 'b', key: 'k' }, call())
    expect(info).toMatchObject({ sizeBytes: bytes.length, contentType: 'a/b' })
    expect(put.headers.get('etag')).toBe(`"${info.etag}"`)
    expect((await readBytes(fixture.files, 'k')).equals(bytes)).toBe(true)
    const got = await (await fetch(await sign(fixture, 'GET', 'k'))).arrayBuffer()
    expect(bytes.equals(new Uint8Array(got))).toBe(true)
  })

  test('that is changed in any way, or used in another way, opens nothing', async () => {
    const fixture = await openWithBucket(mode)
    await addBucket(fixture, 'c')
    for (const bucket of ['b', 'c']) for (const key of ['k', 'l']) await write(fixture.files, key, 'secret', { bucket })
    const url = new URL(await sign(fixture, 'GET', 'k'))
    const changed = (name: string, value: string): URL => {
      const other = new URL(url)
      other.searchParams.set(name, value)
      return other
    }
    const wrong = [
      changed('key', 'l'),
      changed('bucket', 'c'),
      changed('expires', '99999999999999'),
      changed('expires', 'NaN'),
      changed('signature', ''),
      changed('signature', `${url.searchParams.get('signature')}AAAA`),
      changed('method', 'PUT'),
      new URL('/file', url),
      new URL('/', url),
      new URL(`/other${url.search}`, url),
    ]
    for (const other of wrong) expect((await fetch(other)).status).toBe(403)
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403)
    expect((await fetch(await sign(fixture, 'PUT', 'k'))).status).toBe(403)
    expect(await readText(fixture.files, 'k')).toBe('secret')
  })

  test('works until it expires', async () => {
    const fixture = await openWithBucket(mode)
    await write(fixture.files, 'k', 'x')
    const url = await sign(fixture, 'GET', 'k', 1)
    await expect.poll(async () => (await fetch(url)).status).toBe(403)
    for (const expiresInMs of [0, -1, NaN, Infinity, 1e300]) {
      await expect(sign(fixture, 'GET', 'k', expiresInMs)).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })

  test('tells what is wrong by the status', async () => {
    const fixture = await openWithBucket(mode)
    expect((await fetch(await sign(fixture, 'GET', 'none'))).status).toBe(404)
    const put = await sign(fixture, 'PUT', 'k')
    await fixture.engine.call('archiveBucket', { bucket: 'b', isArchived: true })
    expect((await fetch(put, { method: 'PUT', body: 'x' })).status).toBe(403)
    await fixture.engine.call('deleteBucket', { bucket: 'b', force: true })
    expect((await fetch(put, { method: 'PUT', body: 'x' })).status).toBe(404)
  })

  test('an upload that breaks off leaves what was there', async () => {
    const fixture = await openWithBucket(mode)
    await write(fixture.files, 'k', 'old')
    const url = await sign(fixture, 'PUT', 'k')
    await new Promise((resolve) => {
      const request = httpRequest(url, { method: 'PUT', headers: { 'content-length': 3 * mebibyte } })
      request.on('error', resolve)
      request.write(Buffer.alloc(2 * mebibyte), () => request.destroy())
    })
    expect(await readText(fixture.files, 'k')).toBe('old')
    await fixture.close()
  })

  test('an upload of unknown length is taken', async () => {
    const fixture = await openWithBucket(mode)
    const body = chunksOf([Buffer.from('one '), Buffer.from('two')])
    const response = await fetch(await sign(fixture, 'PUT', 'k'), { method: 'PUT', body, duplex: 'half' })
    expect(response.status).toBe(200)
    expect(await readText(fixture.files, 'k')).toBe('one two')
  })

  test('stops working when the storage is closed, whatever is under way', async () => {
    const fixture = await openWithBucket(mode)
    await write(fixture.files, 'k', Buffer.alloc(20 * mebibyte))
    const url = new URL(await sign(fixture, 'GET', 'k'))
    const idle = connect(Number(url.port), '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    const ended = new Promise((resolve) => idle.once('close', resolve))
    idle.resume().on('error', () => undefined)
    const response = await fetch(url)
    await fixture.close()
    await ended
    await expect(response.arrayBuffer()).rejects.toThrow('terminated')
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    await expect(sign(fixture, 'GET', 'k')).rejects.toMatchObject({ code: 'closed' })
  })
})
