import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJsonExactly } from './json-text.ts'

describe('parseJsonExactly', () => {
  test('any JSON is read as it was written, odd keys and long numbers included', () => {
    const key = fc.oneof(
      fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'a', ':', '\u2028', '\0'), maxLength: 3 }),
      fc.string(),
    )
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0),
        key,
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value'), { noNullPrototype: true }),
      ),
    })).value
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (json, space) => {
        const text = JSON.stringify(json, undefined, space)
        if (text.includes('__proto__')) return
        expect(parseJsonExactly(text)).toEqual(json)
      }),
      { numRuns: 1000 },
    )
  })

  test('a key with an escape is not taken for a key seen before', () => {
    for (let round = 0; round < 5; round++) {
      JSON.parse(String.raw`{"h":[],"\\":0,"a\\":1}`)
      expect(Object.keys(parseJsonExactly(String.raw`{"h":1,"\"":2,"a\n" : 3}`) as object)).toEqual(['h', '"', 'a\n'])
    }
  })

  test('numbers a double can not hold fail or stay text, wherever they are', () => {
    const text =
      '{"a":[9007199254740993,1.5,-12345678901234567890],"b":{"c":1e400,"d":"9007199254740993"},"e":0.30000000000000004}'
    expect(() => parseJsonExactly(text)).toThrow(/9007199254740993, which a 64-bit float/)
    expect(parseJsonExactly(text, 'text')).toEqual({
      a: ['9007199254740993', 1.5, '-12345678901234567890'],
      b: { c: '1e400', d: '9007199254740993' },
      e: 0.1 + 0.2,
    })
    expect(() => parseJsonExactly('1e-400')).toThrow(/64-bit/)
  })

  test('long digits within strings are no numbers', () => {
    const value = { a: '9007199254740993', k9007199254740993: '[1e400,"x', n: 1 }
    expect(parseJsonExactly(JSON.stringify(value))).toEqual(value)
  })

  test('what is not JSON is refused', () => {
    for (const text of [
      '',
      '{',
      '[1,]',
      '{"a":1,}',
      'NaN',
      "{'a':1}",
      '01',
      '9007199254740993 x',
      '{"\\n":1',
      'undefined',
    ]) {
      expect(() => parseJsonExactly(text)).toThrow(/is not JSON/)
    }
  })

  test('text that is nested too deep for the careful reading is refused, not fatal', () => {
    const deep = `${'['.repeat(100_000)}9007199254740993${']'.repeat(100_000)}`
    expect(() => parseJsonExactly(deep, 'text')).toThrow(/nested deeper/)
  })

  test('a prototype is no key', () => {
    expect(() => parseJsonExactly(String.raw`{"__proto__":1,"\n":2}`)).toThrow(/rename/)
  })

  test('long strings cost linear time', () => {
    const value = { '"': `9007199254740993${'"x'.repeat(500_000)}` }
    expect(parseJsonExactly(JSON.stringify(value))).toEqual(value)
  })
})
