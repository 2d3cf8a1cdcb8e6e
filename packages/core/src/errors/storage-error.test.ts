import fc from 'fast-check'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { registerSecret } from './redaction.ts'
import { invalidArgument, StorageError } from './storage-error.ts'

const secret = 'very-Secret/Value+42 "quoted"'

class HttpLikeError extends Error {
  readonly request = { headers: { Authorization: `Bearer ${secret}`, 'x-storageapi-token': secret } }
  readonly options = { token: secret }
}

function everythingShown(error: StorageError): string {
  return [
    error.message,
    String(error),
    error.stack,
    JSON.stringify(error),
    JSON.stringify(error.details),
    inspect(error, { depth: 10 }),
    // How Node shows an error nobody caught.
    inspect(error, { depth: 10, customInspect: false }),
    inspect(error, { depth: 10, showHidden: true }),
    inspect(new Error('outer', { cause: error }), { depth: 10 }),
  ].join('\n')
}

describe('StorageError', () => {
  test('its cause is there for programs, and neither inspect nor JSON shows it', () => {
    const cause = new HttpLikeError('it failed')
    const error = new StorageError({ code: 'unavailable', message: 'try later' }, { backend: 'demo' }, cause)
    expect(error.cause).toBe(cause)
    expect(everythingShown(error)).not.toContain(secret)
    expect(everythingShown(error)).not.toContain('Bearer')
    expect(Object.keys(error)).not.toContain('cause')
  })

  test('an error without cause has no such property', () => {
    expect('cause' in invalidArgument('a name is needed')).toBe(false)
  })

  test('a registered secret survives in none of its fields', () => {
    const forget = registerSecret(secret)
    const error = new StorageError(
      {
        code: 'internal',
        message: `the service said: ${secret}`,
        nativeCode: `code ${secret}`,
        requestId: secret,
        details: {
          body: JSON.stringify({ echo: secret }),
          url: `https://x/?q=${encodeURIComponent(secret)}`,
          [secret]: 1,
        },
      },
      { backend: 'demo', operation: 'tables.find', resource: `bucket/${secret}` },
      new HttpLikeError(secret),
    )
    expect(everythingShown(error)).not.toContain(secret)
    expect(everythingShown(error)).not.toContain(JSON.stringify(secret).slice(1, -1))
    expect(everythingShown(error)).not.toContain(encodeURIComponent(secret))
    forget()
  })

  test('no registered secret survives, whatever it is and wherever it stands', () => {
    const anyCharacter = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code))
    const secrets = fc
      .string({ minLength: 4, maxLength: 40, unit: anyCharacter })
      .filter((text) => /^[^*]+$/.test(text))
    fc.assert(
      fc.property(secrets, fc.jsonValue({ maxDepth: 3 }), fc.string(), fc.string(), (value, other, before, after) => {
        const forget = registerSecret(value)
        const text = `${before}${value}${after}`
        const details = { text, list: [{ deep: text }], [text]: true, other, failure: new Error(text) }
        const error = new StorageError(
          { code: 'internal', message: text, details },
          { resource: text },
          new Error(text),
        )
        forget()
        expect(error.message).not.toContain(value)
        expect(error.resource).not.toContain(value)
        for (const shown of [
          error.details['text'],
          JSON.stringify(error.details['list']),
          Object.keys(error.details).join(),
        ]) {
          expect(shown).not.toContain(value)
        }
      }),
    )
  })

  test('one of another copy of core is recognised', () => {
    const foreign = Object.assign(new Error('x'), { code: 'not-found', [Symbol.for('stowage.StorageError')]: true })
    expect(StorageError.is(foreign)).toBe(true)
    expect(StorageError.is(foreign, 'not-found')).toBe(true)
    expect(StorageError.is(foreign, 'conflict')).toBe(false)
    for (const value of [null, undefined, 'x', new Error('x'), {}]) expect(StorageError.is(value)).toBe(false)
  })

  test('defaults follow from the code', () => {
    expect(new StorageError({ code: 'rate-limited', message: 'x' })).toMatchObject({ retryable: true, applied: 'no' })
    expect(new StorageError({ code: 'unavailable', message: 'x' })).toMatchObject({
      retryable: true,
      applied: undefined,
    })
    expect(new StorageError({ code: 'not-found', message: 'x' })).toMatchObject({
      retryable: false,
      applied: undefined,
    })
    expect(invalidArgument('x')).toMatchObject({
      code: 'invalid-argument',
      retryable: false,
      applied: 'no',
      details: {},
    })
  })
})
