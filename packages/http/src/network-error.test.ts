import { StorageError } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { explainNetworkError } from './network-error.ts'

function coded(code: string, message = code): Error {
  return Object.assign(new Error(message), { code })
}

test.each([
  ['ECONNREFUSED', 'unavailable', 'no'],
  ['ENOTFOUND', 'unavailable', 'no'],
  ['EHOSTUNREACH', 'unavailable', 'no'],
  ['ECONNRESET', 'unavailable', undefined],
  ['EPIPE', 'unavailable', undefined],
  ['ETIMEDOUT', 'timeout', undefined],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'no'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout', undefined],
  ['UND_ERR_SOCKET', 'unavailable', undefined],
  ['HPE_INVALID_CONSTANT', 'unavailable', undefined],
  ['CERT_HAS_EXPIRED', 'unavailable', 'no'],
])('%s is %s, applied: %s', (nativeCode, code, applied) => {
  expect(explainNetworkError(coded(nativeCode))).toMatchObject({ code, nativeCode })
  expect(explainNetworkError(coded(nativeCode))?.applied).toBe(applied)
})

test('a certificate is not worth a second try', () => {
  expect(explainNetworkError(coded('DEPTH_ZERO_SELF_SIGNED_CERT'))).toMatchObject({ retryable: false })
})

describe('what wraps a failure', () => {
  test('is looked through: fetch, ky, several addresses', () => {
    const refused = coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1')
    const several = Object.assign(new AggregateError([refused, coded('ENOTFOUND')]), { code: 'ECONNREFUSED' })
    const fetched = new TypeError('fetch failed', { cause: several })
    const wrapped = new Error('Request failed: GET https://example.com/?sig=secret', { cause: fetched })
    for (const error of [several, fetched, wrapped]) {
      expect(explainNetworkError(error)).toMatchObject({ code: 'unavailable', applied: 'no' })
      expect(explainNetworkError(error)?.message).toContain('127.0.0.1:1')
      expect(explainNetworkError(error)?.message).not.toContain('secret')
    }
  })

  test('may say nothing', () => {
    expect(explainNetworkError(new TypeError('terminated'))).toMatchObject({ code: 'unavailable' })
    expect(explainNetworkError(new TypeError('fetch failed', { cause: new Error('bad port') }))).toMatchObject({
      message: 'the request failed (bad port): try again later',
    })
  })

  test('may hold itself', () => {
    const error = new Error('round')
    error.cause = error
    expect(explainNetworkError(error)).toBeUndefined()
  })
})

test('an abort and a passed deadline are told apart', () => {
  expect(explainNetworkError(AbortSignal.abort().reason)).toMatchObject({ code: 'aborted' })
  expect(explainNetworkError(new DOMException('time', 'TimeoutError'))).toMatchObject({ code: 'timeout' })
})

test.each([
  ['a fault of ours', new TypeError('x is not a function')],
  ['an error of ours', new StorageError({ code: 'not-found', message: 'gone' })],
  ['another error with a code', coded('ERR_INVALID_ARG_TYPE')],
  ['no error at all', 'text'],
])('%s is no failure of the network', (_, error) => {
  expect(explainNetworkError(error)).toBeUndefined()
})
