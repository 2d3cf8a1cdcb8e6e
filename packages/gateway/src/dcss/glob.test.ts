import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob } from './glob.ts'

describe('patterns of fnmatch', () => {
  test.each<[pattern: string, text: string, matches: boolean]>([
    ['*', '', true],
    ['*', 'a/b/c', true],
    ['a/*', 'a/', true],
    ['a/*', 'a', false],
    ['a/*/c', 'a/b/b/c', true],
    ['*.txt', 'a/.txt', true],
    ['?', 'é', true],
    ['?', '😀', true],
    ['?', '', false],
    ['a?c', 'a/c', true],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]', 'd', true],
    ['[^a-c]', 'a', false],
    ['[]a]', ']', true],
    ['[]a]', 'a', true],
    ['[!]]', ']', false],
    ['[a-]', '-', true],
    ['[[:digit:]x]', '7', true],
    ['[[:digit:]x]', 'x', true],
    ['[[:digit:]]', 'a', false],
    ['[[:nonesuch:]]', ':]', true],
    ['[abc', '[abc', true],
    [String.raw`\*`, '*', true],
    [String.raw`\*`, 'a', false],
    [String.raw`[\]]`, ']', true],
    [String.raw`a\b`, 'ab', true],
    ['a\\', 'a\\', true],
    ['A', 'a', false],
    ['a*b*c', 'aXbXbXc', true],
    ['a*b*c', 'aXbXbX', false],
    ['**', 'anything', true],
  ])('%j on %j: %j', (pattern, text, matches) => {
    expect(compileGlob(pattern)(text)).toBe(matches)
  })

  test('a text matches itself with every sign escaped, and its own beginning with a star', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (start, end) => {
        const escaped = Array.from(start)
          .map((sign) => `\\${sign}`)
          .join('')
        expect(compileGlob(escaped)(start)).toBe(true)
        expect(compileGlob(`${escaped}*`)(start + end)).toBe(true)
      }),
    )
  })

  test('stars agree with a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (glob, subject) => {
        const regex = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(compileGlob(glob)(subject)).toBe(regex.test(subject))
      }),
    )
  })

  test('a pattern of many stars takes no more than its length times the text', () => {
    const began = performance.now()
    expect(compileGlob(`${'*a'.repeat(50)}b`)('a'.repeat(2000))).toBe(false)
    expect(performance.now() - began).toBeLessThan(200)
  })
})
