import { HttpError } from '@stowage/http'
import { describe, expect, test } from 'vitest'
import { explainDcssError, readS3Error } from './errors.ts'

const document = (code: string, message = 'said so'): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`

function answer(status: number, text: string): HttpError {
  const url = 'https://bucket.example.com/secret%20key?X-Amz-Signature=5ec7e7'
  return new HttpError({ method: 'GET', url, status, headers: { 'x-amz-request-id': 'r1' }, text })
}

describe('what an answer of S3 means', () => {
  test.each([
    [404, 'NoSuchKey', 'not-found'],
    [404, 'NoSuchBucket', 'not-found'],
    [403, 'AccessDenied', 'permission-denied'],
    [403, 'SignatureDoesNotMatch', 'unauthenticated'],
    [403, 'InvalidAccessKeyId', 'unauthenticated'],
    [403, 'RequestTimeTooSkewed', 'unauthenticated'],
    [403, 'QuotaExceeded', 'quota-exceeded'],
    [412, 'PreconditionFailed', 'conflict'],
    [416, 'InvalidRange', 'invalid-argument'],
    [400, 'EntityTooLarge', 'invalid-argument'],
    [400, 'BadDigest', 'corrupt-data'],
    [503, 'SlowDown', 'rate-limited'],
    [500, 'InternalError', 'unavailable'],
    [501, 'NotImplemented', 'unsupported'],
  ])('%i %s is %s', (status, code, expected) => {
    const facts = explainDcssError(answer(status, document(code)))
    expect(facts).toMatchObject({ code: expected, status, nativeCode: code, requestId: 'r1' })
  })

  test.each([
    [403, 'permission-denied'],
    [404, 'not-found'],
    [429, 'rate-limited'],
    [503, 'unavailable'],
    [418, 'invalid-argument'],
  ])('is told by the status %i where the body says nothing', (status, expected) => {
    for (const text of ['', '<html><body>no</body></html>', document('Unheard')])
      expect(explainDcssError(answer(status, text))?.code).toBe(expected)
  })

  test('shows neither the key nor the query', () => {
    for (const text of ['', document('AccessDenied'), 'plain words'])
      expect(explainDcssError(answer(403, text))?.message).not.toMatch(/secret|5ec7e7/)
  })

  test('is read from the document as text, and from nothing else', () => {
    expect(readS3Error(document('A', 'x &lt;y&gt; &amp;\n z'))).toEqual({ code: 'A', message: 'x <y> & z' })
    expect(readS3Error('<Fehler><Code>A</Code></Fehler>')).toEqual({ code: undefined, message: undefined })
    expect(readS3Error('<Error><Code>'.repeat(5000)).code).toBeUndefined()
  })
})
