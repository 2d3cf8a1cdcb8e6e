import { StorageError, type StorageErrorCode } from '@stowage/core/driver'
import { BrokenBody } from '../server/message-chunks.ts'

const statuses = {
  INVALID_API_KEY: 401,
  TABLE_NOT_FOUND: 404,
  TABLE_ALREADY_EXISTS: 400,
  INVALID_SCHEMA: 400,
  INVALID_FIELD_NAME: 422,
  SCHEMA_VALIDATION_ERROR: 400,
  CONFIRMATION_REQUIRED: 400,
  QUERY_SYNTAX_ERROR: 400,
  RATE_LIMIT_EXCEEDED: 429,
} as const

/** A code of the service's documentation. */
export type ZerodbErrorCode = keyof typeof statuses

/** What a refusal says beside its text. */
export interface RefusalFacts {
  /** The service's code; undefined where it gives none. */
  readonly code?: ZerodbErrorCode
  /** More fields of the body. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal on its way to the client. */
export class ZerodbError extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly #detail: unknown
  readonly #facts: RefusalFacts

  constructor(status: number, detail: unknown, facts: RefusalFacts = {}, cause?: unknown) {
    super(typeof detail === 'string' ? detail : JSON.stringify(detail), cause === undefined ? undefined : { cause })
    this.status = status
    this.headers = facts.headers ?? {}
    this.#detail = detail
    this.#facts = facts
  }

  /** The service's code. */
  get code(): ZerodbErrorCode | undefined {
    return this.#facts.code
  }

  /** The body. */
  get body(): object {
    const { code, fields } = this.#facts
    return { detail: this.#detail, ...(code === undefined ? {} : { error_code: code }), ...fields }
  }
}

/** Makes a refusal with one of the documented codes. */
export function refusal(
  code: ZerodbErrorCode,
  detail: string,
  fields: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): ZerodbError {
  return new ZerodbError(statuses[code], detail, { code, fields }, cause)
}

/** Makes the refusal of a body that isn't a JSON object, in the words of the framework the service is built on. */
export function unreadableBody(type: string, message: string): ZerodbError {
  return new ZerodbError(400, [{ loc: ['body'], msg: message, type }])
}

/** Runs a check of core's, and gives what it finds wrong under a documented code. */
export function refusedAs<Result>(code: ZerodbErrorCode, check: () => Result): Result {
  try {
    return check()
  } catch (error) {
    if (StorageError.is(error, 'invalid-argument')) throw refusal(code, error.message, {}, error)
    throw error
  }
}

const otherStatuses: Readonly<Partial<Record<StorageErrorCode, number>>> = {
  'invalid-argument': 400,
  unsupported: 501,
  'permission-denied': 403,
  conflict: 409,
  unavailable: 503,
  timeout: 503,
  aborted: 503,
  closed: 503,
}

// What a client can do something about; the rest is between us and the storage.
const tellable: ReadonlySet<StorageErrorCode> = new Set(['invalid-argument', 'unsupported', 'permission-denied'])

/** Tells whether a change that failed may have come through nevertheless, wholly or in part: no refusal then says that it didn't. */
export function isInDoubt({ applied }: StorageError): boolean {
  return applied === 'partly' || applied === 'unknown'
}

/** Turns any failure into what the client is told. */
export function explainFailure(error: unknown): ZerodbError {
  if (error instanceof ZerodbError) return error
  if (error instanceof BrokenBody) return new ZerodbError(400, error.message, {}, error)
  if (!StorageError.is(error)) return new ZerodbError(500, 'Internal Server Error', {}, error)
  if (isInDoubt(error)) return new ZerodbError(500, 'the storage failed and may hold part of the change', {}, error)
  if (error.code === 'not-found') return refusal('TABLE_NOT_FOUND', 'the table is gone', {}, error)
  // When to come back is known here, unlike at the service.
  const after = error.retryAfterMs === undefined ? undefined : String(Math.ceil(error.retryAfterMs / 1000))
  const headers = after === undefined ? {} : { 'retry-after': after }
  if (error.code === 'rate-limited') {
    return new ZerodbError(429, 'the storage is too busy', { code: 'RATE_LIMIT_EXCEEDED', headers }, error)
  }
  const status = otherStatuses[error.code] ?? 500
  const detail = tellable.has(error.code) ? error.message : 'the storage could not answer'
  return new ZerodbError(status, detail, { headers }, error)
}
