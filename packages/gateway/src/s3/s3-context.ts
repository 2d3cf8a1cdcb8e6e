import type { Bucket, File, Storage } from '@stowage/core'
import { type Clock, StorageError } from '@stowage/core/driver'
import type { BucketAccess } from './bucket-access.ts'
import type { BucketNames } from './bucket-names.ts'
import type { KeyLocks } from '../server/key-locks.ts'
import type { ListingCursors } from './listing-cursors.ts'
import type { MultipartUploads } from './multipart-uploads.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import type { S3Response } from './s3-response.ts'
import type { SignedPayload } from './signature-check.ts'

/** Metadata that objects have without its being kept, by name: the value of each, null for any, which is not given back. */
export type ImpliedMetadata = Readonly<Record<string, string | null>>

/** What all requests of a service share. */
export interface S3Context {
  /** What is served. */
  readonly storage: Storage
  /** How buckets are called here and there. */
  readonly names: BucketNames
  /** Who may read without signing. */
  readonly access: BucketAccess
  /** Who may write an object just now. */
  readonly locks: KeyLocks
  /** Which objects are written but lack their ETag for another moment. */
  readonly finishing: KeyLocks
  /** Where listings can go on. */
  readonly cursors: ListingCursors
  /** The multipart uploads under way. */
  readonly uploads: MultipartUploads
  /** The region. */
  readonly region: string
  /** Whether clients may ask for encryption by the service's own keys. */
  readonly acceptsEncryption: boolean
  /** Metadata that objects have without its being kept: the value of each, null for any. */
  readonly impliedMetadata: ImpliedMetadata
  /** The most bytes of one PUT. */
  readonly maxObjectBytes: number
  /** The least bytes of a part that isn't the last. */
  readonly minPartBytes: number
  /** The time. */
  readonly clock: Clock
}

/** One request and its answer. */
export interface Exchange {
  /** The request. */
  readonly request: S3Request
  /** Its answer. */
  readonly response: S3Response
  /** What its signature says of its body. */
  readonly payload: SignedPayload
  /** Whether it was signed at all. */
  readonly isSigned: boolean
  /** Aborted when the service closes, and when the request is over before its body was read. */
  readonly signal: AbortSignal
}

/** Answers one kind of request. */
export type Operation = (context: S3Context, exchange: Exchange) => Promise<void>

/** Gives the bucket a request names; fails with `NoSuchBucket` for names that can't be one's. */
export function bucketOf(context: S3Context, name: string): Bucket {
  const inStorage = context.names.toStorage(name)
  try {
    if (inStorage !== undefined) return context.storage.bucket(inStorage)
  } catch (error) {
    if (!StorageError.is(error, 'invalid-argument')) throw error
  }
  throw new S3Error('NoSuchBucket', { fields: { BucketName: name } })
}

const maxKeyBytes = 1024

/** Gives the file a request names. */
export function fileOf(context: S3Context, bucket: string, key: string): File {
  const most = Math.min(context.storage.capabilities.limits.keyBytes ?? maxKeyBytes, maxKeyBytes)
  const size = Buffer.byteLength(key)
  if (size > most) {
    throw new S3Error('KeyTooLongError', { fields: { Size: String(size), MaxSizeAllowed: String(most) } })
  }
  return bucketOf(context, bucket).file(key)
}

/** The name of an object's lock. */
export function lockName(bucket: string, key: string): string {
  return `${bucket}/${key}`
}
