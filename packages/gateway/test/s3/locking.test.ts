import { randomBytes } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { interceptDriver, StorageError, type WriteFileRequest } from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'
const size = 2_000_000

test('a write that fails while it waits for its turn does not keep the turn', async () => {
  const events = { updating: Promise.withResolvers<void>(), mayUpdate: Promise.withResolvers<void>() }
  let writes = 0
  const { client } = await startS3({}, (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'files.update') {
        events.updating.resolve()
        await events.mayUpdate.promise
      }
      if (call.operation !== 'files.write') return next(call)
      writes += 1
      return writes === 2 ? failOnceWaiting(call.request as WriteFileRequest) : next(call)
    }),
  )
  const put = (Body: Buffer) => client.send(new PutObjectCommand({ Bucket, Key: 'a', Body }))
  const first = put(randomBytes(size))
  await events.updating.promise
  await expect(put(randomBytes(size))).rejects.toMatchObject({ name: 'ServiceUnavailable' })
  events.mayUpdate.resolve()
  await first
  const last = randomBytes(size)
  const { ETag } = await put(last)
  const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }))
  expect(read.ETag).toBe(ETag)
  expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(last)).toBe(true)
})

/** Takes all bytes, and gives up while the source still waits to end. */
async function failOnceWaiting({ source }: WriteFileRequest): Promise<never> {
  const iterator = source.open()[Symbol.asyncIterator]()
  for (let taken = 0; taken < size;) taken += ((await iterator.next()).value as Uint8Array).length
  // Asked for what follows the last byte, the source waits; nobody waits for it.
  iterator.next().catch(() => undefined)
  throw new StorageError({ code: 'unavailable', message: 'gave up', retryable: false })
}

test('a reader sees a large object with the ETag it will keep', async () => {
  const updating = Promise.withResolvers<void>()
  const mayUpdate = Promise.withResolvers<void>()
  const { client } = await startS3({}, (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'files.update') {
        updating.resolve()
        await mayUpdate.promise
      }
      return next(call)
    }),
  )
  const written = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: randomBytes(size) }))
  await updating.promise
  const read = client.send(new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=0-0' }))
  mayUpdate.resolve()
  expect((await read).ETag).toBe((await written).ETag)
})

test('an object that is deleted before it has its ETag was written all the same', async () => {
  const { client, storage } = await startS3({}, (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'files.update') await storage.bucket(Bucket).file('a').delete()
      return next(call)
    }),
  )
  const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: randomBytes(size) }))
  expect(ETag).toMatch(/^"[0-9a-f]{32}-1"$/)
  expect(await storage.bucket(Bucket).file('a').exists()).toBe(false)
})
