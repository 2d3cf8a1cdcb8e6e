import type { ByteRange, FileInfo } from '../../contract/file.ts'
import type { ByteSource } from '../../driver/file-driver.ts'
import { verifyChecksums } from '../../portable/verification.ts'
import type { MeteredSource } from '../../transfer/metered-source.ts'

/**
 * The bytes of a file whose last chunk is given away only when all of them were read and have the checksums that the source's backend
 * keeps: whoever has all bytes may take the file for whole.
 */
export class CheckedSource implements ByteSource {
  readonly #metered: MeteredSource
  readonly #file: FileInfo
  /** What reading failed with: whoever is fed with it may fail with something else. */
  failure: unknown

  constructor(metered: MeteredSource, file: FileInfo) {
    this.#metered = metered
    this.#file = file
  }

  get sizeBytes(): number | undefined {
    return this.#metered.sizeBytes
  }

  get isReopenable(): boolean {
    return this.#metered.isReopenable
  }

  get bytes(): Uint8Array | undefined {
    return this.#metered.bytes
  }

  async *open(range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    let held: Uint8Array | undefined
    this.failure = undefined
    try {
      for await (const chunk of this.#metered.open(range)) {
        if (held !== undefined) yield held
        held = chunk
      }
      if (range === undefined) verifyChecksums(this.#file, this.#metered.digests())
    } catch (error) {
      this.failure = error
      throw error
    }
    if (held !== undefined) yield held
  }
}
