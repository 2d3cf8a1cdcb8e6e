import { createHash, randomBytes } from 'node:crypto'
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyCharacter } from './any-text.ts'
import { startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'
const md5 = (bytes: string | Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`

const copy = (client: S3Client, Key: string, from: string, more: Partial<CopyObjectCommandInput> = {}) =>
  client.send(new CopyObjectCommand({ Bucket, Key, CopySource: from, ...more }))

describe('copies', () => {
  test.each([10, 3_000_000])('of %i bytes have content, type, metadata and ETag of what they are of', async (size) => {
    const { client } = await startS3()
    const Body = randomBytes(size)
    const Key = 'dir/a b+é?'
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/csv', Metadata: { by: 'me' } }))
    const source = `/${Bucket}/${encodeURIComponent(Key)}`
    const copied = await copy(client, 'b', source)
    expect(copied.CopyObjectResult?.ETag).toBe(md5(Body))
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'b' }))
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true)
    expect(read).toMatchObject({ ETag: md5(Body), ContentType: 'text/csv', Metadata: { by: 'me' } })
    const more = { MetadataDirective: 'REPLACE', Metadata: { by: 'you' }, ContentType: 'text/plain' } as const
    const replaced = await copy(client, 'c', source, more)
    expect(replaced.CopyObjectResult?.ETag).toBe(md5(Body))
    const other = await client.send(new HeadObjectCommand({ Bucket, Key: 'c' }))
    expect(other).toMatchObject({ ETag: md5(Body), ContentType: 'text/plain', Metadata: { by: 'you' } })
    expect(other.ContentLength).toBe(size)
  })

  test('of an object to itself replace what is set on it, and nothing else', async () => {
    const { client } = await startS3()
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Metadata: { by: 'me' } }))
    await expect(copy(client, 'a', `${Bucket}/a`)).rejects.toMatchObject({ name: 'InvalidRequest' })
    await copy(client, 'a', `${Bucket}/a`, { MetadataDirective: 'REPLACE', Metadata: { by: 'you' } })
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }))
    expect(await read.Body?.transformToString()).toBe('x')
    expect(read).toMatchObject({ ETag: md5('x'), Metadata: { by: 'you' }, ContentType: 'binary/octet-stream' })
  })

  test('weigh conditions on what they are of, and on what is there', async () => {
    const { client } = await startS3()
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
    const failed = { name: 'PreconditionFailed' }
    await expect(copy(client, 'b', `${Bucket}/a`, { CopySourceIfMatch: '"y"' })).rejects.toMatchObject(failed)
    await expect(copy(client, 'b', `${Bucket}/a`, { CopySourceIfNoneMatch: md5('x') })).rejects.toMatchObject(failed)
    await copy(client, 'b', `${Bucket}/a`, { CopySourceIfMatch: md5('x'), IfNoneMatch: '*' })
    await expect(copy(client, 'b', `${Bucket}/a`, { IfNoneMatch: '*' })).rejects.toMatchObject(failed)
  })

  test('of what is not there name what is missing', async () => {
    const { client } = await startS3()
    await expect(copy(client, 'b', `${Bucket}/missing`)).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(copy(client, 'b', 'no-such-bucket/a')).rejects.toMatchObject({ name: 'NoSuchBucket' })
    await expect(copy(client, 'b', 'nothing')).rejects.toMatchObject({ name: 'InvalidArgument' })
    await expect(copy(client, 'b', `${Bucket}/a?versionId=1`)).rejects.toMatchObject({ name: 'NotImplemented' })
  })
})

describe('deleting many objects', () => {
  const remove = (client: S3Client, keys: readonly string[], Quiet = false) =>
    client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet } }))

  test('deletes those and no others, whatever their keys are', async () => {
    const { client, storage } = await startS3()
    const keys = ['a&b', '<c>', ' d ', '\r\n', '\u0001e', 'e', '%41', 'A', '..', '😀']
    for (const key of [...keys, 'stays', 'a']) await storage.bucket(Bucket).file(key).put('x')
    const answer = await remove(client, [...keys, 'missing'])
    expect(answer.Deleted).toHaveLength(keys.length + 1)
    expect(answer.Errors).toBeUndefined()
    const left = await storage.bucket(Bucket).files().toArray()
    expect(left.map((entry) => (entry.kind === 'file' ? entry.file.key : ''))).toEqual(['a', 'stays'])
  })

  test('is quiet when asked to', async () => {
    const { client, storage } = await startS3()
    await storage.bucket(Bucket).file('a').put('x')
    expect((await remove(client, ['a'], true)).Deleted).toBeUndefined()
    expect(await storage.bucket(Bucket).file('a').exists()).toBe(false)
  })

  test('takes a thousand long keys at once, and not one more', async () => {
    const { client } = await startS3()
    const keys = Array.from({ length: 1000 }, (_, number) => `${number}${'&'.repeat(200)}`)
    expect((await remove(client, keys)).Deleted).toHaveLength(1000)
    await expect(remove(client, [...keys, 'a'])).rejects.toMatchObject({ name: 'MalformedXML' })
    await expect(remove(client, [])).rejects.toMatchObject({ name: 'MalformedXML' })
  })

  test('of a missing bucket fails as a whole', async () => {
    const { client } = await startS3()
    const command = new DeleteObjectsCommand({ Bucket: 'no-such-bucket', Delete: { Objects: [{ Key: 'a' }] } })
    await expect(client.send(command)).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })
})

test('any key works in every operation and comes back as it is', async () => {
  const { client, storage } = await startS3()
  const sign = fc.oneof(
    fc.constantFrom('/', '//', '.', '..', '/../', '%', '%2F', '+', ' ', '?', '#', '&', '\\', '"', '~', '*'),
    anyCharacter,
  )
  const key = fc.array(sign, { minLength: 1, maxLength: 6 }).map((signs) => signs.join(''))
  const property = fc.asyncProperty(key, async (Key) => {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
    expect(await storage.bucket(Bucket).file(Key).text()).toBe(Key)
    const read = await client.send(new GetObjectCommand({ Bucket, Key }))
    expect(await read.Body?.transformToString()).toBe(Key)
    const source = `${Bucket}/${encodeURIComponent(Key)}`
    await copy(client, `${Key}~`, source)
    expect(await storage.bucket(Bucket).file(`${Key}~`).text()).toBe(Key)
    const Objects = [{ Key }, { Key: `${Key}~` }]
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(await storage.bucket(Bucket).files().toArray()).toEqual([])
  })
  await fc.assert(property, { numRuns: 60 })
})
