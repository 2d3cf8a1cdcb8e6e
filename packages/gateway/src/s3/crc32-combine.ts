const polynomial = 0xedb88320

/**
 * Gives the CRC32 of two pieces put together from the CRC32 of each, without their bytes.
 *
 * To append zeros to a piece is a linear map of its CRC: the map of one zero bit is squared until it is that of the second
 * piece's length.
 *
 * @param secondBytes - the length of the second piece
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  let combined = first
  let zeros = oneZeroBit()
  // Three squarings make the map of eight bits.
  for (let times = 0; times < 3; times += 1) zeros = squared(zeros)
  for (let left = secondBytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) combined = applied(zeros, combined)
    zeros = squared(zeros)
  }
  return (combined ^ second) >>> 0
}

/** A linear map of 32 bits: where each bit goes. */
type BitMap = readonly number[]

function oneZeroBit(): BitMap {
  return Array.from({ length: 32 }, (_, bit) => (bit === 0 ? polynomial : 1 << (bit - 1)))
}

function applied(map: BitMap, bits: number): number {
  let sum = 0
  for (let bit = 0, left = bits; left !== 0; bit += 1, left >>>= 1) if ((left & 1) === 1) sum ^= map[bit] as number
  return sum
}

function squared(map: BitMap): BitMap {
  return map.map((bits) => applied(map, bits))
}
