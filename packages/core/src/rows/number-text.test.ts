import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberText, parseExactNumber } from './number-text.ts'

/** The value of a decimal text as an exact fraction, by big integers. */
function fraction(text: string): { over: bigint; under: bigint } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', part = ''] = mantissa.replace(/^[+-]/, '').split('.')
  const scale = Number(exponent) - part.length
  const digits = BigInt(`${whole}${part}` || '0') * (mantissa.startsWith('-') ? -1n : 1n)
  return { over: digits * 10n ** BigInt(Math.max(scale, 0)), under: 10n ** BigInt(Math.max(-scale, 0)) }
}

function isSameValue(a: string, b: string): boolean {
  const left = fraction(a)
  const right = fraction(b)
  return left.over * right.under === right.over * left.under
}

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), maxLength })

describe('parseExactNumber', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['-0.0e5', 0],
    ['0e999', 0],
    ['0.1', 0.1],
    ['1.10', 1.1],
    ['1e3', 1000],
    ['1E-3', 0.001],
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['-007', -7],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['123456789012345678', undefined],
    ['100000000000000000000', 1e20],
    ['9007199254740993', undefined],
    ['12345678901234567890', undefined],
    ['0.30000000000000004', 0.1 + 0.2],
    ['0.300000000000000041', undefined],
    ['0.1000000000000000055511151231257827', undefined],
    ['0.10000000000000000000000000000', 0.1],
    ['1e400', undefined],
    ['1e-400', undefined],
    ['5e-324', 5e-324],
    ['4.9e-324', undefined],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['1e23', 1e23],
    ['123456789012345.6', 123456789012345.6],
  ])('%s reads as %s', (text, value) => {
    expect(parseExactNumber(text)).toStrictEqual(value)
  })

  test.each([
    '',
    ' ',
    '-',
    '+',
    '.',
    '-.',
    'e5',
    '1e',
    '1e+',
    ' 1',
    '1 ',
    '1,5',
    '1_000',
    '1.2.3',
    '--1',
    '0x10',
    'NaN',
    'Infinity',
    '1n',
    '٣',
    '1\n',
    '１',
  ])('%j is no number', (text) => {
    expect(parseExactNumber(text)).toBeUndefined()
  })

  test('every double is read back from its own text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseExactNumber(String(value))).toStrictEqual(value + 0)
      }),
      { numRuns: 2000 },
    )
  })

  test('a text is read exactly when writing the number again gives the same value', () => {
    const text = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        digits(20),
        fc.option(digits(20)),
        fc.option(fc.integer({ min: -30, max: 30 })),
      )
      .filter(([, whole, part]) => whole !== '' || (part ?? '') !== '')
      .map(
        ([sign, whole, part, exponent]) =>
          `${sign}${whole}${part === null ? '' : `.${part}`}${exponent === null ? '' : `e${exponent}`}`,
      )
    fc.assert(
      fc.property(text, (decimal) => {
        const expected = isSameValue(decimal, String(Number(decimal))) ? Number(decimal) + 0 : undefined
        expect(parseExactNumber(decimal)).toStrictEqual(expected)
      }),
      { numRuns: 5000 },
    )
  })

  test('up to 15 digits are always read, as Number reads them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999_999 }),
        fc.integer({ min: 0, max: 15 }),
        (value, places) => {
          const all = String(value).padStart(15, '0')
          const text = `${all.slice(0, 15 - places)}.${all.slice(15 - places)}`
          expect(parseExactNumber(text)).toStrictEqual(Number(text))
        },
      ),
      { numRuns: 5000 },
    )
  })

  test('megabytes of digits cost linear time', () => {
    const zeros = '0'.repeat(2_000_000)
    expect(parseExactNumber(`1.${zeros}`)).toBe(1)
    expect(parseExactNumber(`${zeros}1.5`)).toBe(1.5)
    expect(parseExactNumber(`1.${zeros}1`)).toBeUndefined()
    expect(parseExactNumber(`1.${zeros}x`)).toBeUndefined()
    expect(parseExactNumber(`${zeros}x`)).toBeUndefined()
  })
})

describe('numberText', () => {
  test('it writes what String writes', () => {
    const cents = fc.integer({ min: -1e15, max: 1e15 }).map((value) => value / 100)
    const small = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 100)
    const any = fc.double({ noNaN: true, noDefaultInfinity: true })
    const tenths = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 300 })).map(([a, b]) => a / 10 + b / 1000)
    fc.assert(
      fc.property(fc.oneof(cents, small, any, tenths), (value) => {
        expect(numberText(value)).toBe(String(value))
      }),
      { numRuns: 5000 },
    )
    for (const value of [
      0,
      -0,
      0.1 + 0.2,
      1e21,
      1e15 + 0.5,
      9007199254740992,
      5e-324,
      Number.MAX_VALUE,
      -0.01,
      1.005,
    ]) {
      expect(numberText(value)).toBe(String(value))
    }
  })
})
