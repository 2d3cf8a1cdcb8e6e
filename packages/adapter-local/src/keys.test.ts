import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterPrefix, checkKey } from './keys.ts'

describe('keys', () => {
  test('1,024 bytes are the most', () => {
    for (const key of ['a', 'k'.repeat(1024), 'é'.repeat(512), '🐈'.repeat(256), '/', '\0']) checkKey(key)
    for (const key of ['k'.repeat(1025), 'é'.repeat(513), '🐈'.repeat(257)]) {
      expect(() => checkKey(key)).toThrow(/1024 bytes/)
    }
  })

  test('an empty key and half a surrogate pair are refused', () => {
    expect(() => checkKey('')).toThrow(/empty/)
    for (const key of ['\ud83d', 'a\udc08b', '\udc08\ud83d']) expect(() => checkKey(key)).toThrow(/surrogate/)
  })
})

describe('the text after a prefix', () => {
  const byCodePoint = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right))
  const text = fc.string({ unit: 'binary' })

  test('is above everything that begins with it', () => {
    fc.assert(
      fc.property(text, text, (prefix, rest) => {
        const after = afterPrefix(prefix)
        fc.pre(after !== undefined)
        expect(byCodePoint(prefix + rest, after)).toBe(-1)
      }),
    )
  })

  test('is above nothing else that is above the prefix', () => {
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const after = afterPrefix(prefix)
        fc.pre(after !== undefined && !other.startsWith(prefix) && byCodePoint(other, prefix) > 0)
        expect(byCodePoint(other, after)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test.each([
    ['', undefined],
    ['a/', 'a0'],
    ['\ud7ff', '\ue000'],
    ['a\u{10ffff}', 'b'],
    ['\u{10ffff}\u{10ffff}', undefined],
    ['\uffff', '\u{10000}'],
  ])('of %j is %j', (prefix, after) => {
    expect(afterPrefix(prefix)).toBe(after)
  })
})
