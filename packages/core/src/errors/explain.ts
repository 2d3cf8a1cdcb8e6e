import type { StorageDriver } from '../driver/storage-driver.ts'
import { type ErrorFacts, type ErrorPlace, StorageError, type StorageErrorCode } from './storage-error.ts'

const codeByErrno: Readonly<Record<string, StorageErrorCode>> = {
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOSPC: 'quota-exceeded',
  EDQUOT: 'quota-exceeded',
  EFBIG: 'quota-exceeded',
  EMFILE: 'unavailable',
  ENFILE: 'unavailable',
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  EPIPE: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  ETIMEDOUT: 'timeout',
  ENOENT: 'not-found',
  EEXIST: 'already-exists',
  EISDIR: 'invalid-argument',
  ENOTDIR: 'invalid-argument',
  ENAMETOOLONG: 'invalid-argument',
}

// These fail before anything reaches the service, so even an unsafe call may be repeated.
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EMFILE', 'ENFILE'])

const adviceByCode: Readonly<Partial<Record<StorageErrorCode, string>>> = {
  'permission-denied': 'check the permissions of the path or the credential',
  'quota-exceeded': 'free some space and try again',
  unavailable: 'try again later',
}

/**
 * Gives the StorageError for any failure: one as it is, with the place filled in where it has none; otherwise built from what
 * the driver knows of it, from Node's error codes, or `internal`.
 *
 * @param error - what was thrown
 * @param driver - whose operation failed
 * @param place - the operation and what it was done to
 */
export function toStorageError(
  error: unknown,
  driver: Pick<StorageDriver, 'backend' | 'explainError'>,
  place: Omit<ErrorPlace, 'backend'> = {},
): StorageError {
  const whole = { backend: driver.backend, ...place }
  if (StorageError.is(error)) return error.operation === undefined ? placed(error, whole) : error
  const facts = driver.explainError?.(error) ?? explainAbort(error) ?? explainErrno(error) ?? explainUnknown(error)
  return new StorageError(facts, whole, error)
}

function placed(error: StorageError, place: ErrorPlace): StorageError {
  return rebuildError(
    error,
    {},
    { ...place, backend: error.backend ?? place.backend, resource: error.resource ?? place.resource },
  )
}

/** Gives an error again with some facts or its place changed; cause and stack stay. */
export function rebuildError(
  error: StorageError,
  changes: Partial<ErrorFacts>,
  place: ErrorPlace = error,
): StorageError {
  const { code, message, status, nativeCode, requestId, retryable, retryAfterMs, applied, details } = error
  const facts = { code, message, status, nativeCode, requestId, retryable, retryAfterMs, applied, details }
  const { backend, operation, resource } = place
  const built = new StorageError({ ...facts, ...changes }, { backend, operation, resource }, error.cause)
  if (error.stack !== undefined && changes.message === undefined) built.stack = error.stack
  return built
}

/** Says what an abort or a timeout signal's reason means; undefined for other failures. */
export function explainAbort(error: unknown): ErrorFacts | undefined {
  const name = error instanceof Error ? error.name : undefined
  if (name === 'TimeoutError') return { code: 'timeout', message: 'the deadline passed before the operation was done' }
  if (name === 'AbortError') return { code: 'aborted', message: 'the operation was aborted' }
  return undefined
}

function explainErrno(error: unknown): ErrorFacts | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const code = codeByErrno[error.code]
  if (code === undefined) return undefined
  const advice = adviceByCode[code]
  const message = advice === undefined ? error.message : `${error.message}: ${advice}`
  return { code, message, nativeCode: error.code, applied: neverSent.has(error.code) ? 'no' : undefined }
}

function explainUnknown(error: unknown): ErrorFacts {
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message: `unexpected failure: ${message}` }
}
