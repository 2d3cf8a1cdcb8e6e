import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { Storage } from '@stowage/core'
import { interceptDriver, type ListFilesRequest } from '@stowage/core/driver'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { send } from './raw-request.ts'
import { startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'

const putAll = async (storage: Storage, keys: Iterable<string>): Promise<void> => {
  for (const key of keys) await storage.bucket(Bucket).file(key).put('x')
}

async function listAllV2(client: S3Client, more: Partial<ListObjectsV2CommandInput> = {}): Promise<string[]> {
  const names: string[] = []
  for await (const { Contents = [], CommonPrefixes = [], KeyCount } of paginateListObjectsV2(
    { client },
    { Bucket, ...more },
  )) {
    expect(KeyCount).toBe(Contents.length + CommonPrefixes.length)
    names.push(...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix = '' }) => Prefix))
  }
  return names
}

async function listAllV1(
  client: S3Client,
  more: { Prefix?: string; Delimiter?: string; MaxKeys?: number },
): Promise<string[]> {
  const names: string[] = []
  let Marker: string | undefined
  for (let page = 0; page < 500; page += 1) {
    const answer = await client.send(new ListObjectsCommand({ Bucket, Marker, ...more }))
    const { Contents = [], CommonPrefixes = [], IsTruncated, NextMarker } = answer
    names.push(...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix = '' }) => Prefix))
    if (IsTruncated !== true) return names
    expect(NextMarker === undefined).toBe(more.Delimiter === undefined)
    Marker = NextMarker ?? Contents.at(-1)?.Key
  }
  throw new Error('the listing does not end')
}

/** A listing the way it is described: nothing but a sorted list. */
function expectedNames(keys: readonly string[], prefix: string, delimiter: string, after: string): string[] {
  const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))
  const names = new Set<string>()
  for (const key of keys.toSorted(byBytes)) {
    if (!key.startsWith(prefix) || (after !== '' && byBytes(key, after) <= 0)) continue
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const name = at === -1 ? key : key.slice(0, at + delimiter.length)
    if (name !== after) names.add(name)
  }
  return [...names]
}

