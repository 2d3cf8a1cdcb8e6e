import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor, redact, registerSecret } from './redaction.ts'
import { isSecretName } from './secret-patterns.ts'

const hex = '0123456789abcdef'.repeat(3)

describe('redact, text', () => {
  test.each([
    ['get https://user:pa55@host/a', 'get https://***@host/a'],
    ['get https://tok3n@host/a?b=1#c', 'get https://***@host/a?b=1#c'],
    ['postgres://u:p@h:5432/db', 'postgres://***@h:5432/db'],
    ['https://s3/b/k?X-Amz-Date=1&X-Amz-Signature=abc&x=1', 'https://s3/b/k?X-Amz-Date=1&X-Amz-Signature=***&x=1'],
    ['?x-amz-credential=AKIA%2F2026&X-Amz-Security-Token=a%2Bb', '?x-amz-credential=***&X-Amz-Security-Token=***'],
    ['?AWSAccessKeyId=abc&Expires=1&Signature=a%2Bb%3D', '?AWSAccessKeyId=***&Expires=1&Signature=***'],
    ['https://a.blob/c?sv=2020&sig=ab%2F&se=2026', 'https://a.blob/c?sv=2020&sig=***&se=2026'],
    ['?token=abc&access_token=def&key=ghi&api_key=jkl', '?token=***&access_token=***&key=***&api_key=***'],
    ['to=https%3A%2F%2Fh%2F%3Fa%3D1%26X-Amz-Signature%3Dabc', 'to=https%3A%2F%2Fh%2F%3Fa%3D1%26X-Amz-Signature%3D***'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['authorization=abcdef', 'authorization=***'],
    ['Authorization: Token dt1-x', 'Authorization: Token ***'],
    ['{"authorization":"Basic dXNlcjpw"}', '{"authorization":"Basic ***"}'],
    ["{ 'X-StorageApi-Token': 'abc', a: 1 }", "{ 'X-StorageApi-Token': '***', a: 1 }"],
    ['X-Duckietown-Token: abc', 'X-Duckietown-Token: ***'],
    ['X-API-Key: abc', 'X-API-Key: ***'],
    ['Set-Cookie: sid=1; Path=/', 'Set-Cookie: ***'],
    ['sent Bearer abcdefgh twice', 'sent Bearer *** twice'],
    ['sent Token abc123def twice', 'sent Token *** twice'],
    ['sent Basic dXNlcjpwYXNz', 'sent Basic ***'],
    [
      'AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=0a',
      'AWS4-HMAC-SHA256 Credential=***, SignedHeaders=host, Signature=***',
    ],
    ['password=abc secret=def', 'password=*** secret=***'],
    ['{"access_token": "abc", "name": "x"}', '{"access_token": "***", "name": "x"}'],
    [`token dt1-${'2kQ'.repeat(10)}-${'9xZ'.repeat(10)} expired`, 'token *** expired'],
    [`dt2-${'2kQ'.repeat(10)}-${'9xZ'.repeat(10)}`, '***'],
    ['key zerodb_sk_abc123 is wrong', 'key *** is wrong'],
    ['AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE', '*** and ***'],
    [`token 123-45678-${hex} is wrong`, 'token *** is wrong'],
    ['jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl!', 'jwt ***!'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected)
    expect(redact(expected)).toBe(expected)
  })

  test.each([
    'photos/token.csv',
    'in.c-main/secret-santa.json',
    'tokens/2026/password.txt',
    'the token is missing: set KEBOOLA_TOKEN or pass `token`',
    'token expired',
    'Bearer token missing',
    'basic authentication is off',
    'column `password` of type string',
    'key: photos/cat.jpg',
    'unexpected token: }',
    'https://host:8080/a/b?prefix=x&pageToken=abc',
    'dt1-a-b.csv',
    'user@example.com',
    'see https://a.example/x, mail me@example.com',
    '2026-11-21T10:00:00Z',
    '550e8400-e29b-41d4-a716-446655440000',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ])('stays: %s', (text) => {
    expect(redact(text)).toBe(text)
  })

  test('is linear on hostile text', () => {
    const parts = [
      '://',
      'a.',
      'eyJ',
      'token=',
      '1-',
      'dt1-',
      'Bearer ',
      '"token":',
      '?',
      '%26',
      'x-amz-',
      'authorization:',
      '"',
    ]
    for (const part of [...parts, ...parts.map((each) => `${each}a`)]) {
      const began = performance.now()
      redact(part.repeat(Math.ceil(200_000 / part.length)))
      expect({ part, isFast: performance.now() - began < 1000 }).toEqual({ part, isFast: true })
    }
  })
})

describe('redact, values', () => {
  test('masks what stands under a secret name, whatever it is, and keeps the rest', () => {
    const value = {
      token: 'abc',
      password: 1234,
      credentials: { AccessKeyId: 'a', SecretAccessKey: 'b' },
      headers: { Authorization: 'x', accept: 'text/csv' },
      key: 'token.csv',
      list: [{ apiKey: 'k' }, 'https://u:p@h'],
      hasToken: true,
      secret: null,
      pageToken: 'next',
      count: 7,
      big: 7n,
      when: new Date(0),
    }
    const before = structuredClone(value)
    expect(redact(value)).toEqual({
      token: '***',
      password: '***',
      credentials: '***',
      headers: { Authorization: '***', accept: 'text/csv' },
      key: 'token.csv',
      list: [{ apiKey: '***' }, 'https://***@h'],
      hasToken: true,
      secret: null,
      pageToken: 'next',
      count: 7,
      big: 7n,
      when: new Date(0),
    })
    expect(value).toEqual(before)
  })

  test('masks inside maps, sets, URLs, failures and objects of classes', () => {
    class Client {
      readonly token = 'abc'
      readonly url = new URL('https://u:p@h/x')
    }
    expect(
      redact(
        new Map<string, unknown>([
          ['token', 'a'],
          ['b', 'sig: Bearer abcdefgh'],
        ]),
      ),
    ).toEqual(
      new Map([
        ['token', '***'],
        ['b', 'sig: Bearer ***'],
      ]),
    )
    expect(redact(new Set(['Bearer abcdefgh']))).toEqual(new Set(['Bearer ***']))
    expect(redact({ client: new Client() })).toEqual({ client: { token: '***', url: 'https://***@h/x' } })
    const failure = Object.assign(new TypeError('Bearer abcdefgh'), { status: 5, headers: { cookie: 'x' } })
    const expected = { name: 'TypeError', message: 'Bearer ***', status: 5, headers: { cookie: '***' } }
    expect(redact({ failure })).toEqual({ failure: expected })
    expect(redact({ bytes: Buffer.from('abc'), run: () => 1 })).toEqual({ bytes: '[3 bytes]', run: '[function]' })
  })

  test('survives cycles, depth, getters that throw and hostile names', () => {
    const cyclic: Record<string, unknown> = { a: 1 }
    cyclic['self'] = cyclic
    const shared = { b: 2 }
    expect(redact(cyclic)).toEqual({ a: 1, self: '[circular]' })
    expect(redact([shared, shared])).toEqual([{ b: 2 }, { b: 2 }])
    let deep: unknown = 'x'
    for (let level = 0; level < 100_000; level += 1) deep = [deep]
    expect(JSON.stringify(redact(deep))).toContain('[too deep]')
    const throwing = {
      get value(): string {
        throw new Error('no')
      },
    }
    expect(redact({ throwing, a: 1 })).toEqual({ throwing: '[unreadable]', a: 1 })
    const named = redact(JSON.parse('{"__proto__": {"token": "abc"}}') as object)
    expect(Object.getPrototypeOf(named)).toBe(Object.prototype)
    expect(JSON.stringify(named)).toBe('{"__proto__":{"token":"***"}}')
  })

  test.each([
    'accessToken',
    'X-StorageApi-Token',
    'SecretAccessKey',
    'client_secret',
    'Set-Cookie',
    'SASConnectionString',
  ])('%s is a secret name', (name) => {
    expect(isSecretName(name)).toBe(true)
  })

  test.each(['key', 'keys', 'primaryKey', 'nextPageToken', 'tokenize', 'etag', 'path', 'tokenId'])(
    '%s is none',
    (name) => {
      expect(isSecretName(name)).toBe(false)
    },
  )
})

describe('registerSecret', () => {
  const secret = 'p+ä/4 "x"\\n%'

  test('masks every spelling until it is forgotten as often as it was registered', () => {
    const forget = registerSecret(secret)
    const forgetAgain = registerSecret(secret)
    const encoded = encodeURIComponent(secret)
    const spellings = [secret, encoded, encoded.toLowerCase(), new URLSearchParams({ q: secret }).toString().slice(2)]
    for (const spelling of [...spellings, JSON.stringify(secret).slice(1, -1)]) {
      expect(redact(`<${spelling}>`)).toBe('<***>')
    }
    forgetAgain()
    forgetAgain()
    expect(redact(secret)).toBe('***')
    forget()
    expect(redact(secret)).toBe(secret)
  })

  test('the longer of two secrets that begin alike wins, and numbers count', () => {
    const forget = [registerSecret('12345'), registerSecret('1234567')]
    expect(redact('a1234567b')).toBe('a***b')
    expect(redact({ id: 1234567, big: 12345n, other: 1 })).toEqual({ id: '***', big: '***', other: 1 })
    for (const each of forget) each()
  })

  test('texts too short to be masked are left alone', () => {
    for (const value of ['', 'abc', '****']) registerSecret(value)
    expect(redact('abc ****')).toBe('abc ****')
  })

  test('a redactor of its own masks its secrets and registers nothing', () => {
    const own = createRedactor(['s3cr3t-value', 'ab'])
    expect(own({ text: 'is s3cr3t-value', ab: 'ab', token: 'x' })).toEqual({ text: 'is ***', ab: 'ab', token: '***' })
    expect(redact('s3cr3t-value')).toBe('s3cr3t-value')
  })

  test('redacting twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        const once = redact({ value, text })
        expect(redact(once)).toEqual(once)
      }),
    )
  })
})
