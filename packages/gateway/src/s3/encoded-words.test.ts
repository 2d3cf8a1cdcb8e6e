import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from '../../test/s3/any-text.ts'
import { decodeHeaderText, encodeHeaderText } from './encoded-words.ts'

test('any text can be sent and comes back', () => {
  const property = fc.property(anyText, (one) => {
    const sent = encodeHeaderText(one)
    expect(sent).toMatch(/^[\x20-\x7e]*$/)
    // Text that holds what looks like an encoded word is read as one, as everywhere.
    fc.pre(!one.includes('=?'))
    expect(decodeHeaderText(sent)).toBe(one)
  })
  fc.assert(property)
})

test('plain text comes back as it was sent, whatever it looks like', () => {
  const property = fc.property(fc.string({ unit: fc.constantFrom('=', '?', 'Q', 'B', 'U', 'a', ' ') }), (one) => {
    const trimmed = one.trim()
    expect(encodeHeaderText(decodeHeaderText(trimmed))).toBe(trimmed)
  })
  fc.assert(property)
  expect(decodeHeaderText('=?UTF-8?B?YWJj?=')).toBe('=?UTF-8?B?YWJj?=')
})

test('bytes are UTF-8, or else themselves', () => {
  expect(decodeHeaderText(Buffer.from('é').toString('latin1'))).toBe('é')
  expect(decodeHeaderText('\u00e9')).toBe('é')
})

test('encoded words of both kinds are read', () => {
  expect(decodeHeaderText('=?utf-8?q?caf=C3=A9_noir?=')).toBe('café noir')
  expect(decodeHeaderText('=?UTF-8?B?w6k=?= =?UTF-8?B?w6g=?=')).toBe('éè')
})
