import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkBaseUrl, checkServiceUrl, isLoopback, redactUrl } from './base-url.ts'

describe('checkBaseUrl', () => {
  test.each([
    ['https://api.example.com', 'https://api.example.com/'],
    ['https://api.example.com/v1', 'https://api.example.com/v1/'],
    ['https://api.example.com:8443/v1/', 'https://api.example.com:8443/v1/'],
    ['http://127.0.0.1:8080/x', 'http://127.0.0.1:8080/x/'],
    ['http://localhost', 'http://localhost/'],
    ['http://[::1]:1', 'http://[::1]:1/'],
    ['http://2130706433/', 'http://127.0.0.1/'],
  ])('takes %s', (url, expected) => {
    expect(checkBaseUrl(url).href).toBe(expected)
  })

  test.each([
    ['api.example.com', /is no URL/],
    ['', /is no URL/],
    ['ftp://example.com', /begins with ftp:/],
    ['http://example.com', /plain http/],
    ['http://127.0.0.1.example.com', /plain http/],
    ['http://localhost.example.com', /plain http/],
    ['http://0.0.0.0', /plain http/],
    ['https://user:hunter2@example.com', /user name or password/],
    ['https://token@example.com', /user name or password/],
    ['https://example.com/?api_key=hunter2', /leave out/],
    ['https://example.com/#hunter2', /leave out/],
  ])('refuses %s', (url, message) => {
    const check = (): URL => checkBaseUrl(url, { name: 'baseUrl' })
    expect(check).toThrow(message)
    expect(check).toThrow(/^baseUrl /)
    expect(check).not.toThrow(/hunter2/)
  })

  test('takes plain http anywhere when told to', () => {
    expect(checkBaseUrl('http://10.0.0.1', { allowInsecure: true }).href).toBe('http://10.0.0.1/')
  })

  test('leaves the URL it is given as it is', () => {
    const url = new URL('https://example.com/v1')
    checkBaseUrl(url)
    expect(url.href).toBe('https://example.com/v1')
  })
})

describe('checkServiceUrl', () => {
  const service = new URL('https://api.example.com/')

  test('gives a signed URL back word for word', () => {
    const url = 'https://bucket.s3.amazonaws.com/a/../b%2F%20c?X-Amz-Signature=abc&x=+'
    expect(checkServiceUrl(url, service)).toBe(url)
  })

  test('takes plain http only from a service asked over plain http', () => {
    const url = 'http://127.0.0.1:9000/a'
    expect(checkServiceUrl(url, new URL('http://127.0.0.1:8000/'))).toBe(url)
    expect(() => checkServiceUrl(url, service)).toThrow(/not https/)
  })

  test.each([
    undefined,
    null,
    12,
    {},
    '',
    'a/b',
    '//example.com/a',
    'file:///etc/passwd',
    'javascript:0',
    'https://a:b@example.com/',
  ])('refuses %j', (url) => {
    expect(() => checkServiceUrl(url, service)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })
})

test.each([
  ['http://localhost:1', true],
  ['http://api.localhost', true],
  ['http://127.9.8.7', true],
  ['http://[::1]', true],
  ['http://[::ffff:127.0.0.1]', false],
  ['http://128.0.0.1', false],
  ['http://notlocalhost', false],
  ['http://127.0.0.1.nip.io', false],
])('%s is on this machine: %s', (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected)
})

test('a URL is shown without its query, user name and fragment, also one that is none', () => {
  const words = fc.stringMatching(/^[a-z0-9]{6,20}$/)
  fc.assert(
    fc.property(words, words, fc.boolean(), (secret, host, isUrl) => {
      const shown = redactUrl(`${isUrl ? 'https://' : ''}${host}.example/path?${secret}=${secret}#${secret}`)
      expect(shown).toContain(`${host}.example/path`)
      expect(shown.replace(host, '')).not.toContain(secret)
    }),
  )
  expect(redactUrl('https://token@example.com/a?x=1')).toBe('https://example.com/a?***')
})
