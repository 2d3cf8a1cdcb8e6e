import { randomBytes } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { interceptDriver, StorageError, type WriteFileRequest } from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { type RunningS3, startS3 } from './s3-fixture.ts'

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

/** Starts a service whose changes of files wait until a test lets them go on. */
async function startSlowly(): Promise<RunningS3 & { updating: Promise<void>; update: () => void }> {
  const updating = Promise.withResolvers<void>()
  const mayUpdate = Promise.withResolvers<void>()
  const s3 = await startS3({}, (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'files.update') {
        updating.resolve()
        await mayUpdate.promise
      }
      return next(call)
    }),
  )
  return { ...s3, updating: updating.promise, update: mayUpdate.resolve }
}

const fiftyMs = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

test('a reader sees a large object with the ETag it will keep', async () => {
  const { client, updating, update } = await startSlowly()
  const written = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: randomBytes(size) }))
  await updating
  const read = client.send(new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=0-0' }))
  await Promise.race([read, fiftyMs()])
  update()
  expect((await read).ETag).toBe((await written).ETag)
})

test('a write gets its ETag before the next one begins', async () => {
  const { client, updating, update } = await startSlowly()
  const put = (Body: Buffer, by: string) =>
    client.send(new PutObjectCommand({ Bucket, Key: 'a', Body, Metadata: { by } }))
  const first = put(randomBytes(size), 'first')
  await updating
  const second = put(Buffer.from('second'), 'second')
  await Promise.race([second, fiftyMs()])
  update()
  await first
  const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }))
  expect(read).toMatchObject({ ETag: (await second).ETag, Metadata: { by: 'second' } })
  expect(await read.Body?.transformToString()).toBe('second')
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
