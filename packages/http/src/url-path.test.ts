import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeKey, encodeSegment } from './url-path.ts'

const anyText = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/^\.{1,2}$/.test(text))

test('a segment comes back from a URL as it was, and never becomes more than one', () => {
  fc.assert(
    fc.property(anyText, (name) => {
      const { pathname, search, hash } = new URL(`https://example.com/before/${encodeSegment(name)}/after`)
      const segments = pathname.split('/').map(decodeURIComponent)
      expect(segments).toEqual(['', 'before', name, 'after'])
      expect(search + hash).toBe('')
    }),
  )
})

test('a key comes back from a URL as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, fc.constant('')), { maxLength: 6 }), (parts) => {
      const key = parts.join('/')
      fc.pre(!key.split('/').some((part) => /^\.{1,2}$/.test(part)))
      const { pathname } = new URL(`https://example.com/b/${encodeKey(key)}`)
      expect(decodeURIComponent(pathname.slice(3))).toBe(key)
    }),
  )
})

describe('what a URL would change is refused', () => {
  test.each(['', '.', '..', '\ud800'])('%j as a segment', (name) => {
    expect(() => encodeSegment(name)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })

  test.each(['..', 'a/../b', './a', 'a/.', 'a/\udc00'])('%j as a key', (key) => {
    expect(() => encodeKey(key)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })
})

test('what only looks like steps is a name', () => {
  expect(encodeKey('a/...//b/.c/%2e%2e/')).toBe('a/...//b/.c/%252e%252e/')
})
