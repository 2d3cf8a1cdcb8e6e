import assert from 'node:assert/strict'
import type { SignedUrl } from '@stowage/core'
import { type Check, check, type CheckOptions } from '../check.ts'
import { poll } from '../poll.ts'
import { assertBytes, mebibyte, patternBytes } from './file-content.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.read', 'files.signedUrl'] }
const minuteMs = 60_000

/** A signed URL lets anybody with plain HTTP do one thing to one file until it expires. */
export const fileSignedUrlChecks: readonly Check[] = [
  check(
    'files/signed-get',
    'a signed URL gives the file to plain HTTP',
    { needs: ['files.write', 'files.signedUrl'] },
    async (context) => {
      const area = await context.files()
      for (const sizeBytes of [0, 10, 2 * mebibyte + 3]) {
        const bytes = patternBytes(sizeBytes)
        await area.file('a/b.bin').put(bytes)
        const response = await request(await area.file('a/b.bin').signedUrl())
        assert.equal(response.status, 200)
        assertBytes(new Uint8Array(await response.arrayBuffer()), bytes)
      }
    },
  ),
  check('files/signed-put', 'a signed URL takes the file from plain HTTP', needs, async (context) => {
    const file = (await context.files()).file('a/b.bin')
    for (const sizeBytes of [10, 2 * mebibyte + 3]) {
      const bytes = patternBytes(sizeBytes)
      const response = await request(await file.signedUrl({ method: 'PUT' }), bytes)
      assert.ok(response.ok, `answered ${response.status}`)
      assertBytes(await file.get(), bytes)
    }
    await file.put('the last word')
    assert.equal(await file.text(), 'the last word')
  }),
  check('files/signed-facts', 'a signed URL says what it is for and when it expires', needs, async (context) => {
    const file = (await context.files()).file('a/b.txt')
    await file.put('x')
    const get = await file.signedUrl({ expiresInMs: 10 * minuteMs })
    const put = await file.signedUrl({ method: 'PUT', expiresInMs: 10 * minuteMs })
    assert.deepEqual([get.method, put.method], ['GET', 'PUT'])
    for (const { expiresAt, url, headers } of [get, put]) {
      const leftMs = expiresAt.getTime() - Date.now()
      assert.ok(leftMs > 8 * minuteMs && leftMs < 12 * minuteMs, `expires in ${leftMs} ms instead of ten minutes`)
      if (context.secret !== undefined) assert.ok(!JSON.stringify([url, headers]).includes(context.secret))
    }
    assert.equal(await file.text(), 'x')
  }),
  check(
    'files/signed-method',
    'a signed URL for reading does not write, and one for writing does not read',
    needs,
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('old')
      const get = await file.signedUrl()
      const written = await request({ ...get, method: 'PUT' }, Buffer.from('new'))
      assert.ok(written.status >= 400, `a PUT with the URL for reading answered ${written.status}`)
      assert.equal(await file.text(), 'old')
      const put = await file.signedUrl({ method: 'PUT' })
      const read = await request({ ...put, method: 'GET' })
      assert.ok(read.status >= 400, `a GET with the URL for writing answered ${read.status}`)
    },
  ),
  check(
    'files/signed-expired',
    'a signed URL stops working when it expires',
    { ...needs, timeoutMs: 60_000 },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('old')
      const get = await file.signedUrl({ expiresInMs: 1000 })
      const put = await file.signedUrl({ method: 'PUT', expiresInMs: 1000 })
      for (const { expiresAt } of [get, put])
        assert.ok(expiresAt.getTime() < Date.now() + 10_000, 'it works for longer than it was asked to')
      await poll(async () => (await request(get)).status >= 400, 'the URL for reading still works')
      await poll(() => Date.now() > put.expiresAt.getTime() + 50, 'the URL for writing does not expire')
      const answer = await request(put, Buffer.from('new'))
      assert.ok(answer.status >= 400, `an expired URL answered ${answer.status}`)
      assert.equal(await file.text(), 'old')
      const again = await request(await file.signedUrl())
      assert.equal(await again.text(), 'old')
    },
  ),
  check(
    'files/signed-missing',
    'a signed URL for reading a missing file gives an error status',
    needs,
    async (context) => {
      const area = await context.files()
      await area.file('a/b.txt').put('x')
      assert.equal(await area.file('a/b.txt').text(), 'x')
      const response = await request(await area.file('a/missing.txt').signedUrl())
      assert.ok(response.status >= 400, `answered ${response.status}`)
    },
  ),
]

async function request({ url, method, headers }: SignedUrl, body?: Uint8Array): Promise<Response> {
  const sent = body === undefined ? null : new Blob([Uint8Array.from(body)])
  return fetch(url, { method, headers, body: sent })
}
