import { randomBytes } from 'node:crypto'
import { StorageError, type StorageErrorCode } from '@stowage/core/driver'
import { S3Error } from '../s3/s3-error.ts'
import { BrokenBody } from '../server/message-chunks.ts'

/** What a refusal says beside its message. */
export interface RefusalFacts {
  /** The parameters it is about: `context` of an answer, `contextParams` of a job. */
  readonly context?: Readonly<Record<string, unknown>> | undefined
  /** What a failed job has as its results. */
  readonly results?: Readonly<Record<string, unknown>> | undefined
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** More fields of the answer's body. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
}

/** A refusal, whether it becomes an answer or the end of a job. */
export class KeboolaError extends Error {
  /** The HTTP status where it is an answer. */
  readonly status: number
  /** The API's own code. */
  readonly code: string
  /** The rest. */
  readonly facts: RefusalFacts
  /** What support would look it up by. */
  readonly exceptionId: string = `exception-${randomBytes(12).toString('hex')}`

  constructor(status: number, code: string, message: string, facts: RefusalFacts = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
    this.code = code
    this.facts = facts
  }

  /** The body of an answer. */
  get body(): Readonly<Record<string, unknown>> {
    const { context, fields = {} } = this.facts
    const error = { status: 'error', error: this.message, code: this.code, exceptionId: this.exceptionId }
    return { ...error, ...(context === undefined ? {} : { context }), ...fields }
  }

  /** What a job that ends with it says. */
  get jobError(): Readonly<Record<string, unknown>> {
    const { code, message, exceptionId } = this
    return { code, message, exceptionId, contextParams: this.facts.context ?? null, uuid: null }
  }
}

/** A bad parameter. Codes differ from one endpoint to the next. */
export function badRequest(message: string, code = 'storage.validation', facts: RefusalFacts = {}): KeboolaError {
  return new KeboolaError(400, code, message, facts)
}

/** Something that isn't there; the resource is named as codes have it: `tables`, `buckets`, `files`. */
export function notFound(resource: string, message: string): KeboolaError {
  return new KeboolaError(404, `storage.${resource}.notFound`, message)
}

const statuses: Readonly<Partial<Record<StorageErrorCode, number>>> = {
  'invalid-argument': 400,
  unsupported: 501,
  'not-found': 404,
  'already-exists': 400,
  conflict: 400,
  'corrupt-data': 400,
  'permission-denied': 403,
  'rate-limited': 429,
  unavailable: 503,
  timeout: 503,
  aborted: 503,
  closed: 503,
}

// What a client can do something about; the rest is between us and the storage.
const tellable: ReadonlySet<StorageErrorCode> = new Set([
  'invalid-argument',
  'unsupported',
  'corrupt-data',
  'conflict',
  'permission-denied',
])

/** Turns any failure into what the client is told. */
export function explainFailure(error: unknown): KeboolaError {
  // Sources of bytes and rows fail within the storage, which wraps what they say.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof KeboolaError) return cause
    if ((cause instanceof BrokenBody && !cause.isStopped) || cause instanceof S3Error) {
      return new KeboolaError(400, 'malformedRequest', 'The request is incomplete or its path is not UTF-8', {}, cause)
    }
  }
  if (!StorageError.is(error)) return new KeboolaError(500, 'internalError', 'Application error', {}, error)
  const status = statuses[error.code] ?? 500
  const message = tellable.has(error.code) ? error.message : 'The backend of the storage failed'
  const seconds = error.retryAfterMs === undefined ? undefined : String(Math.ceil(error.retryAfterMs / 1000))
  const headers = seconds === undefined ? {} : { 'retry-after': seconds }
  return new KeboolaError(status, 'storage.backend.exception', message, { headers }, error)
}
