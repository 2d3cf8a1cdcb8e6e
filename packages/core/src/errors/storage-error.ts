import { redact } from './redaction.ts'

/**
 * What went wrong, as one word a program can branch on.
 *
 * | code | meaning | what helps |
 * |---|---|---|
 * | `invalid-argument` | the caller's mistake: a bad option, filter, row or file | change the call; nothing was applied |
 * | `unsupported` | this backend can't do it, by its capability record | another backend, or a higher emulation policy |
 * | `not-found` | the bucket, table, file or job isn't there | create it, or check the name |
 * | `already-exists` | something with that name is there | open it, or allow overwriting |
 * | `conflict` | somebody else changed it meanwhile, or a unique key is taken | read again and retry |
 * | `unauthenticated` | no credential, or a wrong or expired one | a new credential |
 * | `permission-denied` | the credential may not do this | another credential, or a grant |
 * | `rate-limited` | too many requests; nothing was applied | wait `retryAfterMs` |
 * | `quota-exceeded` | disk full, storage or row quota reached | free space |
 * | `unavailable` | the service or network failed | retry later |
 * | `timeout` | a deadline passed | a longer deadline |
 * | `aborted` | the caller's signal ended it | - |
 * | `outcome-unknown` | the request was sent and its answer lost; it may have been applied | look before repeating |
 * | `corrupt-data` | bytes or rows failed a check: length, checksum, encoding, format | the stored data or the source needs repair |
 * | `closed` | the storage was closed | open it again |
 * | `internal` | a fault in Stowage or an adapter | report it |
 */
export type StorageErrorCode =
  | 'invalid-argument'
  | 'unsupported'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'unauthenticated'
  | 'permission-denied'
  | 'rate-limited'
  | 'quota-exceeded'
  | 'unavailable'
  | 'timeout'
  | 'aborted'
  | 'outcome-unknown'
  | 'corrupt-data'
  | 'closed'
  | 'internal'

/** Whether a write that failed took effect: `yes`, `no`, `partly` (see `details`) or `unknown`. */
export type Applied = 'yes' | 'no' | 'partly' | 'unknown'

/** The facts an adapter knows of a failure; core adds backend, operation and resource and builds the error. */
export interface ErrorFacts {
  /** The code programs branch on. */
  code: StorageErrorCode
  /** One sentence for people: what happened and what to do. */
  message: string
  /** HTTP status of the service's answer, where there was one. */
  status?: number | undefined
  /** The service's own error code, word for word. */
  nativeCode?: string | undefined
  /** The service's request id, for its support. */
  requestId?: string | undefined
  /** Whether the same call may succeed later. Default: true for `rate-limited`, `unavailable` and `timeout`. */
  retryable?: boolean | undefined
  /** How long the service asks to wait, in milliseconds. */
  retryAfterMs?: number | undefined
  /** Whether a failed write took effect. Default `no` for `invalid-argument`, `unsupported` and `rate-limited`, else undefined. */
  applied?: Applied | undefined
  /** Facts for programs: `row`, `column`, `line`, `deleted`, … Secrets in it are masked. */
  details?: Readonly<Record<string, unknown>> | undefined
}

/** Where a failure happened. */
export interface ErrorPlace {
  /** The adapter's name, for example `local`. */
  backend?: string | undefined
  /** The operation, for example `tables.insert`. */
  operation?: string | undefined
  /** What it was done to, for example `in.c-main/customers`. */
  resource?: string | undefined
}

const retryableCodes: ReadonlySet<StorageErrorCode> = new Set(['rate-limited', 'unavailable', 'timeout'])
const neverAppliedCodes: ReadonlySet<StorageErrorCode> = new Set(['invalid-argument', 'unsupported', 'rate-limited'])
const brand = Symbol.for('stowage.StorageError')

/**
 * The one error class of Stowage.
 *
 * Programs branch on {@link StorageError.code}; messages are for people and may change. Recognise one with
 * {@link StorageError.is}: two copies of core may be installed, and `instanceof` would miss one.
 */
export class StorageError extends Error {
  /** Always `StorageError`. */
  override readonly name: string = 'StorageError'
  /** What went wrong, as one word. */
  readonly code: StorageErrorCode
  /** The adapter's name. */
  readonly backend: string | undefined
  /** The operation, for example `tables.insert`. */
  readonly operation: string | undefined
  /** What it was done to, for example `in.c-main/customers`. */
  readonly resource: string | undefined
  /** HTTP status of the service's answer. */
  readonly status: number | undefined
  /** The service's own error code. */
  readonly nativeCode: string | undefined
  /** The service's request id. */
  readonly requestId: string | undefined
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** How long the service asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** Whether a failed write took effect; undefined for reads and where nothing is known. */
  readonly applied: Applied | undefined
  /** Facts for programs; never a secret. */
  readonly details: Readonly<Record<string, unknown>>

  /**
   * @param facts - what happened
   * @param place - where it happened
   * @param cause - the original failure; kept as it is, so never print it where secrets must not show
   */
  constructor(facts: ErrorFacts, place: ErrorPlace = {}, cause?: unknown) {
    super(redact(facts.message), cause === undefined ? undefined : { cause })
    this.code = facts.code
    this.backend = place.backend
    this.operation = place.operation
    this.resource = place.resource === undefined ? undefined : redact(place.resource)
    this.status = facts.status
    this.nativeCode = redact(facts.nativeCode)
    this.requestId = redact(facts.requestId)
    this.retryable = facts.retryable ?? retryableCodes.has(facts.code)
    this.retryAfterMs = facts.retryAfterMs
    this.applied = facts.applied ?? (neverAppliedCodes.has(facts.code) ? 'no' : undefined)
    this.details = redact(facts.details ?? {})
    Object.defineProperty(this, brand, { value: true })
    // The cause may hold request headers. `inspect`, and Node when it reports an uncaught error, show even a cause that is not
    // enumerable, but never what a getter gives.
    if (cause !== undefined) Object.defineProperty(this, 'cause', { get: () => cause, enumerable: false })
  }

  /**
   * Tells whether a value is a StorageError, of this or another copy of core.
   *
   * @param value - anything
   * @param code - when given, the error must also have this code
   */
  static is(value: unknown, code?: StorageErrorCode): value is StorageError {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false
    return code === undefined || (value as unknown as StorageError).code === code
  }

  /** Gives the error as plain data for logs, without cause and stack. */
  toJSON(): Record<string, unknown> {
    const { code, message, backend, operation, resource, status, nativeCode, requestId } = this
    const { retryable, retryAfterMs, applied, details } = this
    return {
      name: this.name,
      code,
      message,
      backend,
      operation,
      resource,
      status,
      nativeCode,
      requestId,
      retryable,
      retryAfterMs,
      applied,
      details,
    }
  }
}

/**
 * Builds an `invalid-argument` error: the caller's mistake, found before anything was sent.
 *
 * @param message - what is wrong and what to write instead
 * @param details - facts for programs
 */
export function invalidArgument(message: string, details?: Readonly<Record<string, unknown>>): StorageError {
  return new StorageError({ code: 'invalid-argument', message, details })
}
