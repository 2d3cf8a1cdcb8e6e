import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { describe, expect, test } from 'vitest'
import { atEnd, type RunningS3, startS3 } from './s3-fixture.ts'

const Bucket = 'bucket'
const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest()
const multipartEtag = (parts: readonly Buffer[]): string =>
  `"${createHash('md5')
    .update(Buffer.concat(parts.map(md5)))
    .digest('hex')}-${parts.length}"`

interface Started extends RunningS3 {
  /** Where parts wait. */
  readonly directory: string
}

async function start(): Promise<Started> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-multipart-test-'))
  const s3 = await startS3({ temporaryDirectory: directory, minPartBytes: 1000 })
  atEnd(() => rm(directory, { recursive: true, force: true }))
  return { ...s3, directory }
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

async function begin(client: S3Client, Key: string): Promise<{ Bucket: string; Key: string; UploadId: string }> {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/csv', Metadata: { by: 'me' } }),
  )
  return { Bucket, Key, UploadId: UploadId ?? '' }
}

async function sendPart(
  client: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string },
  PartNumber: number,
  Body: Buffer,
): Promise<CompletedPart> {
  const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
  expect(ETag).toBe(`"${md5(Body).toString('hex')}"`)
  return { ETag, PartNumber }
}

describe('a multipart upload', () => {
  test('becomes one object with the ETag of its parts, and leaves nothing behind', async () => {
    const { client, directory, storage } = await start()
    const upload = await begin(client, 'a b')
    const parts = [randomBytes(700_000), randomBytes(800_000), randomBytes(10)]
    const sent = [
      await sendPart(client, upload, 7, parts[2] as Buffer),
      await sendPart(client, upload, 1, parts[0] as Buffer),
      await sendPart(client, upload, 3, parts[1] as Buffer),
    ].toSorted((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0))
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'a b' }))).rejects.toMatchObject({ name: 'NotFound' })
    expect(await filesIn(directory)).toHaveLength(3)
    const done = await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: sent } }))
    expect(done.ETag).toBe(multipartEtag(parts))
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a b' }))
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(parts))).toBe(true)
    expect(read).toMatchObject({ ETag: done.ETag, ContentType: 'text/csv', Metadata: { by: 'me' } })
    const range = await client.send(new GetObjectCommand({ Bucket, Key: 'a b', Range: 'bytes=699990-700009' }))
    expect(await range.Body?.transformToByteArray()).toEqual(
      new Uint8Array(Buffer.concat(parts).subarray(699_990, 700_010)),
    )
    expect(await filesIn(directory)).toEqual([])
    expect((await storage.bucket(Bucket).files().toArray()).length).toBe(1)
  })

  test('can be completed again by who missed the answer, and by nobody for another key', async () => {
    const { client } = await start()
    const upload = await begin(client, 'a')
    const Parts = [await sendPart(client, upload, 1, randomBytes(5))]
    const complete = (Key: string): Promise<unknown> =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, Key, MultipartUpload: { Parts } }))
    const first = await complete('a')
    expect(await complete('a')).toMatchObject({ ETag: (first as { ETag: string }).ETag })
    await expect(complete('b')).rejects.toMatchObject({ name: 'NoSuchUpload' })
  })

  test('that is aborted leaves nothing and is unknown', async () => {
    const { client, directory } = await start()
    const upload = await begin(client, 'a')
    await sendPart(client, upload, 1, randomBytes(5000))
    await client.send(new AbortMultipartUploadCommand(upload))
    expect(await filesIn(directory)).toEqual([])
    const unknown = { name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } }
    await expect(client.send(new AbortMultipartUploadCommand(upload))).rejects.toMatchObject(unknown)
    await expect(sendPart(client, upload, 1, randomBytes(5))).rejects.toMatchObject(unknown)
    await expect(client.send(new ListPartsCommand(upload))).rejects.toMatchObject(unknown)
  })

  test('is gone when the service closes', async () => {
    const { client, directory, service } = await start()
    await sendPart(client, await begin(client, 'a'), 1, randomBytes(5000))
    await service.close()
    expect(await readdir(directory)).toEqual([])
  })

  test('takes the last of several parts with one number', async () => {
    const { client, directory } = await start()
    const upload = await begin(client, 'a')
    await sendPart(client, upload, 1, randomBytes(5000))
    const bytes = randomBytes(3000)
    const Parts = [await sendPart(client, upload, 1, bytes)]
    expect(await filesIn(directory)).toHaveLength(1)
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).ContentLength).toBe(3000)
  })

  test('lists its parts and itself, page by page', async () => {
    const { client } = await start()
    const upload = await begin(client, 'k/1')
    const second = await begin(client, 'k/2')
    for (const number of [1, 2, 3]) await sendPart(client, upload, number, randomBytes(number))
    const page = await client.send(new ListPartsCommand({ ...upload, MaxParts: 2 }))
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' })
    const rest = await client.send(new ListPartsCommand({ ...upload, PartNumberMarker: '2' }))
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3])
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'k/', MaxUploads: 1 }))
    expect(uploads.Uploads?.map(({ UploadId }) => UploadId)).toEqual([upload.UploadId])
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = uploads
    const others = await client.send(new ListMultipartUploadsCommand({ Bucket, KeyMarker, UploadIdMarker }))
    expect(others.Uploads?.map(({ UploadId }) => UploadId)).toEqual([second.UploadId])
    expect(others.IsTruncated).toBe(false)
  })

  test('is refused with parts that are missing, changed, out of order or too small, and stays as it was', async () => {
    const { client } = await start()
    const upload = await begin(client, 'a')
    const one = await sendPart(client, upload, 1, randomBytes(10))
    const two = await sendPart(client, upload, 2, randomBytes(2000))
    const complete = (Parts: CompletedPart[]): Promise<unknown> =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    await expect(complete([two, { ...two, PartNumber: 3 }])).rejects.toMatchObject({ name: 'InvalidPart' })
    await expect(complete([{ ...one, ETag: two.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' })
    await expect(complete([two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' })
    await expect(complete([one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' })
    await expect(complete([])).rejects.toMatchObject({ name: 'MalformedXML' })
    await complete([two])
  })

  test('does not replace an object that may not be there', async () => {
    const { client } = await start()
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'old' }))
    const upload = await begin(client, 'a')
    const Parts = [await sendPart(client, upload, 1, randomBytes(5))]
    const complete = { ...upload, MultipartUpload: { Parts } }
    await expect(
      client.send(new CompleteMultipartUploadCommand({ ...complete, IfNoneMatch: '*' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await client.send(new CompleteMultipartUploadCommand(complete))
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).ContentLength).toBe(5)
  })

  test('takes parts out of other objects', async () => {
    const { client } = await start()
    const bytes = randomBytes(5000)
    await client.send(new PutObjectCommand({ Bucket, Key: 'from é', Body: bytes }))
    const upload = await begin(client, 'a')
    const source = { ...upload, CopySource: `${Bucket}/${encodeURIComponent('from é')}` }
    const first = await client.send(new UploadPartCopyCommand({ ...source, PartNumber: 1 }))
    const range = { ...source, PartNumber: 2, CopySourceRange: 'bytes=1000-1999' }
    const second = await client.send(new UploadPartCopyCommand(range))
    const tooFar = { ...source, PartNumber: 3, CopySourceRange: 'bytes=1000-5000' }
    await expect(client.send(new UploadPartCopyCommand(tooFar))).rejects.toMatchObject({ name: 'InvalidArgument' })
    const Parts = [first, second].map(({ CopyPartResult }, at) => ({ ETag: CopyPartResult?.ETag, PartNumber: at + 1 }))
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }))
    const expected = Buffer.concat([bytes, bytes.subarray(1000, 2000)])
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(expected)).toBe(true)
  })

  test('of lib-storage arrives whole, with the checksums it sends', async () => {
    const { client } = await start()
    const bytes = randomBytes(12 * 1024 * 1024)
    const Body = Readable.from([bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)])
    const upload = new Upload({ client, params: { Bucket, Key: 'big', Body }, partSize: 5 * 1024 * 1024 })
    const { ETag } = await upload.done()
    expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }))
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true)
  })

  test('of lib-storage that is aborted leaves nothing', async () => {
    const { client, directory } = await start()
    const Body = Readable.from(slowly())
    const upload = new Upload({ client, params: { Bucket, Key: 'big', Body }, partSize: 5 * 1024 * 1024 })
    const done = upload.done()
    upload.on('httpUploadProgress', () => void upload.abort())
    await expect(done).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => filesIn(directory)).toEqual([])
  })
})

async function* slowly(): AsyncGenerator<Buffer> {
  for (let at = 0; at < 40; at += 1) {
    yield Buffer.alloc(1024 * 1024)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
