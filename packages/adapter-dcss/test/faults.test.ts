import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { StorageError } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDcssDriver } from '../src/index.ts'
import { startDcss } from './dcss-fixture.ts'

const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251)
const errorPage = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>'

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-dcss-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function failureOf(work: PromiseLike<unknown>): Promise<StorageError> {
  try {
    await work
  } catch (error) {
    if (StorageError.is(error)) return error
    throw error
  }
  throw new Error('succeeded, but should have failed')
}

describe('tokens', () => {
  const options = { dataApiUrl: 'http://127.0.0.1:1', s3Url: 'http://127.0.0.1:1' }
  const make = (given: object): unknown => createDcssDriver({ ...options, ...given }, { environment: {} })

  test.each(['nonsense', 'dt1-abc-def', 'dt3-abc-def', 'dt1-0OIl-0OIl'])('that are none fail at once: %s', (token) => {
    expect(() => make({ token })).toThrowError(expect.objectContaining({ code: 'unauthenticated' }))
  })

  test('whose signature is wrong fail at once, unless it is not to be checked', async () => {
    const { gateway } = await startDcss()
    const token = gateway.mintToken({ uid: 7 })
    expect(() => make({ token })).toThrowError(/signature.*is wrong/)
    expect(() => make({ token, verifyToken: false })).not.toThrow()
    expect(() => make({ token, publicKeys: [gateway.tokenPublicKey] })).not.toThrow()
  })

  test('that expired are a warning, and a failure where that is wanted', async () => {
    const { gateway } = await startDcss()
    expect(() => make({ token: gateway.token })).not.toThrow()
    const failing = (): unknown => make({ token: gateway.token, rejectExpired: true })
    expect(failing).toThrowError(expect.objectContaining({ code: 'unauthenticated', nativeCode: 'ExpiredToken' }))
  })

  test('that are missing fail where one is needed, and name both ways to give one', async () => {
    const { open } = await startDcss()
    const storage = open({ token: undefined } as never)
    const error = await failureOf(storage.bucket('private').file('x').get())
    expect(error).toMatchObject({ code: 'unauthenticated', message: /`token`.*DUCKIETOWN_TOKEN/ })
    expect(() => storage.native.space('user')).toThrowError(expect.objectContaining({ code: 'unauthenticated' }))
    expect(await storage.bucket('public').file('x').exists()).toBe(false)
  })

  test('show in no error and no inspection, and neither do signed URLs', async () => {
    const { gateway, open } = await startDcss()
    const storage = open()
    gateway.faults.add({ match: { server: 's3' }, status: 403, body: errorPage })
    const error = await failureOf(storage.bucket('private').file('x').get())
    for (let one: unknown = error; one instanceof Error; one = one.cause) {
      const shown = inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one) + one.message
      expect(shown).not.toContain(gateway.token)
      expect(shown).not.toMatch(/X-Amz-Signature=[0-9a-f]/)
    }
  })
})

describe('refusals', () => {
  test.each(['http', 'envelope'] as const)('by %s say what was refused', async (refusals) => {
    const { open } = await startDcss({ refusals, spaces: ['public', 'private', 'user', 'event'] })
    const error = await failureOf(open().bucket('event').file('x').get())
    expect(error).toMatchObject({ code: 'permission-denied', details: { action: 'get_object', key: 'x' } })
    const other = await failureOf(open({ impersonate: 42 }).bucket('user').file('x').put('x'))
    expect(other).toMatchObject({ code: 'permission-denied', applied: 'no' })
  })

  test('of S3 are no "not there"', async () => {
    const { gateway, open } = await startDcss()
    gateway.faults.add({ match: { server: 's3', method: 'HEAD' }, status: 403 })
    await expect(open().bucket('private').file('x').exists()).rejects.toMatchObject({ code: 'permission-denied' })
  })

  test.each(['../x', 'a/../b', './x', 'a/.', '/x', 'k'.repeat(1021)])(
    'come before anything is sent: %s',
    async (key) => {
      const { gateway, open } = await startDcss()
      for (const storage of [open(), open({ token: undefined } as never)]) {
        const { code } = await failureOf(Promise.resolve().then(() => storage.bucket('public').file(key).get()))
        expect(code).toBe('invalid-argument')
      }
      await expect(open().bucket('Not A Space').file('x').get()).rejects.toMatchObject({ code: 'invalid-argument' })
      expect(gateway.requests).toEqual([])
    },
  )
})

