import { createHash, randomBytes } from 'node:crypto'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { CapabilityName } from '@stowage/core'
import { interceptDriver, type StorageDriver, StorageError, type StorageErrorCode } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { send } from './raw-request.ts'
import { type RunningS3, startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'

/** A driver that can't do some things. */
function without(...missing: readonly CapabilityName[]): (driver: StorageDriver) => StorageDriver {
  return (driver) => {
    const operations = { ...driver.capabilities.operations }
    for (const name of missing) delete operations[name]
    return interceptDriver(driver, (call, next) => next(call), {
      capabilities: { ...driver.capabilities, operations },
    })
  }
}

async function etagsOf({ client }: RunningS3, Key: string): Promise<(string | undefined)[]> {
  const head = await client.send(new HeadObjectCommand({ Bucket, Key }))
  const read = await client.send(new GetObjectCommand({ Bucket, Key }))
  await read.Body?.transformToByteArray()
  const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key }))
  return [head.ETag, read.ETag, listed.Contents?.[0]?.ETag]
}

describe('a storage that keeps no metadata', () => {
  test.each([10, 2_000_000])('has ETags that are stable and no MD5, for %i bytes', async (size) => {
    const s3 = await startS3({}, without('files.metadata', 'files.contentType', 'files.tags'))
    const { ETag = '' } = await s3.client.send(
      new PutObjectCommand({ Bucket, Key: 'a', Body: randomBytes(size), ContentType: 'text/plain' }),
    )
    expect(ETag).toMatch(/^"[0-9a-f]{32}-1"$/)
    expect(await etagsOf(s3, 'a')).toEqual([ETag, ETag, ETag])
  })

  test('refuses metadata instead of losing it', async () => {
    const { client } = await startS3({}, without('files.metadata'))
    const put = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Metadata: { by: 'me' } }))
    await expect(put).rejects.toMatchObject({ name: 'NotImplemented' })
  })
})

test('a storage that can not change files has MD5s for what fits into memory, and stable ETags beyond', async () => {
  const s3 = await startS3({}, without('files.update'))
  const put = (Key: string, Body: Buffer) => s3.client.send(new PutObjectCommand({ Bucket, Key, Body }))
  const bytes = randomBytes(10)
  const small = await put('small', bytes)
  expect(small.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`)
  const large = await put('large', randomBytes(2_000_000))
  expect(await etagsOf(s3, 'large')).toEqual([large.ETag, large.ETag, large.ETag])
  const more = { MetadataDirective: 'REPLACE', Metadata: { by: 'you' } } as const
  await s3.client.send(new CopyObjectCommand({ Bucket, Key: 'small', CopySource: `${Bucket}/small`, ...more }))
  const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key: 'small' }))
  expect(head).toMatchObject({ ETag: small.ETag, Metadata: { by: 'you' } })
})

test('a storage that reads no ranges serves them all the same', async () => {
  const { client, storage } = await startS3({}, without('files.range'))
  const bytes = randomBytes(3_000_000)
  await storage.bucket(Bucket).file('a').put(bytes)
  for (const [Range, start, end] of [
    ['bytes=0-9', 0, 10],
    ['bytes=1048570-1048590', 1_048_570, 1_048_591],
    ['bytes=-5', 2_999_995, 3_000_000],
  ] as const) {
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a', Range }))
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(bytes.subarray(start, end))).toBe(true)
  }
})

test('a storage that copies nothing by itself has objects copied all the same', async () => {
  const { client } = await startS3({}, without('files.copy', 'files.deleteMany', 'buckets.get', 'buckets.create'))
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Metadata: { by: 'me' } }))
  await client.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }))
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'b' }))
  expect(head).toMatchObject({ ContentLength: 1, Metadata: { by: 'me' } })
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
})

test('a storage that can not create what is not there refuses the condition', async () => {
  const { client } = await startS3({}, without('files.createOnly'))
  const put = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', IfNoneMatch: '*' }))
  await expect(put).rejects.toMatchObject({ name: 'NotImplemented' })
})

test.each<readonly [StorageErrorCode, number, string]>([
  ['permission-denied', 403, 'AccessDenied'],
  ['unauthenticated', 500, 'InternalError'],
  ['rate-limited', 503, 'SlowDown'],
  ['quota-exceeded', 507, 'InsufficientStorage'],
  ['unavailable', 503, 'ServiceUnavailable'],
  ['timeout', 503, 'ServiceUnavailable'],
  ['invalid-argument', 400, 'InvalidArgument'],
  ['unsupported', 501, 'NotImplemented'],
  ['corrupt-data', 500, 'InternalError'],
  ['internal', 500, 'InternalError'],
])('a failure of the storage is told: %s', async (code, status, expected) => {
  const { url } = await startS3({}, (driver) =>
    interceptDriver(driver, (call, next) => {
      if (call.operation !== 'files.stat') return next(call)
      throw new StorageError({ code, message: 'something /etc/private happened', retryAfterMs: 1500 })
    }),
  )
  const answer = await send(`${url}/public-bucket/a`)
  expect([answer.status, answer.code, answer.headers['retry-after']]).toEqual([status, expected, '2'])
  expect(answer.body.toString().includes('/etc/private')).toBe(
    ['AccessDenied', 'InvalidArgument', 'NotImplemented', 'InsufficientStorage'].includes(expected),
  )
})

test('a failure while it is written leaves no object and is told', async () => {
  const s3 = await startS3({}, (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation !== 'files.write') return next(call)
      throw new StorageError({ code: 'quota-exceeded', message: 'the disk is full' })
    }),
  )
  for (const size of [10, 3_000_000]) {
    const put = s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: randomBytes(size) }))
    await expect(put).rejects.toMatchObject({ name: 'InsufficientStorage', $metadata: { httpStatusCode: 507 } })
  }
})
