import type { StorageErrorCode } from '@stowage/core/driver'

/** An answer's headers by lower-case name, as the transport gives them; `Headers` of fetch will do as well. */
export type AnswerHeaders = Readonly<Record<string, string>> | Headers

const codeByStatus: Readonly<Record<number, StorageErrorCode>> = {
  401: 'unauthenticated',
  403: 'permission-denied',
  404: 'not-found',
  405: 'unsupported',
  408: 'timeout',
  409: 'conflict',
  410: 'not-found',
  412: 'conflict',
  423: 'unavailable',
  425: 'unavailable',
  429: 'rate-limited',
  501: 'unsupported',
  504: 'timeout',
  507: 'quota-exceeded',
}

/**
 * Gives the code for an HTTP status, for where an answer's body says nothing better: 4xx are `invalid-argument` and 5xx `unavailable`
 * but for those with a code of their own; an unexpected 1xx to 3xx is `unavailable`.
 */
export function codeForStatus(status: number): StorageErrorCode {
  return codeByStatus[status] ?? (status >= 400 && status < 500 ? 'invalid-argument' : 'unavailable')
}

/**
 * Reads `Retry-After`: seconds or an HTTP date.
 *
 * @param now - the time to reckon from, in milliseconds since 1970. Default: the answer's own `Date`, which no wrong clock spoils, else
 * this computer's
 * @returns milliseconds from 0; undefined without the header or when it can't be read
 */
export function retryAfterMs(headers: AnswerHeaders, now?: number): number | undefined {
  const text = headerOf(headers, 'retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  // `Date.parse` takes almost anything that holds a number.
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) return undefined
  const answeredAt = Date.parse(headerOf(headers, 'date') ?? '')
  return Math.max(0, at - (now ?? (Number.isNaN(answeredAt) ? Date.now() : answeredAt)))
}

const requestIdHeaders = ['x-amz-request-id', 'x-request-id', 'x-amzn-requestid', 'x-correlation-id', 'request-id']

/** Gives the service's id of a request from the headers services put it in. */
export function requestIdOf(headers: AnswerHeaders): string | undefined {
  for (const name of requestIdHeaders) {
    const id = headerOf(headers, name)
    if (id !== undefined && id !== '') return id
  }
  return undefined
}

/** Gives one header of an answer; undefined without it. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  return Object.hasOwn(headers, name) ? headers[name] : undefined
}
