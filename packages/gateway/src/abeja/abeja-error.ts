import { StorageError, type StorageErrorCode } from '@stowage/core/driver'
import { BrokenBody } from '../server/message-chunks.ts'

const codes = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'payload_too_large',
  429: 'too_many_requests',
  500: 'internal_server_error',
  503: 'service_unavailable',
} as const

/** A status that a refusal may have. */
export type AbejaStatus = keyof typeof codes

/** What a refusal says beside its description. */
export interface RefusalFacts {
  /** What is wrong with each field of the request. */
  readonly detail?: Readonly<Record<string, readonly string[]>>
  /** More fields of the body. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal on its way to the client. */
export class AbejaError extends Error {
  readonly status: AbejaStatus
  readonly headers: Readonly<Record<string, string>>
  readonly #facts: RefusalFacts

  constructor(status: AbejaStatus, description: string, facts: RefusalFacts = {}, cause?: unknown) {
    super(description, cause === undefined ? undefined : { cause })
    this.status = status
    this.headers = facts.headers ?? {}
    this.#facts = facts
  }

  /** The body. It is always an object: the official client fails on anything else. */
  get body(): object {
    const { detail, fields = {} } = this.#facts
    const error = { error: codes[this.status], error_description: this.message }
    return { ...error, ...(detail === undefined ? {} : { error_detail: detail }), ...fields }
  }
}

/** Makes a refusal that names the field that is wrong, as the service does. */
export function invalidField(field: string, problem: string): AbejaError {
  return new AbejaError(400, `parameters is insufficient or invalid: ${field} ${problem}`, {
    detail: { [field]: [problem] },
  })
}

const statuses: Readonly<Partial<Record<StorageErrorCode, AbejaStatus>>> = {
  'invalid-argument': 400,
  unsupported: 405,
  'not-found': 404,
  'already-exists': 409,
  conflict: 409,
  'permission-denied': 403,
  'rate-limited': 429,
  unavailable: 503,
  timeout: 503,
  aborted: 503,
  closed: 503,
}

// What a client can do something about; the rest is between us and the storage.
const tellable: ReadonlySet<StorageErrorCode> = new Set(['invalid-argument', 'unsupported', 'permission-denied'])

/** Turns any failure into what the client is told. */
export function explainFailure(error: unknown): AbejaError {
  // Sources of bytes fail within the storage, which wraps what they say.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AbejaError) return cause
    if (cause instanceof BrokenBody) return new AbejaError(cause.isStopped ? 503 : 400, cause.message, {}, cause)
  }
  if (!StorageError.is(error)) return new AbejaError(500, 'the request could not be answered', {}, error)
  const status = statuses[error.code] ?? 500
  const description = tellable.has(error.code) ? error.message : descriptions[status]
  const after = error.retryAfterMs === undefined ? undefined : String(Math.ceil(error.retryAfterMs / 1000))
  const headers = after === undefined ? {} : { 'retry-after': after }
  return new AbejaError(status, description ?? 'the storage failed', { headers }, error)
}

const descriptions: Readonly<Partial<Record<AbejaStatus, string>>> = {
  404: 'there is no such file',
  409: 'somebody else changed it meanwhile',
  429: 'too many requests',
  503: 'the storage can not be reached',
}
