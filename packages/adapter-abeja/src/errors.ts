import type { StorageErrorCode } from '@stowage/core'
import type { ErrorFacts } from '@stowage/core/driver'
import { codeForStatus, explainHttpError, HttpError } from '@stowage/http'

// Section 3 of the contract. A 409 is always about something that is there; of the network's statuses none says that time is up.
const codeByStatus: Readonly<Record<number, StorageErrorCode>> = {
  400: 'invalid-argument',
  401: 'unauthenticated',
  403: 'permission-denied',
  404: 'not-found',
  405: 'unsupported',
  409: 'already-exists',
  429: 'rate-limited',
  500: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** What the body of an error says. */
export interface AbejaErrorBody {
  /** A short code such as `bad_request`. */
  readonly error: string | undefined
  /** Text for people. */
  readonly description: string | undefined
  /** Any JSON, usually lists of messages by field. */
  readonly detail: unknown
  /** The file a 409 is about, where the service says. */
  readonly fileId: string | undefined
}

/** Reads the body of an error; one in another form, such as a proxy's page, says nothing. */
export function readAbejaError(error: HttpError): AbejaErrorBody {
  const { data } = error
  const body = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
  return {
    error: textOf(body['error']),
    description: textOf(body['error_description']),
    detail: body['error_detail'],
    fileId: textOf(body['file_id']),
  }
}

/** Says what a failure of a request to ABEJA means. */
export function explainAbejaError(error: unknown): ErrorFacts | undefined {
  if (!HttpError.is(error)) return explainHttpError(error)
  const { status, method, url } = error
  const { error: nativeCode, description, detail } = readAbejaError(error)
  const fallback = explainHttpError(error) ?? { code: codeForStatus(status), message: error.message }
  const said = description === undefined ? error.message : `${method} ${url} answered ${status}: ${description}`
  return {
    ...fallback,
    code: codeByStatus[status] ?? codeForStatus(status),
    message: advise(said, status),
    nativeCode,
    details: detail === undefined || detail === null ? undefined : { errorDetail: detail },
  }
}

/** Tells whether a failure is an answer with this status. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is HttpError {
  return HttpError.is(error) && statuses.includes(error.status)
}

const adviceByStatus: Readonly<Record<number, string>> = {
  401: 'check the credential',
  403: 'the role may only read, the datasource is not connected, or the account has no access to buckets',
}

function advise(text: string, status: number): string {
  const advice = adviceByStatus[status]
  return advice === undefined ? text : `${text.replace(/[.:\s]+$/, '')}; ${advice}`
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
