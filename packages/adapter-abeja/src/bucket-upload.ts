import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { RequestBody } from '@stowage/http'
import type { AbejaBucketFilesClient } from './bucket-files-client.ts'
import type { AbejaLifetime } from './lifetime.ts'
import { isLost } from './lost-answer.ts'
import { formatMark, type Mark, markName, readMark } from './mark.ts'
import type { AbejaMetadata, MetadataCase } from './metadata.ts'
import { gatherSmall } from './upload-source.ts'
import type { AbejaCallOptions } from './wire.ts'

/** A file on its way into a bucket. */
export interface BucketUpload {
  /** The bucket. */
  readonly bucketId: string
  /** Where to. */
  readonly path: string
  /** The bytes. */
  readonly body: RequestBody
  /** Its media type; undefined for none. */
  readonly contentType: string | undefined
  /** All its metadata but the mark. */
  readonly metadata: AbejaMetadata
  /** What happens to capital letters in names of metadata. */
  readonly metadataCase: MetadataCase
  /** How long it is kept. */
  readonly lifetime: AbejaLifetime | undefined
}

/** What was uploaded. */
export interface BucketUploadResult {
  /** What was noted of it. */
  readonly mark: Mark
  /** How many bytes were sent. */
  readonly sizeBytes: number
}

/** Files up to this size are read before they are sent: metadata goes before the bytes and can't be changed, so a checksum has to be known. */
const gatheredBytes = 1024 * 1024

/**
 * Uploads a file with a mark in its metadata: its media type and lifetime, which the service doesn't tell, and its length and checksum
 * where they are known before it is sent. When the answer is lost the file is looked at, and nothing is sent twice.
 */
export async function uploadToBucket(
  client: AbejaBucketFilesClient,
  upload: BucketUpload,
  call: AbejaCallOptions,
): Promise<BucketUploadResult> {
  const { bucketId, path, contentType, lifetime, metadata, metadataCase } = upload
  const body = await gatherSmall(upload.body, gatheredBytes)
  const digest =
    body instanceof Uint8Array
      ? { sizeBytes: body.byteLength, crc32: crc32(body).toString(16).padStart(8, '0') }
      : undefined
  const mark: Mark = { ...digest, upload: randomUUID(), contentType, lifetime }
  const marked = { ...metadata, [markName]: formatMark(mark) }
  const counted = countBytes(body)
  try {
    await client.uploadBucketFile(
      bucketId,
      path,
      counted.body,
      { contentType, lifetime, metadata: marked, metadataCase },
      call,
    )
  } catch (error) {
    if (!isLost(error) || call.signal?.aborted === true) throw error
    if (!counted.isWhole() || !(await hasArrived(client, upload, mark, counted.sizeBytes(), call))) throw error
  }
  return { mark, sizeBytes: counted.sizeBytes() }
}

async function hasArrived(
  client: AbejaBucketFilesClient,
  { bucketId, path }: BucketUpload,
  mark: Mark,
  sizeBytes: number,
  call: AbejaCallOptions,
): Promise<boolean> {
  // A lookup that fails leaves us with what is known: that the answer was lost.
  const file = await client.getBucketFile(bucketId, path, call).catch(() => undefined)
  // What broke off on its way may be there as well, in part.
  return file?.sizeBytes === sizeBytes && readMark(file.metadata).upload === mark.upload
}

/** A body that is counted while it is sent. */
interface CountedBody {
  readonly body: RequestBody
  readonly sizeBytes: () => number
  /** Whether it was read to its end: before that nobody can have all of it. */
  readonly isWhole: () => boolean
}

function countBytes(body: RequestBody): CountedBody {
  if (body instanceof Uint8Array) return { body, sizeBytes: () => body.byteLength, isWhole: () => true }
  // Each reading counts for itself: one that was given up may still get a chunk.
  let last: Reading = { sizeBytes: 0, isWhole: false }
  async function* open(): AsyncGenerator<Uint8Array, void, undefined> {
    const reading: Reading = (last = { sizeBytes: 0, isWhole: false })
    for await (const chunk of (body as Exclude<RequestBody, Uint8Array>).open()) {
      reading.sizeBytes += chunk.byteLength
      yield chunk
    }
    reading.isWhole = true
  }
  const counted = { sizeBytes: body.sizeBytes, isReopenable: body.isReopenable, open }
  return { body: counted, sizeBytes: () => last.sizeBytes, isWhole: () => last.isWhole }
}

interface Reading {
  sizeBytes: number
  isWhole: boolean
}
