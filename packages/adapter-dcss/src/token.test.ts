import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { inspect } from 'node:util'
import { base58 } from '@scure/base'
import { StorageError } from '@stowage/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseToken } from './token.ts'

// The published samples: both expired, without rights (contract section 4).
const samples = {
  dt1: 'dt1-9Hfd69b5ythetkCiNG12pKDrL987sLJT6KejWP2Eo5QQ-43dzqWFnWd8KBa1yev1g3UKnzVxZkkTbfWWn6of92V5Bf8qGV24rZHe6r7sueJNtWF',
  dt2: 'dt2-FifqUXc5FqUotojkAVpYG5JWebZRH6SUHM3DRgk1kRSKdq1uKcL9CFaNT9dRhCVKwFoEnMgm6Hu6v8-43dzqWFnWd8KBa1yev1g3UKnzVxZkkTbfaF8L9aHLLmc5bPTTmQhQzybqT8rKAADZa',
}

const pair = generateKeyPairSync('ec', { namedCurve: 'prime192v1' })
const ownKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

function mint(payload: string | Uint8Array, version = 'dt2', key: KeyObject = pair.privateKey): string {
  const bytes = Buffer.from(payload)
  const signature = sign('sha1', bytes, { key, dsaEncoding: 'ieee-p1363' })
  return `${version}-${base58.encode(bytes)}-${base58.encode(signature)}`
}

describe('the published samples', () => {
  test.each([
    ['dt1', '2018-10-20T00:00:00.000Z', []],
    ['dt2', '2024-05-06T02:48:00.000Z', ['auth']],
  ] as const)('%s verifies with the published key', (version, expiry, scope) => {
    const token = parseToken(samples[version])
    expect(token).toMatchObject({ version, uid: -1, signature: 'valid', scope })
    expect(token.expiresAt?.toISOString()).toBe(expiry)
  })

  test('one changed character is an invalid signature', () => {
    expect(parseToken(samples.dt2.replace(/Za$/, 'Zb')).signature).toBe('invalid')
  })

  test("a signature by the other generation's key is invalid", () => {
    const [, payload, signature] = samples.dt1.split('-')
    const named = `dt1-${samples.dt2.split('-')[1]}-${signature}`
    expect(failure(() => parseToken(named))).toMatchObject({ message: expect.stringMatching(/not a date/) as string })
    expect(parseToken(`dt1-${payload}-${samples.dt2.split('-')[2]}`).signature).toBe('invalid')
  })
})

describe('tokens of a service of our own', () => {
  test('verify with its key, and not without', () => {
    const token = mint('{"exp":null,"uid":7}')
    expect(parseToken(token, [ownKey])).toMatchObject({ uid: 7, expiresAt: undefined, signature: 'valid' })
    expect(parseToken(token).signature).toBe('invalid')
  })

  test('are verified over the bytes as they are, spaces and order of keys included', () => {
    for (const payload of [
      '{"uid": 7, "exp": null}',
      '{ "exp":null,\n"uid":7 }',
      '{"uid":7,"exp":null,"data":{"é":1}}',
    ]) {
      expect(parseToken(mint(payload), [ownKey]).signature).toBe('valid')
    }
  })

  test('a payload that begins with zero bytes keeps them', () => {
    expect(base58.decode(base58.encode(new Uint8Array([0, 0, 1])))).toEqual(new Uint8Array([0, 0, 1]))
  })

  test('a key this runtime can not read leaves the signature unchecked', () => {
    expect(parseToken(mint('{"uid":7,"exp":null}'), ['bm8ga2V5']).signature).toBe('unchecked')
  })
})

describe('what is no token', () => {
  test.each([
    ['', /dt1-…-…/],
    ['dt3-a-b', /dt1-…-…/],
    ['dt1-abc', /dt1-…-…/],
    ['dt1-a-b-c', /dt1-…-…/],
    ['dt1-0OIl-abc', /base58/],
    ['dt2-abc-abc', /48/],
    [mint('no json'), /not JSON/],
    [mint(new Uint8Array([255, 254])), /not JSON/],
    [mint('null'), /lacks uid/],
    [mint('{"exp":null}'), /lacks uid/],
    [mint('{"uid":"7","exp":null}'), /whole number/],
    [mint('{"uid":7.5,"exp":null}'), /whole number/],
    [mint('{"uid":7,"exp":"tomorrow"}'), /not a date/],
    [mint('{"uid":7,"exp":"2026-13-40/10:00"}'), /not a date/],
    [mint('{"uid":7,"exp":"2026-01-01"}'), /not a date/],
    [mint('{"uid":7,"exp":"2026-01-01/10:00"}', 'dt1'), /not a date/],
  ])('%j is refused, and never shown', (text, reason) => {
    const error = failure(() => parseToken(text))
    expect(error).toMatchObject({ code: 'unauthenticated', message: expect.stringMatching(reason) as string })
    expect(inspect(error, { showHidden: true })).not.toContain(text.padEnd(20, '?'))
  })

  test('any text is either read or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((part) => `dt1-${part}-${part}`),
        ),
        (text) => {
          const error = failure(() => parseToken(text))
          expect(error === undefined || StorageError.is(error, 'unauthenticated')).toBe(true)
        },
      ),
    )
  })
})

function failure(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}
