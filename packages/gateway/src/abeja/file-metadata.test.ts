import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodePath, encodeStrictly } from '../s3/percent-encoding.ts'
import { decodeText, fromStored, metadataOfBody, metadataOfHeaders, toStored } from './file-metadata.ts'

const tokenCharacters = "!#$%&'*+.^_`|~0123456789abcdefghijklmnopqrstuvwxyz-"
const name = fc
  .string({ unit: fc.constantFrom(...tokenCharacters.split('')), minLength: 1, maxLength: 20 })
  .map((text) => `x-abeja-meta-${text}`)
const escapes = fc.constantFrom(
  '%',
  '%2',
  '%20',
  '%e5%80%a4',
  '%E5%80%A4',
  '%2F',
  '%2f',
  '%41',
  '%00',
  '%0D%0A',
  '/',
  ' ',
  'é',
)
const value = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  fc.array(escapes, { maxLength: 6 }).map((pieces) => pieces.join('')),
)

describe('metadata', () => {
  test('comes back exactly as it was sent, whatever the storage was given', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (sent) => {
        const read = metadataOfHeaders(sent)
        const stored = toStored(read)
        expect(fromStored(stored)).toEqual({ ...sent })
        for (const [key, text] of Object.entries(stored)) expect([key, text.isWellFormed()]).toEqual([key, true])
        expect(Object.keys(stored)).not.toContain('__proto__')
      }),
    )
  })

  test('is kept as plain text when it is encoded as the official client does', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => one.isWellFormed())
    fc.assert(
      fc.property(text, text, (key, plain) => {
        const lower = key.toLowerCase()
        fc.pre(lower !== '' && lower !== '__proto__' && !lower.startsWith('x-stowage-') && !/[^\x20-\x7e]/.test(lower))
        const sent = { [`x-abeja-meta-${encodeStrictly(lower).toLowerCase()}`]: encodePath(plain) }
        expect(toStored(sent)).toEqual({ [lower]: plain })
      }),
    )
  })

  test('may not reach the entries of the gateway itself', () => {
    const sent = metadataOfHeaders({ 'x-abeja-meta-x-stowage-abeja': '0 0 -', 'x-abeja-meta-__proto__': 'x' })
    expect(toStored(sent)).toEqual({
      'x-stowage-abeja-raw-x-stowage-abeja': '0 0 -',
      'x-stowage-abeja-raw-__proto__': 'x',
    })
    expect(fromStored(toStored(sent))).toEqual({ ...sent })
  })

  test('a prefix that is there twice stays twice', () => {
    const sent = metadataOfBody({ 'x-abeja-meta-x-abeja-meta-label': 'a' })
    expect(fromStored(toStored(sent))).toEqual({ 'x-abeja-meta-x-abeja-meta-label': 'a' })
  })

  test('of files that came by another way is encoded as the official client does', () => {
    expect(fromStored({ Label: 'a b/(c)', 名: '値 1', 'x-stowage-s3-etag': 'x' })).toEqual({
      'x-abeja-meta-label': 'a%20b/%28c%29',
      'x-abeja-meta-%e5%90%8d': '%E5%80%A4%201',
    })
  })
})

test.each([
  ['%E5%80%A4', '値'],
  ['100%', '100%'],
  ['%ff', '%ff'],
  ['a+b', 'a+b'],
])('%s is read as %s', (text, decoded) => {
  expect(decodeText(text)).toBe(decoded)
})
