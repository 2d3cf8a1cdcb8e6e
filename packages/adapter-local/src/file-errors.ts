import type { StorageErrorCode } from '@stowage/core/driver'
import { StorageError } from '@stowage/core/driver'
import type { FileRequest } from '@stowage/core/driver'
import { errorCode } from './engine/files/file-tree.ts'
import type { Refusal } from './engine/files/file-publish.ts'

const codes: Readonly<Record<string, readonly [StorageErrorCode, string]>> = {
  ENOSPC: ['quota-exceeded', 'the disk is full: free space and try again'],
  EDQUOT: ['quota-exceeded', 'the disk quota is reached: free space and try again'],
  EFBIG: ['quota-exceeded', 'the file is larger than the file system or the process may write'],
  EACCES: ['permission-denied', 'this process may not: check the owner and mode of the directory'],
  EPERM: ['permission-denied', 'this process may not: check the owner and mode of the directory'],
  EROFS: ['permission-denied', 'the file system is read-only'],
  EMFILE: ['unavailable', 'this process has too many files open: read to the end what was begun, or raise the limit'],
  ENFILE: ['unavailable', 'the system has too many files open'],
  EEXIST: ['corrupt-data', 'a file or link is in the place of one of its directories: remove it'],
  ENOTDIR: ['corrupt-data', 'a file or link is in the place of one of its directories: remove it'],
  ENOENT: ['corrupt-data', 'one of its directories is gone: close the storage and open it again'],
  EIO: ['unavailable', 'the disk failed to read or write: check it'],
}

/** Gives the error of a failed call to the file system; any other as it is. */
export function fileSystemError(error: unknown): unknown {
  const known = codes[errorCode(error)]
  if (known === undefined || StorageError.is(error)) return error
  const [code, hint] = known
  const message = `The embedded backend can't work on its files, ${hint} (${(error as Error).message})`
  return new StorageError({ code, message, nativeCode: errorCode(error), applied: 'no' }, {}, error)
}

/** The error of a bucket that isn't there. */
export function noBucket(bucket: string): StorageError {
  return new StorageError({
    code: 'not-found',
    message: `There is no bucket "${bucket}": create it first, or check the name`,
    details: { bucket },
  })
}

/** The error of a file that isn't there. */
export function noFile({ bucket, key }: FileRequest): StorageError {
  return new StorageError({
    code: 'not-found',
    message: `There is no file "${key}" in bucket "${bucket}": check the key`,
    details: { bucket, key },
  })
}

/** The error of a write that the index refused. */
export function refused(why: Refusal, { bucket, key }: FileRequest): StorageError {
  switch (why) {
    case 'no-bucket':
      return noBucket(bucket)
    case 'archived':
      return new StorageError({
        code: 'permission-denied',
        message: `Bucket "${bucket}" is archived and takes no writes: unarchive it first`,
        applied: 'no',
      })
    case 'exists':
      return new StorageError({
        code: 'already-exists',
        message: `There is a file "${key}" in bucket "${bucket}" already: choose another key, or allow overwriting`,
        applied: 'no',
      })
    case 'changed':
      return otherVersion({ bucket, key })
  }
}

/** The error of a file that is not, or no longer, the version that was asked for. */
export function otherVersion({ bucket, key }: FileRequest): StorageError {
  return new StorageError({
    code: 'conflict',
    message: `File "${key}" in bucket "${bucket}" is not the version with this etag: look again, and retry with the new etag`,
    applied: 'no',
  })
}

/** The error of content that isn't what was written through Stowage. */
export function changedOutside({ bucket, key }: FileRequest, found: string): StorageError {
  return new StorageError({
    code: 'corrupt-data',
    message: `The content of "${key}" in bucket "${bucket}" was changed outside Stowage: ${found}. Restore it or write the file again`,
    details: { bucket, key },
  })
}

/** The error of anything asked of files that are closed. */
export function filesClosed(): StorageError {
  return new StorageError({ code: 'closed', message: 'The storage was closed: open it again' })
}
