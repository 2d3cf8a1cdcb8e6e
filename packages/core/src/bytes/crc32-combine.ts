const polynomial = 0xedb88320

/** x^(2^n) modulo the polynomial, for n from 0; bits are reversed, as in CRC32 itself. */
const powersOfX: readonly number[] = (() => {
  const powers: number[] = []
  let power = 0x40000000
  for (let n = 0; n < 32; n += 1) {
    powers.push(power)
    power = multiply(power, power)
  }
  return powers
})()

/**
 * Gives the CRC32 of two runs of bytes, one behind the other, from the CRC32 of each: so parts that were read in any order, or side by
 * side, have a checksum together.
 *
 * @param first - the CRC32 of the first run
 * @param second - the CRC32 of the second run
 * @param secondBytes - how many bytes the second run has
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  return (multiply(shiftOf(secondBytes), first) ^ second) >>> 0
}

/** x to the number of bits, modulo the polynomial: what so many bytes behind it do to a CRC. */
function shiftOf(bytes: number): number {
  let shift = 0x80000000
  // 8 bits a byte: the third power of two is the first that counts.
  for (let n = 3, left = bytes; left > 0; n += 1, left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = multiply(powersOfX[n % 32] ?? 0, shift)
  }
  return shift
}

/** Multiplies two polynomials over GF(2), modulo the CRC's. */
function multiply(a: number, b: number): number {
  let product = 0
  let term = b
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= term
    term = (term & 1) === 1 ? (term >>> 1) ^ polynomial : term >>> 1
  }
  return product >>> 0
}
