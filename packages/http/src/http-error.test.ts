import { inspect } from 'node:util'
import { registerSecret } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { explainHttpError, HttpError } from './http-error.ts'

function errorOf(status: number, text: string, headers: Record<string, string> = {}): HttpError {
  return new HttpError({ method: 'GET', url: 'https://example.com/a?X-Amz-Signature=hunter2', status, headers, text })
}

describe('the message', () => {
  test.each([
    ['{"error":"no such table"}', ': {"error":"no such table"}'],
    ['plain text', ': plain text'],
    ['', ' without saying why'],
    ['<html><head><title>502 Bad\n Gateway</title></head></html>', ': 502 Bad Gateway'],
    ['<Error><Code>NoSuchKey</Code><Message>Not there</Message></Error>', ': Not there'],
    ['<html><p>Log in</p></html>', ': with a page instead of data'],
    ['x'.repeat(5000), `: ${'x'.repeat(200)}…`],
  ])('shows of %j what a person can read', (text, shown) => {
    expect(errorOf(500, text).message).toBe(`GET https://example.com/a?*** answered 500${shown}`)
  })

  test('shows no secret, not even one that the service repeats', () => {
    const forget = registerSecret('tr0ub4dor')
    const error = errorOf(401, 'the token tr0ub4dor is wrong')
    forget()
    expect(inspect(error)).not.toMatch(/tr0ub4dor|hunter2/)
  })
})

test('a body is JSON or nothing', () => {
  expect(errorOf(400, '{"error":{"code":7}}').data).toEqual({ error: { code: 7 } })
  expect(errorOf(400, '<html>').data).toBeUndefined()
  expect(errorOf(400, '').data).toBeUndefined()
})

describe('explainHttpError', () => {
  test('goes by the status, and hands on what the headers say', () => {
    const error = errorOf(429, '{}', { 'retry-after': '7', 'x-request-id': 'r1' })
    expect(explainHttpError(error)).toMatchObject({
      code: 'rate-limited',
      status: 429,
      retryAfterMs: 7000,
      requestId: 'r1',
    })
  })

  test('does not have a redirect repeated that was not followed', () => {
    expect(explainHttpError(errorOf(302, ''))).toMatchObject({ code: 'unavailable', retryable: false })
  })

  test('knows failures of the network as well, and nothing else', () => {
    expect(explainHttpError(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toMatchObject({
      code: 'unavailable',
    })
    expect(explainHttpError(new Error('x'))).toBeUndefined()
  })

  test('knows an error of another copy of the package', () => {
    const foreign = Object.assign(new Error('GET https://example.com answered 404'), { status: 404, text: '' })
    foreign.name = 'HttpError'
    expect(explainHttpError(foreign)).toMatchObject({ code: 'not-found', status: 404 })
  })
})