describe('a download', () => {
  test.each([0.1, 0.5, 0.9])('goes on where the connection dropped, at %f of it', async (share) => {
    const { gateway, open } = await startDcss()
    const file = open().bucket('private').file('x')
    await file.put(content)
    const path = join(await temporaryDirectory(), 'copy')
    const rule = { match: { server: 's3', method: 'GET' }, times: 1, dropAfterBytes: content.length * share }
    gateway.faults.add(rule)
    const { verification } = await file.download(path)
    expect(verification).toMatchObject({ verified: true, algorithm: 'md5' })
    expect(new Uint8Array(await readFile(path))).toEqual(content)
    const gets = gateway.requests.filter(({ server, method }) => server === 's3' && method === 'GET')
    expect(gets.map(({ headers }) => headers['range'] !== undefined)).toEqual([false, true])
    expect(gets[1]?.headers['if-match']).toBe(`"${createHash('md5').update(content).digest('hex')}"`)
  })

  test('gets a new URL when the first expired, also for taking it up again', async () => {
    const { gateway, open } = await startDcss()
    const file = open().bucket('private').file('x')
    await file.put(content)
    const expired = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
    const match = { server: 's3', method: 'GET' }
    gateway.faults.add({ match, times: 1, dropAfterBytes: 100_000 })
    gateway.faults.add({ match, nth: 2, times: 1, status: 403, body: expired })
    expect(await file.get()).toEqual(content)
    gateway.faults.clear()
    gateway.faults.add({ match, status: 403, body: expired })
    gateway.requests.length = 0
    await expect(file.get()).rejects.toMatchObject({ code: 'permission-denied' })
    expect(gateway.requests.filter(({ server }) => server === 's3')).toHaveLength(2)
  })

  test.each([200, 403, 404, 500])('takes no error page with status %i for the file', async (status) => {
    const { gateway, open } = await startDcss()
    const file = open().bucket('private').file('x')
    await file.put(content)
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'copy'), 'old')
    gateway.faults.add({ match: { server: 's3', method: 'GET' }, status, body: errorPage, contentType: 'text/xml' })
    await failureOf(file.download(join(directory, 'copy'), { overwrite: true }))
    await failureOf(file.get({ range: { start: 5, end: 10 } }))
    expect(await readdir(directory)).toEqual(['copy'])
    expect(await readFile(join(directory, 'copy'), 'utf8')).toBe('old')
  })

  test('fails when fewer bytes come than were announced, and when they are others', async () => {
    const { gateway, open, stored } = await startDcss()
    const file = open().bucket('private').file('x')
    await file.put(content)
    gateway.faults.add({ match: { server: 's3', method: 'GET' }, wrongLength: 10 })
    await failureOf(file.get())
    gateway.faults.clear()
    // Every answer ends early as if that were all: the ETag tells.
    gateway.faults.add({ match: { server: 's3', method: 'GET' }, truncate: 1000 })
    await expect(file.get()).rejects.toMatchObject({ code: 'corrupt-data' })
    expect(stored.backend).toBe('local')
  })

  test('to a device, a directory or a file that is there fails and leaves what was there', async () => {
    const { open } = await startDcss()
    const file = open().bucket('private').file('x')
    await file.put(content)
    const directory = await temporaryDirectory()
    await expect(file.download(directory, { overwrite: true })).rejects.toMatchObject({ code: 'invalid-argument' })
    await writeFile(join(directory, 'old'), 'old')
    await expect(file.download(join(directory, 'old'))).rejects.toMatchObject({ code: 'already-exists' })
    await expect(file.download('/dev/full', { overwrite: true })).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(await readFile(join(directory, 'old'), 'utf8')).toBe('old')
  })
})

