import type { FileInfo, UploadOptions } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { crc32 } from 'node:zlib'
import { failed, namesEtag } from './conditions.ts'
import type { KeyLocks } from '../server/key-locks.ts'
import { type ObjectAttributes, withEtag } from './object-attributes.ts'
import { etagOf, type EtagSubject } from './object-etag.ts'
import { fileOf, lockName, type S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'

/** What is written. */
export interface ObjectContent {
  /** How many bytes it has. */
  readonly sizeBytes: number
  /** Gives the bytes, once; fails when they turn out wrong, after which nothing is written. */
  chunks(): AsyncIterable<Uint8Array>
  /** Gives the ETag, without quotes: after the last byte at the latest. */
  etag(): string
  /** The CRC32 in hex where it is known beforehand, and the ETag with it. */
  readonly crc32: string | undefined
}

/** Where an object goes, and when. */
export interface WriteTarget {
  /** The bucket. */
  readonly bucket: string
  /** The key. */
  readonly key: string
  /** What is set on it. */
  readonly attributes: ObjectAttributes
  /** What must hold. */
  readonly condition: ObjectCondition
  /** Aborted when the service closes. */
  readonly signal: AbortSignal
}

/** What must hold for an object to be written: nothing, that there is none, or that it is of an ETag. */
export type ObjectCondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'etag'; readonly etags: string }

// What is this small is gathered first: then its ETag is known before it is written, and stored in one step with it.
const smallBytes = 1024 * 1024

/** Reads the condition of a write. */
export function readCondition({ headers }: S3Request): ObjectCondition {
  const ifMatch = headers.get('if-match')
  const ifNoneMatch = headers.get('if-none-match')
  if (
    headers.has('if-modified-since') ||
    headers.has('if-unmodified-since') ||
    (ifMatch !== undefined && ifNoneMatch !== undefined)
  ) {
    throw new S3Error('NotImplemented', { fields: { Header: 'If-Modified-Since' } })
  }
  if (ifMatch !== undefined) return { kind: 'etag', etags: ifMatch }
  if (ifNoneMatch === undefined) return { kind: 'none' }
  if (ifNoneMatch.trim() !== '*') throw new S3Error('NotImplemented', { fields: { Header: 'If-None-Match' } })
  return { kind: 'absent' }
}

/**
 * Writes an object: it is there whole or not at all.
 *
 * @returns the file, with its ETag
 */
export async function writeObject(context: S3Context, target: WriteTarget, content: ObjectContent): Promise<FileInfo> {
  const condition = await writeCondition(context, target)
  try {
    const options = { ...condition, signal: target.signal }
    return content.sizeBytes <= smallBytes
      ? await putSmall(context, target, content, options)
      : await uploadLarge(context, target, content, options)
  } catch (error) {
    if (StorageError.is(error, 'already-exists')) throw failed('If-None-Match')
    if (target.condition.kind === 'etag' && StorageError.is(error, 'conflict')) throw failed('If-Match')
    throw error
  }
}

type WriteOptions = Pick<UploadOptions, 'overwrite' | 'ifEtag' | 'signal'>

async function writeCondition(context: S3Context, target: WriteTarget): Promise<WriteOptions> {
  const { condition, bucket, key, signal } = target
  if (condition.kind === 'none') return {}
  if (condition.kind === 'absent') return { overwrite: false }
  const info = await fileOf(context, bucket, key).stat({ signal })
  if (!namesEtag(condition.etags, etagOf(info))) throw failed('If-Match')
  if (info.etag === undefined) throw new S3Error('NotImplemented', { fields: { Header: 'If-Match' } })
  return { ifEtag: info.etag }
}

async function putSmall(
  context: S3Context,
  { bucket, key, attributes }: WriteTarget,
  content: ObjectContent,
  options: WriteOptions,
): Promise<FileInfo> {
  const chunks: Uint8Array[] = []
  for await (const chunk of content.chunks()) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const subject = { etag: content.etag(), sizeBytes: bytes.length, crc32: crc32(bytes).toString(16).padStart(8, '0') }
  const put = { ...options, ...withEtag(attributes, subject, context.storage) }
  const { file } = await context.locks.run(lockName(bucket, key), () => fileOf(context, bucket, key).put(bytes, put))
  return file
}

/**
 * Writes what is too large to gather. Where its ETag is known only when it has been written, it is set in a second step, and
 * nobody here gets between the two.
 */
async function uploadLarge(
  context: S3Context,
  { bucket, key, attributes }: WriteTarget,
  content: ObjectContent,
  options: WriteOptions,
): Promise<FileInfo> {
  const name = lockName(bucket, key)
  const held: (() => void)[] = []
  let isOver = false
  const hold = async (locks: KeyLocks): Promise<void> => {
    const release = await locks.acquire(name)
    // The storage may have given up meanwhile.
    if (isOver) release()
    else held.push(release)
  }
  async function* lockedAtEnd(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* content.chunks()
    await hold(context.locks)
    await hold(context.finishing)
  }
  try {
    const { sizeBytes } = content
    const known = content.crc32 === undefined ? undefined : { etag: content.etag(), sizeBytes, crc32: content.crc32 }
    const first = known === undefined ? attributes : withEtag(attributes, known, context.storage)
    const upload = { ...options, ...first, sizeBytes }
    const { file, checksums } = await fileOf(context, bucket, key).upload(lockedAtEnd(), upload)
    if (known !== undefined) return file
    return await setEtag(context, file, attributes, { etag: content.etag(), sizeBytes, crc32: checksums.crc32 })
  } finally {
    isOver = true
    for (const release of held) release()
  }
}

async function setEtag(
  context: S3Context,
  written: FileInfo,
  attributes: ObjectAttributes,
  subject: EtagSubject,
): Promise<FileInfo> {
  const { storage } = context
  if (!storage.supports('files.metadata', 'files.update')) return written
  try {
    const { metadata } = withEtag(attributes, subject, storage)
    const updated = await storage.bucket(written.bucket).file(written.key).update({ metadata })
    // Another program may have written it meanwhile; a version's own etag may change with what is set on it.
    const isSame = updated.sizeBytes === written.sizeBytes && updated.checksums.crc32 === written.checksums.crc32
    return isSame ? updated : written
  } catch (error) {
    // The object is written, whatever becomes of its ETag; somebody may even have deleted it since.
    if (StorageError.is(error)) return written
    throw error
  }
}
