import { StorageError, type StorageErrorCode } from '@stowage/core/driver'
import { bucketOf, type S3Context } from './s3-context.ts'
import { S3Error, type S3ErrorCode } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'

const codes: Readonly<Partial<Record<StorageErrorCode, S3ErrorCode>>> = {
  'invalid-argument': 'InvalidArgument',
  unsupported: 'NotImplemented',
  'already-exists': 'PreconditionFailed',
  conflict: 'OperationAborted',
  'permission-denied': 'AccessDenied',
  'rate-limited': 'SlowDown',
  'quota-exceeded': 'InsufficientStorage',
  unavailable: 'ServiceUnavailable',
  timeout: 'ServiceUnavailable',
  aborted: 'ServiceUnavailable',
  closed: 'ServiceUnavailable',
}

// What a client can do something about; the rest is between us and the storage.
const tellable: ReadonlySet<StorageErrorCode> = new Set([
  'invalid-argument',
  'unsupported',
  'permission-denied',
  'quota-exceeded',
])

/** Turns any failure into what the client is told. */
export async function explainFailure(error: unknown, context: S3Context, request: S3Request): Promise<S3Error> {
  const refusal = refusalIn(error)
  if (refusal !== undefined) return refusal
  if (!StorageError.is(error)) return new S3Error('InternalError', {}, error)
  if (error.code === 'not-found') return explainMissing(error, context, request)
  const message = tellable.has(error.code) ? { message: error.message } : {}
  const after = error.retryAfterMs === undefined ? undefined : String(Math.ceil(error.retryAfterMs / 1000))
  const headers = after === undefined ? {} : { headers: { 'Retry-After': after } }
  return new S3Error(codes[error.code] ?? 'InternalError', { ...message, ...headers }, error)
}

/** Finds an error of ours in what a storage made of it: sources of bytes fail within the storage. */
function refusalIn(error: unknown): S3Error | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof S3Error) return cause
  return undefined
}

// The storage has one code for both; S3 has two, and clients tell them apart.
async function explainMissing(error: StorageError, context: S3Context, { bucket, key }: S3Request): Promise<S3Error> {
  const isBucketThere = key !== '' && (await bucketExists(context, bucket))
  return isBucketThere
    ? new S3Error('NoSuchKey', { fields: { Key: key } }, error)
    : new S3Error('NoSuchBucket', { fields: { BucketName: bucket } }, error)
}

/** Tells whether a bucket is there; one that can't be looked up counts as there. */
export async function bucketExists(context: S3Context, name: string): Promise<boolean> {
  if (!context.storage.supports('buckets.get')) return true
  return bucketOf(context, name).exists()
}
