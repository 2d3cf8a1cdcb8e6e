import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { send, sendBytes } from './raw-request.ts'
import { atEnd, type RunningS3, startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'

function signed(
  s3: RunningS3,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  key?: string,
  query?: Record<string, string>,
): string {
  const common = { bucket: Bucket, expiresInSeconds: 60, version: 'v4', host: s3.host } as const
  return s3.service.signUrl({ ...common, method, key, query })
}

test('odd paths are keys as they are, or refused; none leaves its bucket', async () => {
  const s3 = await startS3()
  const files = s3.storage.bucket('public-bucket')
  for (const key of ['../secret', 'a//b', '.', '..', 'a/../b', '/a', 'a%2Fb', 'a+b']) await files.file(key).put(key)
  await s3.storage.bucket(Bucket).file('secret').put('no')
  const read = async (path: string): Promise<string> => (await send(`${s3.url}/public-bucket/${path}`)).body.toString()
  expect(await read('../secret')).toBe('../secret')
  expect(await read('%2e%2e%2Fsecret')).toBe('../secret')
  expect(await read('a//b')).toBe('a//b')
  expect(await read('.')).toBe('.')
  expect(await read('..')).toBe('..')
  expect(await read('a/../b')).toBe('a/../b')
  expect(await read('/a')).toBe('/a')
  expect(await read('a%252Fb')).toBe('a%2Fb')
  expect(await read('a+b')).toBe('a+b')
  expect(await read('../bucket/secret')).toContain('NoSuchKey')
  for (const path of ['/../bucket/secret', '//bucket/secret', '/./bucket/secret', '/%2e%2e/bucket/secret']) {
    expect((await send(s3.url + path)).status).not.toBe(200)
  }
})

test.each(['%', '%zz', 'a%2', '%ff', '%C0%AF', '%ED%A0%80'])('a path that is no text is refused: %s', async (path) => {
  const { url } = await startS3()
  const answer = await send(`${url}/public-bucket/${path}`)
  expect([answer.status, answer.code]).toEqual([400, 'InvalidURI'])
  const query = await send(`${url}/public-bucket?prefix=${path}`)
  expect([query.status, query.code]).toEqual([400, 'InvalidURI'])
})

test('keys have their limit in bytes', async () => {
  const { client } = await startS3()
  const put = (Key: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
  await put('é'.repeat(512))
  await expect(put(`${'é'.repeat(512)}a`)).rejects.toMatchObject({ name: 'KeyTooLongError' })
})

describe('documents', () => {
  const post = (s3: RunningS3, body: string | Buffer) =>
    send(signed(s3, 'POST', undefined, { delete: '' }), { method: 'POST', body })

  test('that expand, or are none, are refused', async () => {
    const s3 = await startS3()
    await s3.storage.bucket(Bucket).file('a').put('x')
    const lol = '<!DOCTYPE D [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    const entity = '<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    for (const text of [
      `${lol}<Delete><Object><Key>&b;</Key></Object></Delete>`,
      `${entity}<Delete><Object><Key>&x;</Key></Object></Delete>`,
      '<Delete><Object></Object></Delete>',
      '<Delete><Object><Key>a</Key></Object>',
      '<Delete>a</Delete>',
      '',
      'x',
    ]) {
      const answer = await post(s3, text)
      expect([answer.status, answer.code]).toEqual([400, 'MalformedXML'])
    }
    expect(await s3.storage.bucket(Bucket).file('a').exists()).toBe(true)
  })

  test('that are too large are refused before they are read', async () => {
    const s3 = await startS3()
    const answer = await post(s3, Buffer.alloc(3 * 1024 * 1024, 'a'))
    expect([answer.status, answer.code]).toEqual([400, 'MaxMessageLengthExceeded'])
    const url = signed(s3, 'POST', undefined, { delete: '' })
    const chunked = { 'transfer-encoding': 'chunked' }
    const unsaid = await send(url, { method: 'POST', headers: chunked, body: Buffer.alloc(3 * 1024 * 1024, 'a') })
    expect([unsaid.status, unsaid.code]).toEqual([400, 'MaxMessageLengthExceeded'])
  })
})

test('what is not served is said, and never taken for something else', async () => {
  const s3 = await startS3()
  await s3.storage.bucket(Bucket).file('a').put('x')
  for (const name of ['tagging', 'retention', 'legal-hold', 'torrent', 'restore']) {
    for (const method of ['GET', 'PUT', 'DELETE', 'POST'] as const) {
      const answer = await send(signed(s3, method, 'a', { [name]: '' }), { method })
      expect([name, method, answer.status]).toEqual([name, method, 501])
    }
  }
  for (const name of ['lifecycle', 'cors', 'versions', 'encryption', 'object-lock', 'website']) {
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const answer = await send(signed(s3, method, undefined, { [name]: '' }), { method })
      expect([name, method, answer.status]).toEqual([name, method, 501])
    }
  }
  const both = await send(signed(s3, 'DELETE', 'a', { uploadId: 'x', tagging: '' }), { method: 'DELETE' })
  expect(both.status).toBe(501)
  expect((await send(`${s3.url}/bucket/a`, { method: 'PATCH' })).status).toBe(405)
  expect((await send(`${s3.url}/`, { method: 'DELETE' })).status).toBe(405)
  expect(await s3.storage.bucket(Bucket).file('a').text()).toBe('x')
})

test('requests that are hardly HTTP do no harm', async () => {
  const { port, host, url } = await startS3()
  const tries = [
    `GET http://${host}/public-bucket HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    `GET public-bucket HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    `OPTIONS * HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    `GET /public-bucket HTTP/1.0\r\n\r\n`,
    `GET /public-bucket HTTP/1.1\r\nhost: ${host}\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
    `PUT /bucket/a HTTP/1.1\r\nhost: ${host}\r\ncontent-length: -5\r\n\r\n`,
    `PUT /bucket/a HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`,
  ]
  const answers: string[] = []
  for (const text of tries) answers.push((await sendBytes(port, text)).split('\r\n')[0] ?? '')
  expect(answers.map((line) => line.slice(9, 12))).toEqual(['200', '400', '400', '200', '431', '400', '400'])
  expect((await send(`${url}/public-bucket`)).status).toBe(200)
})

test('nothing of a key or secret is in an answer', async () => {
  const { client, url } = await startS3()
  const answer = await send(`${url}/bucket/a`)
  expect(answer.body.toString()).not.toMatch(/wJalr|stowage-/)
  await client.send(new PutObjectCommand({ Bucket: 'public-bucket', Key: 'a', Body: 'x' }))
  expect(JSON.stringify((await send(`${url}/public-bucket/a`)).headers)).not.toContain('stowage-s3')
})

describe('a service in a directory', () => {
  async function inDirectory(): Promise<{ s3: RunningS3; directory: string; open: () => Promise<Storage> }> {
    const directory = await mkdtemp(join(tmpdir(), 'stowage-s3-test-'))
    atEnd(() => rm(directory, { recursive: true, force: true }))
    const open = async (): Promise<Storage> => createStorage(await createLocalDriver({ path: directory })) as Storage
    return { s3: await startS3({ storage: await open() }), directory, open }
  }

  test('keeps ETags over a restart, also those of large objects', async () => {
    const { s3, open } = await inDirectory()
    const put = (Key: string, size: number) =>
      s3.client.send(new PutObjectCommand({ Bucket: 'public-bucket', Key, Body: Buffer.alloc(size, 7) }))
    const etags = [(await put('small', 10)).ETag, (await put('large', 3_000_000)).ETag]
    await s3.storage.close()
    const again = await startS3({ storage: await open() })
    for (const [at, key] of ['small', 'large'].entries()) {
      const answer = await send(`${again.url}/public-bucket/${key}`, { method: 'HEAD' })
      expect(answer.headers['etag']).toBe(etags[at])
      expect(answer.headers['etag']).toMatch(/^"[0-9a-f]{32}"$/)
    }
  })

  test('leaves no file of a broken upload behind', async () => {
    const { s3, directory } = await inDirectory()
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'other', Body: Buffer.alloc(3_000_000) }))
    const before = await readdir(directory, { recursive: true })
    const url = new URL(signed(s3, 'PUT', 'a'))
    const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${s3.host}\r\ncontent-length: 5000000\r\n\r\n`
    await sendBytes(s3.port, head, Buffer.alloc(4_000_000))
    await expect.poll(() => readdir(directory, { recursive: true })).toEqual(before)
    expect(await s3.storage.bucket(Bucket).file('a').exists()).toBe(false)
  })
})