describe('an upload', () => {
  test('that failed has no request under way any more', async () => {
    const { gateway, open } = await startDcss()
    gateway.faults.add({ match: { server: 's3', method: 'PUT' }, status: 403 })
    gateway.faults.add({ match: { server: 's3', method: 'HEAD' }, delayMs: 100 })
    await failureOf(open().bucket('private').file('x').put('new'))
    expect(gateway.requests.filter(({ status }) => status === undefined)).toEqual([])
    expect(gateway.requests.some(({ method }) => method === 'HEAD')).toBe(true)
  })

  test.each([0.1, 0.5, 0.9])('whose connection drops at %f of it leaves what was there', async (share) => {
    const { gateway, open } = await startDcss()
    const file = open().bucket('private').file('x')
    await file.put('old')
    const rule = { match: { server: 's3', method: 'PUT' }, times: 1, dropRequestAfterBytes: content.length * share }
    gateway.faults.add(rule)
    const error = await failureOf(file.upload(Readable.from([content]), { sizeBytes: content.length }))
    expect(error).toMatchObject({ code: 'unavailable', applied: 'no', retryable: false })
    expect(await file.text()).toBe('old')
  })

  test('whose answer is lost is looked up: applied, or not', async () => {
    const { gateway, open } = await startDcss()
    const file = open().bucket('private').file('x')
    const match = { server: 's3', method: 'PUT' }
    gateway.faults.add({ match, times: 1, resetSocket: true, when: 'after' })
    const { file: written } = await file.put('new')
    expect(written.etag).toBe((await file.stat()).etag)
    gateway.faults.add({ match, times: 1, resetSocket: true, when: 'before' })
    await expect(file.put('newer')).rejects.toMatchObject({ code: 'unavailable', applied: 'no', retryable: true })
    expect(await file.text()).toBe('new')
  })

  test('whose answer is lost is unknown where nothing can be looked up', async () => {
    const { gateway, open } = await startDcss()
    gateway.faults.add({ match: { server: 's3', method: 'PUT' }, times: 1, resetSocket: true, when: 'after' })
    gateway.faults.add({ match: { server: 's3', method: 'HEAD' }, status: 403 })
    await expect(open().bucket('private').file('x').put('new')).rejects.toMatchObject({ applied: 'unknown' })
  })

  test('gets a new URL when the first expired, but sends no stream twice', async () => {
    const { gateway, open } = await startDcss()
    const file = open().bucket('private').file('x')
    const expired = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
    gateway.faults.add({ match: { server: 's3', method: 'PUT' }, times: 1, status: 403, body: expired })
    await file.put('new')
    expect(await file.text()).toBe('new')
    gateway.faults.add({ match: { server: 's3', method: 'PUT' }, times: 1, status: 403, body: expired })
    let readings = 0
    const stream = (async function* (): AsyncGenerator<Uint8Array> {
      readings += 1
      yield content
    })()
    await expect(file.upload(stream, { sizeBytes: content.length })).rejects.toMatchObject({ applied: 'no' })
    expect(readings).toBe(1)
    expect(await file.text()).toBe('new')
  })

  test('of unknown length is refused, or put aside first where that is wanted', async () => {
    const { open } = await startDcss()
    const refused = open()
      .bucket('private')
      .file('x')
      .upload(Readable.from([content]))
    await expect(refused).rejects.toMatchObject({ code: 'unsupported' })
    const file = open({ spoolUnknownLength: true }).bucket('private').file('x')
    await file.upload(Readable.from([content]))
    expect(await file.get()).toEqual(content)
  })

  test.each(['v2', 'v4'] as const)('works with URLs signed by version %s', async (signature) => {
    const { open } = await startDcss({ signature })
    const file = open().bucket('private').file('a b+c')
    await file.put('new')
    expect(await file.text()).toBe('new')
    await file.delete()
  })
})

describe('a listing', () => {
  const keys = Array.from({ length: 1200 }, (_, index) => `${index % 7}/${String(index).padStart(5, '0')}`)

  async function fill(stored: Awaited<ReturnType<typeof startDcss>>['stored']): Promise<void> {
    for (const key of keys) await stored.bucket('private').file(key).put('')
  }

  test('longer than a page is complete or fails, by how the URL is signed and what is wanted', async () => {
    const v4 = await startDcss()
    await fill(v4.stored)
    const list = async (storage: ReturnType<typeof v4.open>): Promise<string[]> =>
      (await storage.bucket('private').files().toArray()).map((entry) => (entry.kind === 'file' ? entry.file.key : ''))
    const error = await failureOf(list(v4.open()))
    expect(error).toMatchObject({ code: 'unsupported', nativeCode: 'ListingTruncated' })
    expect(error.details['keys']).toHaveLength(1000)
    expect(await list(v4.open({ listStrategy: 'narrow' }))).toEqual(keys.toSorted())
    expect(await list(v4.openDirect())).toEqual(keys.toSorted())
    const short = await v4.open().bucket('private').files({ prefix: '3/' }).toArray()
    expect(short).toHaveLength(keys.filter((key) => key.startsWith('3/')).length)
  })

  test('through URLs of version 2 goes on after the first page', async () => {
    const { open, stored } = await startDcss({ signature: 'v2', listEncoding: 'url' })
    await fill(stored)
    const entries = await open().bucket('private').files().toArray()
    expect(entries.map((entry) => entry.kind === 'file' && entry.file.key)).toEqual(keys.toSorted())
  })

  test.each([
    ['a page of a proxy', '<html><body>Log in</body></html>'],
    ['an error', errorPage],
    ['nothing', ''],
    ['half a listing', '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><Contents><Key>a</Key>'],
    [
      'one that lacks keys',
      '<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>3</KeyCount></ListBucketResult>',
    ],
  ])('takes %s with status 200 for no listing', async (_, body) => {
    const { gateway, open, openDirect } = await startDcss()
    gateway.faults.add({ match: { server: 's3', method: 'GET' }, status: 200, body, contentType: 'application/xml' })
    for (const storage of [open(), openDirect(), open({ token: undefined } as never)]) {
      const error = await failureOf(storage.bucket('public').files().toArray())
      expect(error.code).not.toBe('internal')
    }
  })
})
