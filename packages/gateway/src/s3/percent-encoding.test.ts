import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from '../../test/s3/any-text.ts'
import { decodePercent, decodeQueryText, encodeListed, encodePath, encodeStrictly } from './percent-encoding.ts'

test('any text comes back from each encoding', () => {
  const property = fc.property(anyText, (one) => {
    expect(decodePercent(encodeStrictly(one))).toBe(one)
    expect(decodePercent(encodePath(one))).toBe(one)
    expect(decodeQueryText(encodeListed(one))).toBe(one)
    expect(encodeStrictly(one)).toMatch(/^(?:[\w.~-]|%[0-9A-F]{2})*$/)
  })
  fc.assert(property)
})

test('text is decoded once, and bytes sent raw count as bytes', () => {
  expect(decodePercent('a%2541+b/../c')).toBe('a%41+b/../c')
  expect(decodePercent(Buffer.from('é😀', 'utf8').toString('latin1'))).toBe('é😀')
  expect(decodePercent('%EF%BB%BFa%00')).toBe('\ufeffa\0')
  expect(decodeQueryText('a+b%2Bc')).toBe('a b+c')
})

test.each(['%', '%a', '%zz', 'a%2', '%+1', '%80', '%C0%AF', '%ED%A0%80', '%F8%88%80%80%80', '\u00ff'])(
  'what has no text is refused: %s',
  (raw) => {
    expect(() => decodePercent(raw)).toThrow(expect.objectContaining({ code: 'InvalidURI', status: 400 }))
  },
)

test('listings encode a space as AWS does', () => {
  expect(encodeListed('a b/c+d~é')).toBe('a+b/c%2Bd~%C3%A9')
})
