import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRegex, compileLinear, compileNative, compileRegex } from './regex.ts'
import { isHarmless } from './regex-native.ts'
import { trimRegex } from './regex-rewrite.ts'
import { parseRegex } from './regex-syntax.ts'
import { refusedPatterns } from './truth-tables/refused-cases.ts'

const alphabet = ['a', 'b', 'c', '1', '_', ' ', '\n', '-', 'é', '😀', '\uff5e']
const subjects = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 })

const atoms = fc.constantFrom(
  'a',
  'b',
  '1',
  '.',
  '^',
  '$',
  '\\b',
  '\\B',
  '\\d',
  '\\W',
  '\\s',
  '[ab]',
  '[^a]',
  '[a-c_]',
  '[^\\d-]',
  '😀',
  '[é-😀]',
)
const quantifiers = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?')

/** Patterns of a few items, whose groups are a level lower: small enough for a backtracking engine to finish. */
function patternsOf(level: number): fc.Arbitrary<string> {
  const groups = level === 0 ? [] : [patternsOf(level - 1).map((inner) => `(${inner})`)]
  const items = fc
    .tuple(fc.oneof(atoms, ...groups), quantifiers)
    .map(([atom, quantifier]) => (/^(\^|\$|\\b)$/i.test(atom) ? atom : atom + quantifier))
  const sequences = fc.array(items, { maxLength: 3 }).map((parts) => parts.join(''))
  return fc.array(sequences, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|'))
}
const patterns = patternsOf(2)

/** V8 finds \B between the halves of a surrogate pair, too: there it is no oracle. */
function withoutTrap(pattern: string, text: string): string {
  return pattern.includes('\\B') ? text.replaceAll('😀', '') : text
}

test('both engines and the engine that is chosen agree', () => {
  fc.assert(
    fc.property(patterns, fc.array(subjects, { minLength: 1, maxLength: 5 }), (pattern, texts) => {
      const node = parseRegex(pattern, 'pattern')
      const [native, linear, chosen] = [compileNative(node), compileLinear(node), compileRegex(pattern)]
      for (const raw of texts) {
        const text = withoutTrap(pattern, raw)
        const expected = native(text)
        expect([linear(text), chosen(text)], `${pattern} in ${JSON.stringify(text)}`).toEqual([expected, expected])
      }
    }),
    { numRuns: 1500 },
  )
})

test('trimming changes no answer', () => {
  fc.assert(
    fc.property(patterns, subjects, (pattern, raw) => {
      const text = withoutTrap(pattern, raw)
      const node = parseRegex(pattern, 'pattern')
      expect(compileNative(trimRegex(node))(text)).toBe(compileNative(node)(text))
    }),
    { numRuns: 1000 },
  )
})

test('what a native engine reads alike is read alike', () => {
  fc.assert(
    fc.property(patterns, subjects, (pattern, raw) => {
      const text = withoutTrap(pattern, raw)
      // JavaScript's own . also leaves out \r, U+2028 and U+2029, which no subject holds.
      expect(compileRegex(pattern)(text)).toBe(new RegExp(pattern, 'u').test(text))
    }),
    { numRuns: 1000 },
  )
})

const long = 'a'.repeat(200_000)
const random = randomText(20_000)

/** Text of a and b without a pattern in it, the same on every run. */
function randomText(length: number): string {
  let state = 7
  return Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state & 1) === 1 ? 'a' : 'b'
  }).join('')
}

describe('a hostile pattern ends soon', () => {
  test.each([
    ['^(a+)+$', `${long}!`, false],
    ['(a|aa)+$', `${long}!`, false],
    ['(.*)*x', long, false],
    ['a*a*a*a*b', long, false],
    ['(a*)*b', long, false],
    ['(a|a)*b', long, false],
    ['(a?){50}a{50}b', long, false],
    ['.*.*=.*', long, false],
    ['^.*a.*b', long, false],
    ['a.*b', long, false],
    ['(a+)+b', `${long}b`, true],
    ['(\\w+\\s?)*!', `${'word '.repeat(40_000)}?`, false],
    ['(a|b)*a(a|b){200}c', random, false],
    ['(a|b)*a(a|b){200}c', `${random}a${'b'.repeat(200)}c`, true],
  ])('%s', (pattern, text, expected) => {
    const isFound = compileRegex(pattern)
    const start = performance.now()
    expect(isFound(text)).toBe(expected)
    // Backtracking would take from minutes to the age of the universe.
    expect(performance.now() - start).toBeLessThan(4000)
  })
})

test.each([
  ['abc', true],
  ['^a.*b$', true],
  ['(foo|bar)\\d{4}', true],
  ['colou?r', true],
  ['a.*b', false],
  ['^(a+)+$', false],
  ['^a*a*', false],
  ['^(ab)*c', false],
  ['(a?){20}', false],
  ['(a|b|c){9}', false],
])('that %s is harmless to a backtracking engine: %s', (pattern, expected) => {
  expect(isHarmless(parseRegex(pattern, 'pattern'))).toBe(expected)
})

test.each(refusedPatterns.map(([pattern, word, reason]) => [String(pattern), word, reason] as const))(
  'refuses %s',
  (pattern, word) => {
    expect(() => checkRegex(pattern)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
    expect(() => checkRegex(pattern)).toThrow(word)
  },
)

test.each([
  '',
  'a|',
  '()',
  '(?:)',
  '[-a]',
  '[a-]',
  '[+*.]',
  '[^^]',
  'a]',
  'a}',
  '\\[\\]\\{\\}\\/\\-',
  '[\\]\\\\]',
  '(a|b){0}',
])('accepts %s', (pattern) => expect(() => checkRegex(pattern)).not.toThrow())

test('a pattern of 512 characters is fine', () => {
  expect(compileRegex('a'.repeat(512))('a'.repeat(512))).toBe(true)
})

test('a text with half a surrogate pair is read like any other', () => {
  for (const pattern of ['^.$', '(.|x.)*y$', '\\W']) {
    const node = parseRegex(pattern, 'pattern')
    expect(compileLinear(node)('\ud83d')).toBe(compileNative(node)('\ud83d'))
  }
})

test('a character beyond U+FFFF is never cut in two', () => {
  expect(['\\B', '\\B[^a]', '^.{3}$', '^.{4}$'].map((pattern) => compileRegex(pattern)('a😀a'))).toEqual([
    false,
    false,
    true,
    false,
  ])
})

test('an automaton that runs out of room goes on', () => {
  const isFound = compileRegex('(a|b)*a(a|b){12}c')
  const text = random.slice(0, 5000)
  for (let round = 0; round < 5; round++) {
    expect(isFound(text)).toBe(false)
    expect(isFound(`${text}a${'b'.repeat(12)}c`)).toBe(true)
  }
})
