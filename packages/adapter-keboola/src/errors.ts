import type { StorageErrorCode } from '@stowage/core'
import { type Applied, type ErrorFacts, StorageError } from '@stowage/core/driver'
import { codeForStatus, explainHttpError, HttpError } from '@stowage/http'
import { isMap } from './answers.ts'
import { codeOf } from './error-codes.ts'
import type { KeboolaJob } from './job-answers.ts'
import { KeboolaJobError } from './job-error.ts'
import { elementText, storeCodeOf } from './store-errors.ts'
import { toInstant } from './timestamps.ts'

/** Says what a failure of Keboola's means: of a request, of a job, or of a file host. */
export function explainKeboolaError(error: unknown): ErrorFacts | undefined {
  if (KeboolaJobError.is(error)) return explainJob(error)
  if (!HttpError.is(error)) return explainHttpError(error)
  const { data } = error
  const storeCode = storeCodeOf(error)
  if (storeCode !== undefined) return explainStore(error, storeCode)
  const body = isMap(data) ? data : {}
  const applied = appliedBy(error)
  if (body['status'] === 'maintenance') return { ...explainMaintenance(error, body), applied }
  return { ...explainAnswer(error, body), applied }
}

/** Tells whether the same call may succeed later. */
export function isTransient(error: unknown): boolean {
  const facts = StorageError.is(error) ? error : explainKeboolaError(error)
  if (facts === undefined) return false
  return facts.retryable ?? ['rate-limited', 'unavailable', 'timeout'].includes(facts.code)
}

/** Says how long the service asks to wait, in milliseconds. */
export function retryAfterOf(error: unknown): number | undefined {
  return (StorageError.is(error) ? error : explainKeboolaError(error))?.retryAfterMs
}

/** Tells whether a failure is an answer with one of these statuses. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is HttpError {
  return HttpError.is(error) && statuses.includes(error.status)
}

/** Gives the service's own code of a failure of a request or a job; undefined without one. */
export function nativeCodeOf(error: unknown): string | undefined {
  if (KeboolaJobError.is(error)) return error.job.error?.code
  return HttpError.is(error) && isMap(error.data) ? wordOf(error.data['code']) : undefined
}

/** A file host's answer: S3, Azure and Google write the same XML. Objects of its store belong to nobody until the service is told of them. */
function explainStore(error: HttpError, nativeCode: string): ErrorFacts {
  const { status, method, url, text } = error
  const fallback = explainHttpError(error) ?? { code: codeForStatus(status), message: error.message }
  const said = elementText(text, 'Message') ?? 'without saying why'
  const code = codeOf(nativeCode) ?? fallback.code
  return {
    ...fallback,
    code,
    message: `the file host answered ${status} ${nativeCode} to ${method} ${url}: ${said}`,
    nativeCode,
  }
}

function explainAnswer(error: HttpError, body: Readonly<Record<string, unknown>>): ErrorFacts {
  const { status, method, url } = error
  const fallback = explainHttpError(error) ?? { code: codeForStatus(status), message: error.message }
  const nativeCode = wordOf(body['code'])
  const text = wordOf(body['error']) ?? wordOf(body['exception'])
  const code = codeOf(nativeCode) ?? fallback.code
  const said = text === undefined ? error.message : `${method} ${url} answered ${status}: ${text}`
  return {
    ...fallback,
    code,
    message: advise(said, code),
    nativeCode,
    requestId: wordOf(body['exceptionId']) ?? error.requestId,
    retryAfterMs: error.retryAfterMs ?? secondsOf(body['retryAfter']),
    // Without a word of why, it is two requests that met (contract section 2.2).
    ...(status === 409 && error.text.trim() === '' ? { retryable: true } : {}),
    details: detailsOf(body),
  }
}

/** The scope may be a bucket as well as the stack; hundreds of seconds are usual (contract section 2.4). */
function explainMaintenance(error: HttpError, body: Readonly<Record<string, unknown>>): ErrorFacts {
  const until = toInstant(wordOf(body['estimatedEndTime']) ?? '')
  const reason = wordOf(body['reason'])
  const end = until === undefined ? '' : ` until ${until.toISOString()}`
  const why = reason === undefined ? '' : ` (${reason})`
  return {
    code: 'unavailable',
    message: `Keboola is under maintenance${end}${why}: try again afterwards`,
    status: error.status,
    requestId: error.requestId,
    retryAfterMs: error.retryAfterMs ?? (until === undefined ? undefined : Math.max(0, until.getTime() - Date.now())),
    details: { maintenance: true, until: until?.toISOString(), reason },
  }
}

function explainJob({ job, message }: KeboolaJobError): ErrorFacts {
  const { id: jobId, status, operationName, results, error } = job
  const code = codeOf(error?.code) ?? codeOfEnd(job)
  return {
    code,
    message: advise(message, code),
    nativeCode: error?.code,
    requestId: error?.exceptionId,
    // It went its way to the end: doing the same again is a new job, which is for somebody to decide.
    retryable: false,
    applied: appliedByJob(job, code),
    details: { ...results, jobId, jobStatus: status, operationName },
  }
}

function codeOfEnd({ status }: KeboolaJob): StorageErrorCode {
  return status === 'cancelled' || status === 'terminated' ? 'aborted' : 'unavailable'
}

const wholeOrNothing: ReadonlySet<string> = new Set(['tableCreate', 'tableDefinitionCreate', 'tableImport'])

function appliedByJob({ status, operationName = '' }: KeboolaJob, code: StorageErrorCode): Applied | undefined {
  if (operationName === 'tableExport' || operationName === 'workspaceTableExport') return undefined
  const isRefused = code === 'not-found' || code === 'already-exists' || code === 'permission-denied'
  return status === 'error' && (isRefused || wholeOrNothing.has(operationName)) ? 'no' : 'unknown'
}

/** A refusal changed nothing. A server's fault, or time that ran out, may have come after the change. */
function appliedBy({ method, status, data }: HttpError): Applied | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined
  const isMaintenance = isMap(data) && data['status'] === 'maintenance'
  return isMaintenance || status === 501 || (status >= 400 && status < 500 && status !== 408) ? 'no' : 'unknown'
}

function detailsOf(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const { context, params } = body
  const details = { ...(isMap(params) ? params : {}), ...(isMap(context) ? context : {}) }
  return Object.keys(details).length === 0 ? undefined : details
}

function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

const adviceByCode: Partial<Record<StorageErrorCode, string>> = {
  unauthenticated: 'check the token, it works for one project of one stack',
  'permission-denied': "check the token's permissions for the bucket",
  'rate-limited': 'wait before the next request',
}

function advise(text: string, code: StorageErrorCode): string {
  const advice = adviceByCode[code]
  return advice === undefined ? text : `${text.replace(/[.:\s]+$/, '')}; ${advice}`
}
