// Powers of ten a double holds exactly, as far as a text of 15 digits needs them.
const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]
// Up to this many digits every decimal has a double of its own, so nothing can get lost.
const safeDigits = 15
const zero = 48
const grammar = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * Reads a decimal number, or gives undefined when a double can't hold it exactly or the text is no number.
 *
 * "Exactly" means: the shortest text of the double, as `String` writes it, denotes the same decimal value. So `0.1`,
 * `1.10` and `1e3` are read, while `9007199254740993`, `0.1000000000000000055511151231257827` and `1e400` are not: writing
 * them again would give another number. `-0` is read as 0, which is its value.
 *
 * Besides digits a sign, a decimal point, leading zeros and an exponent are understood (`+5`, `.5`, `5.`, `007`, `1E-3`);
 * spaces, thousands separators, hexadecimal, `NaN` and `Infinity` are not.
 */
export function parseExactNumber(text: string): number | undefined {
  const first = text.charCodeAt(0)
  const start = first === 45 || first === 43 ? 1 : 0
  // One more than the digits, for the point.
  if (text.length - start > safeDigits + 1) return parseLongNumber(text)
  let digits = 0
  let pointAt = -1
  for (let index = start; index < text.length; index++) {
    const digit = text.charCodeAt(index) - zero
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit
    else if (digit === -2 && pointAt < 0) pointAt = index
    else return parseLongNumber(text)
  }
  const count = text.length - start - (pointAt < 0 ? 0 : 1)
  if (count === 0 || count > safeDigits) return parseLongNumber(text)
  // Two exact operands: their quotient is rounded once, as the standard's own reading is.
  const value = pointAt < 0 ? digits : digits / (powersOfTen[text.length - 1 - pointAt] ?? 1)
  // 0 - 0 is 0 where -0 would be negative zero.
  return first === 45 ? 0 - value : value
}

/** Tells whether a text is a decimal number as {@link parseExactNumber} understands them, exact or not. */
export function isNumberText(text: string): boolean {
  return grammar.test(text)
}

function parseLongNumber(text: string): number | undefined {
  if (!isNumberText(text)) return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  const written = toDecimal(String(value))
  const asked = toDecimal(text)
  return asked.digits === written.digits && asked.exponent === written.exponent ? 0 + value : undefined
}

/** A decimal's value without its sign: 0.digits x 10^exponent, with neither leading nor trailing zeros. */
interface Decimal {
  digits: string
  exponent: number
}

function toDecimal(text: string): Decimal {
  const start = text.startsWith('-') || text.startsWith('+') ? 1 : 0
  const exponentAt = text.search(/[eE]/)
  const mantissa = text.slice(start, exponentAt < 0 ? undefined : exponentAt)
  const pointAt = mantissa.indexOf('.')
  const all = pointAt < 0 ? mantissa : mantissa.slice(0, pointAt) + mantissa.slice(pointAt + 1)
  let from = 0
  let to = all.length
  while (from < to && all.charCodeAt(from) === zero) from++
  while (to > from && all.charCodeAt(to - 1) === zero) to--
  if (from === to) return { digits: '', exponent: 0 }
  const shift = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1))
  return { digits: all.slice(from, to), exponent: (pointAt < 0 ? all.length : pointAt) - from + shift }
}

/**
 * Writes a number as `String` does, at half the cost for numbers of at most two decimals, which most tables are full of.
 *
 * @param value - finite
 */
export function numberText(value: number): string {
  const hundredths = Math.round(value * 100)
  // Within 15 digits the decimal belongs to this double alone, so it is also the shortest text.
  if (hundredths / 100 !== value || Number.isInteger(value) || Math.abs(hundredths) >= 1e15) return String(value)
  const size = Math.abs(hundredths)
  const whole = Math.trunc(size / 100)
  const part = size - whole * 100
  const decimals = part % 10 === 0 ? part / 10 : part < 10 ? `0${part}` : part
  return `${value < 0 ? '-' : ''}${whole}.${decimals}`
}
