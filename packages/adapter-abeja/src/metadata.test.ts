import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMetadata, encodeMetadata } from './metadata.ts'

const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed())
const name = text.filter(
  (one) => one !== '' && !one.includes('/') && !/^(?:x-abeja-meta-|content[-_]type$)/i.test(one) && one !== '__proto__',
)

/** What a server that speaks HTTP makes of header names. */
function throughHttp(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]))
}

describe('encoding', () => {
  test('the example of the contract', () => {
    expect(encodeMetadata({ 名: '値 1', path: 'a/b', 'x (y)!': "it's *" })).toEqual({
      'x-abeja-meta-%E5%90%8D': '%E5%80%A4%201',
      'x-abeja-meta-path': 'a/b',
      'x-abeja-meta-x%20%28y%29%21': 'it%27s%20%2A',
    })
  })

  test('leaves what the official client leaves, and a header can carry everything', () => {
    fc.assert(
      fc.property(fc.dictionary(name, text, { noNullPrototype: true }), (metadata) => {
        for (const [key, value] of Object.entries(encodeMetadata(metadata, 'keep'))) {
          expect(key).toMatch(/^x-abeja-meta-[A-Za-z0-9_.~%-]+$/)
          expect(value).toMatch(/^[A-Za-z0-9_.~%/-]*$/)
        }
      }),
    )
  })

  test('capital letters become small, and two names that differ only by case are refused', () => {
    expect(encodeMetadata({ Label: 'A' })).toEqual({ 'x-abeja-meta-label': 'A' })
    expect(() => encodeMetadata({ Label: '1', label: '2' })).toThrow(/differ in more than case/)
  })

  test('a prefix that is there already is not put in front twice', () => {
    expect(encodeMetadata({ 'x-abeja-meta-label': '1' })).toEqual({ 'x-abeja-meta-label': '1' })
  })

  test('the media type is no metadata', () => {
    expect(encodeMetadata({ 'Content-Type': 'a', content_type: 'b' })).toEqual({})
  })

  test.each(['', 'a/b', '/', 'x-abeja-meta-'])('the name %j is refused', (bad) => {
    expect(() => encodeMetadata({ [bad]: '1' })).toThrow(/no header can carry/)
  })

  test('numbers and booleans are written as text', () => {
    expect(encodeMetadata({ a: 1.5, b: true })).toEqual({ 'x-abeja-meta-a': '1.5', 'x-abeja-meta-b': 'true' })
  })
})

describe('there and back', () => {
  test('names keep their case when that is asked for, whatever the server does to headers', () => {
    fc.assert(
      fc.property(fc.dictionary(name, text, { noNullPrototype: true }), (metadata) => {
        expect(decodeMetadata(throughHttp(encodeMetadata(metadata, 'keep'))).metadata).toEqual(metadata)
      }),
      { numRuns: 300 },
    )
  })

  test('small names and any value come back through headers and JSON', () => {
    const small = name.map((one) => one.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()))
    fc.assert(
      fc.property(
        fc.dictionary(
          small.filter((one) => !/^(?:x-abeja-meta-|content[-_]type$)/.test(one)),
          text,
          { noNullPrototype: true },
        ),
        (metadata) => {
          const encoded = encodeMetadata(metadata)
          expect(decodeMetadata(encoded).metadata).toEqual(metadata)
          expect(decodeMetadata(throughHttp(encoded)).metadata).toEqual(metadata)
        },
      ),
    )
  })
})

describe('decoding', () => {
  test('keeps what is no valid encoding as it is', () => {
    expect(decodeMetadata({ 'x-abeja-meta-a': '100%', 'x-abeja-meta-b': '%ff' }).metadata).toEqual({
      a: '100%',
      b: '%ff',
    })
  })

  test('takes a name with the prefix twice for what was meant, and keeps it raw', () => {
    const raw = { 'x-abeja-meta-x-abeja-meta-label': '1' }
    expect(decodeMetadata(raw)).toMatchObject({ metadata: { label: '1' }, raw })
  })

  test('keeps what the platform writes apart, whatever it is', () => {
    const raw = { 'x-abeja-sys-meta-validation-error': [{ line: 1 }], 'x-abeja-meta-a': '1', other: 'x' }
    expect(decodeMetadata(raw)).toEqual({ metadata: { a: '1' }, system: { 'validation-error': [{ line: 1 }] }, raw })
  })

  test('is not led astray by a name of JavaScript', () => {
    const { metadata } = decodeMetadata(JSON.parse('{"x-abeja-meta-__proto__":"x"}') as Record<string, unknown>)
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype)
    expect(Object.keys(metadata)).toEqual(['__proto__'])
  })
})
