import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createDcssDriver, type DcssOptions } from '@stowage/adapter-dcss'
import { createStorage, type Storage } from '@stowage/core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { missingCephRgw } from '../s3/ceph-rgw.ts'
import { requireServer } from '../s3/require-server.ts'
import { startCephSpaces } from './ceph-spaces.ts'
import { startSigningDataApi } from './signing-data-api.ts'

const missing = missingCephRgw()
if (missing === undefined) await proveOnCeph()
else requireServer('a Ceph object gateway', missing)

async function proveOnCeph(): Promise<void> {
  const server = await startCephSpaces()
  const api = await startSigningDataApi(server)
  afterAll(async () => {
    await api.close()
    await server.close()
  })
  const open = (options: DcssOptions = {}): Storage => {
    const place = { dataApiUrl: api.url, s3Url: server.url }
    const storage = createStorage(createDcssDriver({ ...place, token: api.token, ...options }, { environment: {} }))
    onTestFinished(() => storage.close())
    return storage as Storage
  }
  const keysOf = async (storage: Storage, space: string, prefix: string): Promise<string[]> => {
    const entries = await storage.bucket(space).files({ prefix }).toArray()
    return entries.map((entry) => (entry.kind === 'file' ? entry.file.key : entry.prefix))
  }

  describe('signed URLs on Ceph', () => {
    test.each(['plain.txt', 'a b+c%2F#?&=.txt', "quotes'(1)!*", 'Grüße/日本語/🐈', 'a//b/', '~tilde:@$,;'])(
      'a file under %j is written, read, listed and deleted',
      async (name) => {
        const storage = open()
        const file = storage.bucket('private').file(`keys/${name}`)
        await file.put(name)
        expect(await file.text()).toBe(name)
        expect(await file.stat()).toMatchObject({ key: file.key, sizeBytes: Buffer.byteLength(name) })
        expect(await keysOf(storage, 'private', 'keys/')).toEqual([file.key])
        await file.delete()
        expect(await file.exists()).toBe(false)
      },
    )

    test('16 MiB go up from a stream and down to disk, and the MD5 of both ways is compared', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'stowage-ceph-'))
      onTestFinished(() => rm(folder, { recursive: true, force: true }))
      const bytes = randomBytes(16 * 1024 * 1024)
      const file = open().bucket('private').file('large.bin')
      const upload = await file.upload(Readable.from([bytes.subarray(0, 5_000_000), bytes.subarray(5_000_000)]), {
        sizeBytes: bytes.byteLength,
        checksums: ['md5'],
      })
      expect(upload.verification).toMatchObject({ verified: true, algorithm: 'md5' })
      const download = await file.download(join(folder, 'large.bin'))
      expect(download.verification).toMatchObject({ verified: true, algorithm: 'md5' })
      expect(bytes.equals(await readFile(join(folder, 'large.bin')))).toBe(true)
      expect(bytes.subarray(1_000_000, 1_000_010)).toEqual(
        Buffer.from(await file.get({ range: { start: 1_000_000, end: 1_000_010 } })),
      )
    })

    test('a file in parts is one file, and a smaller one in its place leaves no parts', async () => {
      const storage = open({ partBytes: 1_000_000 })
      const bytes = randomBytes(2_500_000)
      const file = storage.bucket('private').file('parts/map.bin')
      await file.upload(bytes)
      const raw = open({ partBytes: 999_999 })
      expect(await keysOf(raw, 'private', 'parts/')).toEqual(['000', '001', '002'].map((end) => `${file.key}.${end}`))
      expect(await keysOf(storage, 'private', 'parts/')).toEqual([file.key])
      expect(bytes.equals(await file.get())).toBe(true)
      expect(
        bytes.subarray(999_990, 2_000_010).equals(await file.get({ range: { start: 999_990, end: 2_000_010 } })),
      ).toBe(true)
      await file.put('small')
      expect(await keysOf(raw, 'private', 'parts/')).toEqual([file.key])
    })

    test('an empty file is stored and read', async () => {
      const file = open().bucket('private').file('empty')
      await file.put('')
      expect(await file.get()).toHaveLength(0)
    })

    test('the space user keeps files below the number of the user', async () => {
      const storage = open()
      await storage.bucket('user').file('notes.txt').put('mine')
      expect(await keysOf(storage, 'user', '')).toEqual(['-1/notes.txt'])
      expect(await storage.bucket('user').file('-1/notes.txt').text()).toBe('mine')
    })

    test('the space public is read and listed without a token, and takes no writes without one', async () => {
      const written = open().bucket('public').file('hello.txt')
      await written.put('hello')
      const anybody = createStorage(createDcssDriver({ s3Url: server.url }, { environment: {} }))
      onTestFinished(() => anybody.close())
      expect(await anybody.bucket('public').file('hello.txt').text()).toBe('hello')
      expect(await anybody.bucket('public').file('hell').exists()).toBe(false)
      expect(await anybody.bucket('public').files().toArray()).toHaveLength(1)
      await expect(anybody.bucket('public').file('hello.txt').put('x')).rejects.toMatchObject({ code: 'unsupported' })
      await expect(anybody.bucket('private').file('x').exists()).rejects.toMatchObject({ code: 'unauthenticated' })
    })

    test(
      'a listing of over 1,000 keys fails, and is complete where prefixes are narrowed',
      { timeout: 120_000 },
      async () => {
        const storage = open()
        const keys = Array.from({ length: 1010 }, (_, index) => `many/${index}`)
        for (let start = 0; start < keys.length; start += 32) {
          const some = keys.slice(start, start + 32)
          await Promise.all(some.map((key) => storage.bucket('private').file(key).put('')))
        }
        await expect(keysOf(storage, 'private', 'many/')).rejects.toMatchObject({
          code: 'unsupported',
          nativeCode: 'ListingTruncated',
        })
        expect(await keysOf(open({ listStrategy: 'narrow' }), 'private', 'many/')).toEqual(keys.toSorted())
      },
    )

    test('an expired URL fails as a refusal, not as a missing file', async () => {
      const file = open().bucket('private').file('expiring')
      await file.put('x')
      const signed = await file.signedUrl()
      expect(await (await fetch(signed.url)).text()).toBe('x')
      api.expiresInSeconds = 1
      onTestFinished(() => void (api.expiresInSeconds = 3600))
      const soon = await file.signedUrl()
      expect(soon.expiresAt.getTime()).toBeLessThan(Date.now() + 2000)
      await expect.poll(async () => (await fetch(soon.url)).status, { timeout: 10_000 }).toBe(403)
    })

    test('a token that is refused says so, without showing it', async () => {
      const { sampleTokens } = await import('@stowage/gateway')
      const file = open({ token: sampleTokens.dt2 }).bucket('private').file('x')
      const error: unknown = await file.get().catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'permission-denied' })
      expect(String(error)).not.toContain(sampleTokens.dt2)
    })
  })
}
