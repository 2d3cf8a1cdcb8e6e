import { createHash, type Hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ChecksumAlgorithm } from '../contract/file.ts'

/** Checksums of bytes as they pass; a gigabyte costs about 0.2 s of CPU for CRC32, 0.5 s for SHA-256 and 1.2 s for MD5. */
export class Checksums {
  readonly #hashes = new Map<ChecksumAlgorithm, Hash>()
  readonly #hasCrc32: boolean
  #crc32 = 0

  /** @param algorithms - which to compute; repeats don't matter */
  constructor(algorithms: Iterable<ChecksumAlgorithm>) {
    const wanted = new Set(algorithms)
    this.#hasCrc32 = wanted.delete('crc32')
    for (const algorithm of wanted) this.#hashes.set(algorithm, createHash(algorithm))
  }

  /** Takes in the next bytes. */
  update(chunk: Uint8Array): void {
    if (this.#hasCrc32) this.#crc32 = crc32(chunk, this.#crc32)
    for (const hash of this.#hashes.values()) hash.update(chunk)
  }

  /** Gives the checksums of all bytes so far in lower-case hex; more bytes may follow. */
  digest(): Partial<Record<ChecksumAlgorithm, string>> {
    const digests: Partial<Record<ChecksumAlgorithm, string>> = {}
    if (this.#hasCrc32) digests.crc32 = this.#crc32.toString(16).padStart(8, '0')
    for (const [algorithm, hash] of this.#hashes) digests[algorithm] = hash.copy().digest('hex')
    return digests
  }
}
