import { crc32 } from 'node:zlib'
import type { ByteRange, ChecksumAlgorithm } from '../contract/file.ts'
import { Checksums } from '../bytes/checksum.ts'
import type { ByteSource } from '../driver/file-driver.ts'
import { StorageError } from '../errors/storage-error.ts'
import { abortable } from '../bytes/abortable.ts'
import type { TransferControls } from './transfer.ts'

/**
 * A byte source that counts what is read from it, for progress and checksums, and holds while its transfer is paused.
 *
 * Checksums belong to the last reading from start to end; reading parts by range counts progress only.
 */
export class MeteredSource implements ByteSource {
  readonly #source: ByteSource
  readonly #algorithms: readonly ChecksumAlgorithm[]
  readonly #controls: TransferControls
  #checksums: Checksums | undefined
  #digests: Partial<Record<ChecksumAlgorithm, string>> | undefined
  #wholeBytes = 0
  #isWhole = false

  constructor(source: ByteSource, algorithms: readonly ChecksumAlgorithm[], controls: TransferControls) {
    this.#source = source
    this.#algorithms = algorithms
    this.#controls = controls
  }

  get sizeBytes(): number | undefined {
    return this.#source.sizeBytes
  }

  get isReopenable(): boolean {
    return this.#source.isReopenable
  }

  get bytes(): Uint8Array | undefined {
    return this.#source.bytes
  }

  open(range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    return range === undefined ? this.#openWhole() : this.#count(this.#source.open(range), undefined)
  }

  async *#openWhole(): AsyncGenerator<Uint8Array, void, undefined> {
    // A second reading repeats the first: what that counted is taken back.
    const checksums = this.#beginAgain()
    for await (const chunk of this.#count(this.#source.open(), checksums)) {
      this.#wholeBytes += chunk.byteLength
      yield chunk
    }
    this.#isWhole = true
  }

  #beginAgain(): Checksums {
    this.#controls.advance(-this.#wholeBytes)
    this.#wholeBytes = 0
    this.#isWhole = false
    this.#digests = undefined
    return (this.#checksums = new Checksums(this.#algorithms))
  }

  async *#count(
    chunks: AsyncIterable<Uint8Array>,
    checksums: Checksums | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of abortable(chunks, this.#controls.signal)) {
      await this.#controls.gate()
      this.#controls.signal.throwIfAborted()
      checksums?.update(chunk)
      this.#controls.advance(chunk.byteLength)
      yield chunk
    }
  }

  /** The checksums of all bytes; only after the last one was read, or for bytes in memory. */
  digests(): Partial<Record<ChecksumAlgorithm, string>> {
    // A driver that takes bytes as they are may do so after an attempt that read a part of them.
    if (this.bytes !== undefined && !this.#isWhole) this.#countBytes(this.bytes)
    this.#digests ??= this.#checksums?.digest()
    if (this.#digests !== undefined) return this.#digests
    throw new StorageError({ code: 'internal', message: 'checksums were asked for before the bytes were read' })
  }

  #countBytes(bytes: Uint8Array): void {
    this.#beginAgain().update(bytes)
    this.#controls.advance(bytes.byteLength)
    this.#wholeBytes = bytes.byteLength
    this.#isWhole = true
  }
}

/** The CRC32 of bytes in memory, as 8 lower-case hex digits. */
export function crc32Hex(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