describe('listings', () => {
  test('give 1,205 keys in pages of 1,000 and of 100, in both versions', async () => {
    const { client, storage } = await startS3()
    const keys = Array.from({ length: 1205 }, (_, number) => `k/${String(number).padStart(4, '0')}`)
    await putAll(storage, keys)
    const first = await client.send(new ListObjectsV2Command({ Bucket }))
    expect([first.KeyCount, first.IsTruncated, first.MaxKeys]).toEqual([1000, true, 1000])
    expect(await listAllV2(client)).toEqual(keys)
    expect(await listAllV2(client, { MaxKeys: 100 })).toEqual(keys)
    expect(await listAllV1(client, { MaxKeys: 100 })).toEqual(keys)
    const wanted = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'k/1199', MaxKeys: 5000 }))
    expect([wanted.KeyCount, wanted.IsTruncated, wanted.MaxKeys]).toEqual([5, false, 1000])
  })

  test('carry what clients read, times with zeros for milliseconds', async () => {
    const { url, storage } = await startS3()
    await storage.bucket('public-bucket').file('a').put('hello')
    const answer = await send(`${url}/public-bucket/?prefix=`)
    expect(answer.headers['content-type']).toBe('application/xml')
    const text = answer.body.toString()
    const [, time] = /<Contents><Key>a<\/Key><LastModified>([^<]+)<\/LastModified>/.exec(text) ?? []
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
    expect(text).toMatch(/<ETag>&quot;[0-9a-f]{32}-1&quot;<\/ETag><Size>5<\/Size>/)
    expect(text).toContain('<StorageClass>STANDARD</StorageClass>')
    expect(text).toContain('<Name>public-bucket</Name><Prefix></Prefix>')
    expect(text).toContain('<Marker></Marker>')
    expect(text).not.toContain('KeyCount')
  })

  test('say that they are UTF-8 where that is wanted', async () => {
    const { url } = await startS3({ listCharset: true })
    expect((await send(`${url}/public-bucket`)).headers['content-type']).toBe('application/xml; charset=utf-8')
  })

  test('encode keys as AWS does when asked to', async () => {
    const { client, storage } = await startS3()
    const keys = ['a b/c+d', 'é', '\u0001', '100%', '😀']
    await putAll(storage, keys)
    const { Contents, EncodingType } = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }))
    expect(EncodingType).toBe('url')
    const listed = Contents?.map(({ Key = '' }) => Key) ?? []
    expect(listed).toEqual(['%01', '100%25', 'a+b/c%2Bd', '%C3%A9', '%F0%9F%98%80'])
    expect(listed.map((key) => decodeURIComponent(key.replaceAll('+', ' '))).toSorted()).toEqual(keys.toSorted())
  })

  test('hold keys of any characters as they are', async () => {
    const { client, storage } = await startS3()
    const keys = ['a&b', '<c>', '"d"', "'e'", '\r\nf\t', ' g ', '../h', 'i//j', 'k/', '\u00e9', 'e\u0301']
    await putAll(storage, keys)
    expect((await listAllV2(client)).toSorted()).toEqual(keys.toSorted())
  })

  test('are ordered by bytes, which is not the order of UTF-16', async () => {
    const { client, storage } = await startS3()
    await putAll(storage, ['\u{10000}', '\uffff', 'z', '\ud7ff', '\ue000'])
    expect(await listAllV2(client)).toEqual(['z', '\ud7ff', '\ue000', '\uffff', '\u{10000}'])
  })

  test('of no keys tell whether the bucket is there', async () => {
    const { client, storage } = await startS3()
    await putAll(storage, ['a'])
    const { KeyCount, IsTruncated } = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))
    expect([KeyCount, IsTruncated]).toEqual([0, false])
    const missing = new ListObjectsV2Command({ Bucket: 'no-such-bucket', MaxKeys: 0 })
    await expect(client.send(missing)).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  test('refuse tokens that were not made for them, and never show them to the storage', async () => {
    const seen: unknown[] = []
    const { client, storage } = await startS3({}, (driver) =>
      interceptDriver(driver, (call, next) => {
        if (call.operation === 'files.list') seen.push((call.request as ListFilesRequest).pageToken)
        return next(call)
      }),
    )
    await putAll(storage, ['a', 'b', 'c'])
    const { NextContinuationToken: token = '' } = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }))
    const bytes = Buffer.from(token, 'base64url')
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1
    const refused = { name: 'InvalidArgument' }
    for (const ContinuationToken of ['', 'x', bytes.toString('base64url')]) {
      const command = new ListObjectsV2Command({ Bucket, ContinuationToken })
      await expect(client.send(command)).rejects.toMatchObject(refused)
    }
    const other = new ListObjectsV2Command({ Bucket, ContinuationToken: token, Prefix: 'a' })
    await expect(client.send(other)).rejects.toMatchObject(refused)
    expect(seen).toEqual([undefined])
    const rest = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }))
    expect(rest.Contents?.map(({ Key }) => Key)).toEqual(['b', 'c'])
  })

  test.each(['max-keys=x', 'max-keys=-1', 'encoding-type=hex', 'prefix=%'])('refuse %s', async (query) => {
    const { url } = await startS3()
    expect((await send(`${url}/public-bucket?${query}`)).status).toBe(400)
  })

  test('that start in a group show what is left of it, and that start at it nothing', async () => {
    const { client, storage } = await startS3()
    await putAll(storage, ['a', 'd/1', 'd/2', 'e'])
    const list = (StartAfter: string) => listAllV2(client, { Delimiter: '/', StartAfter })
    expect(await list('d/1')).toEqual(['e', 'd/'])
    expect(await list('d/2')).toEqual(['e'])
    expect(await list('d/')).toEqual(['e'])
    expect(await list('d')).toEqual(['e', 'd/'])
    expect(await list('f')).toEqual([])
  })

  test('collect the small pages some storages give', async () => {
    const { client, storage } = await startS3({}, (driver) =>
      interceptDriver(driver, (call, next) => {
        if (call.operation !== 'files.list') return next(call)
        const request = call.request as ListFilesRequest
        return next({ ...call, request: { ...request, pageSize: Math.min(request.pageSize, 2) } })
      }),
    )
    const keys = ['a', 'b', 'c', 'd/1', 'd/2', 'e', 'f']
    await putAll(storage, keys)
    const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 5 }))
    expect([page.KeyCount, page.IsTruncated]).toEqual([5, true])
    expect(await listAllV2(client, { MaxKeys: 5 })).toEqual(keys)
    expect(await listAllV2(client, { StartAfter: 'b', MaxKeys: 3 })).toEqual(keys.slice(2))
    const grouped = await listAllV1(client, { Delimiter: '/', MaxKeys: 3 })
    expect(grouped.toSorted()).toEqual(['a', 'b', 'c', 'd/', 'e', 'f'])
  })

  test('go on by name without reading the start again', async () => {
    let calls = 0
    const { client, storage } = await startS3({}, (driver) =>
      interceptDriver(driver, (call, next) => {
        if (call.operation === 'files.list') calls += 1
        return next(call)
      }),
    )
    const keys = Array.from({ length: 60 }, (_, number) => `k${String(number).padStart(2, '0')}`)
    await putAll(storage, keys)
    expect(await listAllV1(client, { MaxKeys: 3 })).toEqual(keys)
    expect(calls).toBe(20)
  })

  test('are what a sorted list gives, for any keys, prefix, delimiter, start and page size', async () => {
    const { client, storage } = await startS3()
    const text = fc.array(fc.constantFrom('a', 'a', 'b', '/', '/', ' ', '\uffff', '\u{10000}'), { maxLength: 4 })
    const name = text.map((signs) => signs.join(''))
    const property = fc.asyncProperty(
      fc.uniqueArray(
        name.filter((key) => key !== ''),
        { maxLength: 25 },
      ),
      fc.oneof(fc.constant(''), name),
      fc.constantFrom('', '/', '/', 'a', '//'),
      fc.oneof(name, fc.nat()),
      fc.integer({ min: 1, max: 7 }),
      async (keys, Prefix, Delimiter, start, MaxKeys) => {
        // Starts within groups are worth more than starts anywhere.
        const StartAfter = typeof start === 'number' ? (keys[start % keys.length] ?? '') : start
        const bucket = storage.bucket(Bucket)
        await bucket.deleteFiles(
          (await bucket.files().toArray()).flatMap((one) => (one.kind === 'file' ? [one.file.key] : [])),
        )
        await putAll(storage, keys)
        const expected = expectedNames(keys, Prefix, Delimiter, StartAfter)
        const common = { Prefix, MaxKeys, ...(Delimiter === '' ? {} : { Delimiter }) }
        const v2 = await listAllV2(client, { ...common, ...(StartAfter === '' ? {} : { StartAfter }) })
        expect(v2.toSorted()).toEqual(expected.toSorted())
        const v1 = await listAllV1(client, common)
        expect(v1.toSorted()).toEqual(expectedNames(keys, Prefix, Delimiter, '').toSorted())
        const marked = await client.send(
          new ListObjectsCommand({ Bucket, ...common, MaxKeys: 1000, Marker: StartAfter }),
        )
        const { Contents = [], CommonPrefixes = [] } = marked
        const names = [...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix: one = '' }) => one)]
        expect(names.toSorted()).toEqual(expected.toSorted())
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
})
