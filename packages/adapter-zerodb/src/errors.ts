import type { StorageErrorCode } from '@stowage/core'
import type { ErrorFacts } from '@stowage/core/driver'
import { codeForStatus, explainHttpError, HttpError } from '@stowage/http'

// The nine documented codes, and those of the publisher's own reference backend. The code decides, for an existing table is a 400.
const codeByErrorCode: Readonly<Record<string, StorageErrorCode>> = {
  INVALID_API_KEY: 'unauthenticated',
  TABLE_NOT_FOUND: 'not-found',
  TABLE_ALREADY_EXISTS: 'already-exists',
  INVALID_SCHEMA: 'invalid-argument',
  INVALID_FIELD_NAME: 'invalid-argument',
  SCHEMA_VALIDATION_ERROR: 'invalid-argument',
  CONFIRMATION_REQUIRED: 'invalid-argument',
  QUERY_SYNTAX_ERROR: 'invalid-argument',
  RATE_LIMIT_EXCEEDED: 'rate-limited',
  UNAUTHORIZED: 'permission-denied',
  PROJECT_NOT_FOUND: 'not-found',
  ROW_NOT_FOUND: 'not-found',
  PATH_NOT_FOUND: 'not-found',
  MISSING_ROW_DATA: 'invalid-argument',
}

// Where they differ from what the statuses mean elsewhere.
const codeByStatus: Readonly<Record<number, StorageErrorCode>> = { 409: 'already-exists', 504: 'unavailable' }

const longestDetail = 500

/** What the body of an error says. */
export interface ZerodbErrorBody {
  /** The code, such as `TABLE_NOT_FOUND`. */
  readonly errorCode: string | undefined
  /** Text for people: free, and never to be matched on. */
  readonly detail: string | undefined
  /** The 0-based index of the row in the request that breaks the schema. */
  readonly rowIndex: number | undefined
  /** The name the rows have to have in the body of an insert. */
  readonly expectedField: string | undefined
  /** The name they had. */
  readonly receivedField: string | undefined
}

/** Reads the body of an error; one in another form, such as a proxy's page, says nothing. */
export function readZerodbError(error: HttpError): ZerodbErrorBody {
  const { data } = error
  const body = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {}
  const rowIndex = body['row_index']
  return {
    errorCode: textOf(body['error_code']),
    detail: detailText(body['detail']),
    rowIndex: Number.isSafeInteger(rowIndex) && (rowIndex as number) >= 0 ? (rowIndex as number) : undefined,
    expectedField: textOf(body['expected_field']),
    receivedField: textOf(body['received_field']),
  }
}

/** Says what a failure of a request to ZeroDB means. */
export function explainZerodbError(error: unknown): ErrorFacts | undefined {
  if (!HttpError.is(error)) return explainHttpError(error)
  const { status, method, url } = error
  const { errorCode, detail, rowIndex, expectedField, receivedField } = readZerodbError(error)
  const known = errorCode === undefined ? undefined : codeByErrorCode[errorCode]
  const fallback = explainHttpError(error) ?? { code: codeForStatus(status), message: error.message }
  const said = detail === undefined ? error.message : `${method} ${url} answered ${status}: ${detail}`
  return {
    ...fallback,
    code: known ?? codeByStatus[status] ?? codeForStatus(status),
    message: advise(said, status, errorCode),
    nativeCode: errorCode,
    details: presentDetails({ row: rowIndex, expectedField, receivedField }),
  }
}

/** Tells whether a failure is an answer with this error code. */
export function hasErrorCode(error: unknown, errorCode: string): error is HttpError {
  return HttpError.is(error) && readZerodbError(error).errorCode === errorCode
}

function presentDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const entries = Object.entries(details).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function advise(text: string, status: number, errorCode: string | undefined): string {
  const advice = adviceFor(status, errorCode)
  return advice === undefined ? text : `${text.replace(/[.:\s]+$/, '')}; ${advice}`
}

function adviceFor(status: number, errorCode: string | undefined): string | undefined {
  if (status === 404 && (errorCode === undefined || errorCode === 'PATH_NOT_FOUND'))
    return 'the service has nothing at this URL: check baseUrl, which has to end in /database'
  if (status === 401 || errorCode === 'INVALID_API_KEY') return 'check the API key'
  if (status === 429) return 'the key is used elsewhere too, or its tier is lower than configured'
  return undefined
}

/** The service says what is wrong as text; the framework below it gives a list of places and messages. */
function detailText(detail: unknown): string | undefined {
  const text = Array.isArray(detail) ? detail.map(issueText).join('; ') : textOf(detail)
  if (text === undefined || text === '') return undefined
  return text.length > longestDetail ? `${text.slice(0, longestDetail)}…` : text
}

function issueText(issue: unknown): string {
  if (typeof issue !== 'object' || issue === null) return String(issue)
  const { loc, msg } = issue as { readonly loc?: unknown; readonly msg?: unknown }
  const place = Array.isArray(loc) ? loc.map(String).join('.') : undefined
  const said = typeof msg === 'string' ? msg : JSON.stringify(issue)
  return place === undefined ? said : `${place}: ${said}`
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
