import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type GetObjectCommandInput,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { startS3 } from './s3-fixture.ts'

const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex')

const put = (
  client: S3Client,
  Key: string,
  Body: NonNullable<PutObjectCommandInput['Body']>,
  more: Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'> = {},
) => client.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body, ...more }))

const get = async (client: S3Client, Key: string, more: Partial<GetObjectCommandInput> = {}) => {
  const answer = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key, ...more }))
  return { ...answer, bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) }
}

describe('objects', () => {
  test('come back as they were put, with type, metadata and MD5', async () => {
    const { client } = await startS3()
    const written = await put(client, 'notes/a b.txt', 'hello', {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentEncoding: 'identity',
      Metadata: { 'owner-id': '7', 'number-of-parts': '1' },
    })
    expect(written.ETag).toBe(`"${md5('hello')}"`)
    const read = await get(client, 'notes/a b.txt')
    expect(read.bytes.toString()).toBe('hello')
    expect(read).toMatchObject({
      ContentType: 'text/plain',
      ContentLength: 5,
      ETag: written.ETag,
      CacheControl: 'no-store',
      ContentEncoding: 'identity',
      AcceptRanges: 'bytes',
      Metadata: { 'owner-id': '7', 'number-of-parts': '1' },
    })
    const head = await client.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'notes/a b.txt' }))
    expect(head).toMatchObject({ ContentLength: 5, ETag: written.ETag, Metadata: { 'owner-id': '7' } })
  })

  test('of no bytes are objects too', async () => {
    const { client } = await startS3()
    await put(client, 'empty', Buffer.alloc(0))
    const read = await get(client, 'empty')
    expect(read.bytes.length).toBe(0)
    expect(read).toMatchObject({ ContentLength: 0, ETag: `"${md5('')}"` })
  })

  test.each([100, 1_000_000, 1_048_577, 5_000_000])('of %i bytes keep their MD5 when streamed', async (size) => {
    const { client, storage } = await startS3()
    const bytes = randomBytes(size)
    const written = await put(client, 'big', Readable.from(pieces(bytes, 70_000)), { ContentLength: size })
    expect(written.ETag).toBe(`"${md5(bytes)}"`)
    const read = await get(client, 'big')
    expect(read.bytes.equals(bytes)).toBe(true)
    expect(read.ETag).toBe(written.ETag)
    expect(read.Metadata).toEqual({})
    expect((await storage.bucket('bucket').file('big').get()).length).toBe(size)
  })

  test('come back from clients that send checksums only where they must', async () => {
    const s3 = await startS3()
    const client = s3.makeClient({
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    const bytes = randomBytes(2_000_000)
    const written = await put(client, 'a', Readable.from(pieces(bytes, 70_000)), { ContentLength: bytes.length })
    expect(written.ETag).toBe(`"${md5(bytes)}"`)
    expect((await get(client, 'a')).bytes.equals(bytes)).toBe(true)
  })

  test('that are missing are NoSuchKey, and deleting them succeeds', async () => {
    const { client } = await startS3()
    await expect(get(client, 'missing')).rejects.toThrow(NoSuchKey)
    await expect(client.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'missing' }))).rejects.toMatchObject({
      name: 'NotFound',
      $metadata: { httpStatusCode: 404 },
    })
    const deleted = await client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'missing' }))
    expect(deleted.$metadata.httpStatusCode).toBe(204)
  })

  test('of a missing bucket are NoSuchBucket for every method', async () => {
    const { client } = await startS3()
    const named = { Bucket: 'no-such-bucket', Key: 'a' }
    const missing = { name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } }
    await expect(client.send(new GetObjectCommand(named))).rejects.toMatchObject(missing)
    await expect(client.send(new PutObjectCommand({ ...named, Body: 'x' }))).rejects.toMatchObject(missing)
    await expect(client.send(new DeleteObjectCommand(named))).rejects.toMatchObject(missing)
  })

  test('are gone once deleted', async () => {
    const { client } = await startS3()
    await put(client, 'a', '1')
    await client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'a' }))
    await expect(get(client, 'a')).rejects.toThrow(NoSuchKey)
  })
})

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
