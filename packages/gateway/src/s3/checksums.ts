import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A checksum that is being computed. */
export interface RunningChecksum {
  /** Adds bytes. */
  update(bytes: Uint8Array): void
  /** Gives the checksum of all bytes, in base64; only once. */
  digest(): string
}

const makers = {
  crc32: () => new Crc32(),
  crc32c: () => new ReflectedCrc(crc32c, 4),
  crc64nvme: () => new ReflectedCrc(crc64nvme, 8),
  sha1: () => new Sha('sha1'),
  sha256: () => new Sha('sha256'),
} as const satisfies Readonly<Record<string, () => RunningChecksum>>

/** An algorithm of the headers `x-amz-checksum-…`. */
export type ChecksumName = keyof typeof makers

/** The algorithms that are served. */
export const checksumNames: readonly ChecksumName[] = Object.keys(makers) as ChecksumName[]

/** How many bytes each one's checksum has. */
export const checksumBytes: Readonly<Record<ChecksumName, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
}

/** Begins to compute a checksum. */
export function startChecksum(name: ChecksumName): RunningChecksum {
  return makers[name]()
}

class Crc32 implements RunningChecksum {
  #value = 0

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value)
  }

  digest(): string {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(this.#value)
    return bytes.toString('base64')
  }
}

class Sha implements RunningChecksum {
  readonly #hash: ReturnType<typeof createHash>

  constructor(algorithm: 'sha1' | 'sha256') {
    this.#hash = createHash(algorithm)
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  digest(): string {
    return this.#hash.digest('base64')
  }
}

/** A table of a CRC whose bits are taken lowest first: the upper and the lower 32 bits of each entry. */
interface CrcTable {
  readonly high: Uint32Array
  readonly low: Uint32Array
}

const crc32c = (): CrcTable => (crc32cTable ??= makeTable(0, 0x82f63b78))
const crc64nvme = (): CrcTable => (crc64nvmeTable ??= makeTable(0x9a6c9329, 0xac4bc9b5))
let crc32cTable: CrcTable | undefined
let crc64nvmeTable: CrcTable | undefined

/** The CRCs Node doesn't have, up to 64 bits in two halves: a number holds 32 bits without loss. */
class ReflectedCrc implements RunningChecksum {
  readonly #table: CrcTable
  readonly #size: 4 | 8
  #high: number
  #low = -1

  constructor(table: () => CrcTable, size: 4 | 8) {
    this.#table = table()
    this.#size = size
    this.#high = size === 8 ? -1 : 0
  }

  update(bytes: Uint8Array): void {
    const { high: highs, low: lows } = this.#table
    let high = this.#high
    let low = this.#low
    for (let at = 0; at < bytes.length; at += 1) {
      const index = (low ^ (bytes[at] as number)) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ (lows[index] as number)
      high = (high >>> 8) ^ (highs[index] as number)
    }
    this.#high = high
    this.#low = low
  }

  digest(): string {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(~this.#high >>> 0, 0)
    bytes.writeUInt32BE(~this.#low >>> 0, 4)
    return bytes.subarray(8 - this.#size).toString('base64')
  }
}

function makeTable(polynomialHigh: number, polynomialLow: number): CrcTable {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) }
  for (let index = 0; index < 256; index += 1) {
    let high = 0
    let low = index
    for (let bit = 0; bit < 8; bit += 1) {
      const isSet = (low & 1) === 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (isSet) {
        low ^= polynomialLow
        high ^= polynomialHigh
      }
    }
    table.high[index] = high
    table.low[index] = low
  }
  return table
}
