import { base58 } from '@scure/base'
import { manualClock } from '@stowage/core/driver'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleTokens, TokenCheck, uidOf } from './token-check.ts'
import { TokenIssuer } from './token-issuer.ts'
import { readToken, writeToken } from './token.ts'

const signature = new Uint8Array(48)
const tokenOf = (payload: unknown, version: 'dt1' | 'dt2' = 'dt1'): string =>
  writeToken(version, Buffer.from(JSON.stringify(payload)), signature)

describe('reading', () => {
  test('the published samples are read: uid and expiry in the form of their version', () => {
    expect(readToken(sampleTokens.dt1)).toMatchObject({ uid: -1, expiresAt: new Date('2018-10-20T00:00:00Z') })
    expect(readToken(sampleTokens.dt2)).toMatchObject({ uid: -1, expiresAt: new Date('2024-05-06T02:48:00Z') })
  })

  test('a token may never expire', () => {
    expect(readToken(tokenOf({ uid: 7, exp: null }, 'dt2'))).toMatchObject({ uid: 7, expiresAt: null })
  })

  test.each([
    ['no exp', { uid: 1 }],
    ['no uid', { exp: null }],
    ['a uid as text', { uid: '1', exp: null }],
    ['a fraction', { uid: 1.5, exp: null }],
    ['a day that is none', { uid: 1, exp: '2026-02-30' }],
    ['the form of the other version', { uid: 1, exp: '2026-02-03/10:00' }],
    ['a number', { uid: 1, exp: 1 }],
    ['null', null],
    ['a list', [1]],
  ])('%s in the payload is refused', (_name, payload) => {
    expect(readToken(tokenOf(payload))).toBeUndefined()
  })

  test.each([
    '',
    'dt1',
    'dt1--',
    'dt3-2-2',
    sampleTokens.dt1.replace('dt1', 'dt2'),
    `${sampleTokens.dt1}-2`,
    sampleTokens.dt1.slice(0, -2),
    sampleTokens.dt1.replace('9', '0'),
    `dt1-${'2'.repeat(10_000)}-2`,
  ])('%j is no token', (text) => {
    expect(readToken(text)).toBeUndefined()
  })

  test('any text is answered, and quickly', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (left, right) => readToken(`dt1-${left}-${right}`) === undefined))
    const began = performance.now()
    readToken(`dt2-${'z'.repeat(1_000_000)}-z`)
    expect(performance.now() - began).toBeLessThan(50)
  })
})

describe('minting', () => {
  const issuer = new TokenIssuer()

  test.each(['dt1', 'dt2'] as const)('%s says what it was told, and is known again', (version) => {
    const text = issuer.mint({ uid: 42, version, expiresAt: new Date('2027-01-02T03:04:05Z') })
    const token = readToken(text)
    const expiresAt = new Date(version === 'dt1' ? '2027-01-02T00:00:00Z' : '2027-01-02T03:04:00Z')
    expect(token).toMatchObject({ version, uid: 42, expiresAt })
    expect(token && issuer.isOwn(token)).toBe(true)
  })

  test('a changed payload or the signature of another key is not known', () => {
    const token = readToken(issuer.mint({ uid: 42 }))
    const stranger = readToken(new TokenIssuer().mint({ uid: 42 }))
    if (token === undefined || stranger === undefined) throw new Error('both are tokens')
    expect(issuer.isOwn({ ...token, payload: Buffer.from('{"uid":43,"exp":null}') })).toBe(false)
    expect(issuer.isOwn(stranger)).toBe(false)
  })

  test('the public key is the one that clients check with', () => {
    expect(Buffer.from(issuer.publicKey, 'base64')).toHaveLength(75)
  })

  test('a uid that is no whole number is refused', () => {
    expect(() => issuer.mint({ uid: Number.NaN })).toThrow(/whole number/)
  })
})

describe('checking', () => {
  const issuer = new TokenIssuer()
  const clock = manualClock(Date.parse('2026-11-21T12:00:00Z'))
  const check = new TokenCheck([sampleTokens.dt1], issuer, clock)

  test('a registered token holds whatever its expiry, others of its signer do not', () => {
    expect(check.check(sampleTokens.dt1)).toEqual({ uid: -1 })
    expect(check.check(sampleTokens.dt2)).toEqual({ refusal: 'The token is not valid' })
  })

  test('the same payload spelt differently is another text', () => {
    const [version, payload = '', signed = ''] = sampleTokens.dt1.split('-')
    const padded = base58.encode(Uint8Array.from([...base58.decode(payload), 0x20]))
    expect(check.check([version, padded, signed].join('-'))).toHaveProperty('refusal')
  })

  test('an own token holds until it expires', async () => {
    const text = issuer.mint({ uid: 7, expiresAt: new Date('2026-11-21T12:01:00Z') })
    expect(check.check(text)).toEqual({ uid: 7 })
    await clock.advance(60_000)
    expect(check.check(text)).toEqual({ uid: 7 })
    await clock.advance(1)
    expect(check.check(text)).toEqual({ refusal: 'The token has expired' })
  })

  test.each([undefined, '', 'None', 'dt1-2-2'])('%j is refused', (text) => {
    expect(check.check(text)).toHaveProperty('refusal')
  })

  test('registering what is no token fails without showing it', () => {
    expect(() => new TokenCheck(['hunter2-and-more'], issuer, clock)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', message: expect.not.stringContaining('hunter2') as string }),
    )
    expect(uidOf(sampleTokens.dt2)).toBe(-1)
  })
})
