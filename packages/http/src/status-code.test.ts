import { describe, expect, test } from 'vitest'
import { codeForStatus, headerOf, requestIdOf, retryAfterMs } from './status-code.ts'

test.each([
  [400, 'invalid-argument'],
  [401, 'unauthenticated'],
  [403, 'permission-denied'],
  [404, 'not-found'],
  [405, 'unsupported'],
  [408, 'timeout'],
  [409, 'conflict'],
  [410, 'not-found'],
  [412, 'conflict'],
  [413, 'invalid-argument'],
  [416, 'invalid-argument'],
  [422, 'invalid-argument'],
  [423, 'unavailable'],
  [429, 'rate-limited'],
  [500, 'unavailable'],
  [501, 'unsupported'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'timeout'],
  [507, 'quota-exceeded'],
  [302, 'unavailable'],
  [599, 'unavailable'],
])('status %i means %s', (status, code) => {
  expect(codeForStatus(status)).toBe(code)
})

describe('retryAfterMs', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')

  test.each([
    ['0', 0],
    ['559', 559_000],
    [' 1.5 ', 1500],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['12 minutes', undefined],
    ['Infinity', undefined],
    ['1e9', undefined],
  ])('reads "%s" as %s', (text, expected) => {
    expect(retryAfterMs({ 'retry-after': text }, now)).toBe(expected)
  })

  test('reckons a date from the answer’s own, so that a wrong clock does not matter', () => {
    const headers = { 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT', date: 'Sat, 21 Nov 2026 12:00:20 GMT' }
    expect(retryAfterMs(headers)).toBe(10_000)
    expect(retryAfterMs({ ...headers, date: 'nonsense' })).toBeGreaterThanOrEqual(0)
  })

  test('is undefined without the header', () => {
    expect(retryAfterMs(new Headers())).toBeUndefined()
  })
})

test('the id of a request is found under the names services use', () => {
  expect(requestIdOf({ 'x-amz-request-id': 'a', 'x-request-id': 'b' })).toBe('a')
  expect(requestIdOf(new Headers({ 'X-Request-Id': 'b' }))).toBe('b')
  expect(requestIdOf({ 'x-request-id': '' })).toBeUndefined()
})

test('a header is only what the answer has', () => {
  expect(headerOf({ a: 'b' }, 'a')).toBe('b')
  expect(headerOf({}, 'constructor')).toBeUndefined()
})
