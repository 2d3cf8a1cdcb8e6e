import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Utf8Text } from './utf8-text.ts'

function decode(...chunks: Uint8Array[]): { text: string; isBroken: boolean } {
  const decoder = new Utf8Text()
  const text = chunks.flatMap((chunk) => [...decoder.push(chunk)]).join('')
  decoder.end()
  return { text, isBroken: decoder.isBroken }
}

describe('Utf8Text', () => {
  test('the same bytes give the same text wherever they are cut', () => {
    const bytes = Buffer.from('a\u00e9\u20ac\u{1f600}\ufeff\0b')
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const parts = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
        expect(decode(...parts)).toEqual({ text: bytes.toString(), isBroken: false })
      }
    }
  })

  test('any text survives in any chunks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        const bytes = Buffer.from(text)
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        )
        expect(decode(...chunks)).toEqual({ text: text.replace(/^\uFEFF/, ''), isBroken: false })
      }),
    )
  })

  test('a chunk larger than a piece is decoded whole', () => {
    const text = 'x\u20ac'.repeat(200_000)
    expect(decode(Buffer.from(text))).toEqual({ text, isBroken: false })
  })

  test('only the first byte order mark is left out', () => {
    expect(decode(Buffer.from('\ufeff\ufeffa\ufeff')).text).toBe('\ufeffa\ufeff')
    expect(decode(...Array.from(Buffer.from('\ufeffa'), (byte) => Buffer.from([byte]))).text).toBe('a')
  })

  test('bad bytes break the text, and what comes before them is given, as TextDecoder finds', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.uint8Array({ maxLength: 6 }),
        fc.nat(20),
        (text, noise, cut) => {
          const bytes = Buffer.concat([Buffer.from(`.${text}`), noise])
          let isValid = true
          try {
            strict.decode(bytes)
          } catch {
            isValid = false
          }
          const found = decode(bytes.subarray(0, cut), bytes.subarray(cut))
          expect(found.isBroken).toBe(!isValid)
          expect(found.text.startsWith(`.${text}`)).toBe(true)
          expect(bytes.toString().startsWith(found.text)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    ['a lone continuation byte', [0x61, 0x80]],
    ['an overlong form', [0x61, 0xc0, 0x80]],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0x61, 0xf4, 0x90, 0x80, 0x80]],
    ['UTF-16', [0x61, 0xff, 0xfe, 0x61, 0x00]],
    ['a cut character at the end', [0x61, 0xe2, 0x82]],
  ])('%s breaks the text', (_name, bytes) => {
    expect(decode(Uint8Array.from(bytes))).toEqual({ text: 'a', isBroken: true })
  })

  test('what is kept of a chunk is a copy, of a Buffer too', () => {
    const text = new Utf8Text()
    const chunk = Buffer.from('aé').subarray(0, 2)
    expect([...text.push(chunk)].join('')).toBe('a')
    chunk.fill(0)
    expect([...text.push(Buffer.from('é').subarray(1))].join('')).toBe('é')
  })
})
