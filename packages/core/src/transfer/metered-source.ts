import { crc32 } from 'node:zlib'
import type { ByteRange, ChecksumAlgorithm } from '../contract/file.ts'
import { Checksums } from '../bytes/checksum.ts'
import type { ByteSource } from '../driver/file-driver.ts'
import { StorageError } from '../errors/storage-error.ts'
import { abortable } from '../bytes/abortable.ts'
import { combineCrc32 } from '../bytes/crc32-combine.ts'
import type { TransferControls } from './transfer.ts'

/**
 * A byte source that counts what is read from it, for progress and checksums, and holds while its transfer is paused.
 *
 * Whoever opens it again has given up the reading before. That may still be waiting for a chunk, and gives it, but no longer counts.
 *
 * Checksums belong to the last reading from start to end. Of a source that is read by ranges, in any order or side by side, the CRC32 is
 * put together from theirs once they cover it; other algorithms can't be.
 */
export class MeteredSource implements ByteSource {
  readonly #source: ByteSource
  readonly #algorithms: readonly ChecksumAlgorithm[]
  readonly #controls: TransferControls
  #whole: WholeReading | undefined
  #digests: Partial<Record<ChecksumAlgorithm, string>> | undefined
  readonly #ranges = new Map<string, ReadRange>()

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
    return range === undefined ? this.#openWhole() : this.#openRange(range)
  }

  async *#openRange(range: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    const key = `${range.start}-${range.end ?? ''}`
    // A part that is read again counts once.
    this.#controls.advance(-(this.#ranges.get(key)?.bytes ?? 0))
    const read: ReadRange = { start: range.start, bytes: 0, crc32: 0, isWhole: false }
    this.#ranges.set(key, read)
    this.#digests = undefined
    for await (const chunk of this.#gated(this.#source.open(range))) {
      if (this.#ranges.get(key) === read) {
        read.crc32 = crc32(chunk, read.crc32)
        this.#count(read, chunk)
      }
      yield chunk
    }
    read.isWhole = true
  }

  async *#openWhole(): AsyncGenerator<Uint8Array, void, undefined> {
    const read = this.#beginAgain()
    for await (const chunk of this.#gated(this.#source.open())) {
      if (this.#whole === read) {
        read.checksums.update(chunk)
        this.#count(read, chunk)
      }
      yield chunk
    }
    read.isWhole = true
  }

  // A second reading repeats the first: what that counted is taken back.
  #beginAgain(): WholeReading {
    for (const { bytes } of this.#ranges.values()) this.#controls.advance(-bytes)
    this.#ranges.clear()
    this.#controls.advance(-(this.#whole?.bytes ?? 0))
    this.#digests = undefined
    return (this.#whole = { bytes: 0, checksums: new Checksums(this.#algorithms), isWhole: false })
  }

  #count(read: ReadRange | WholeReading, chunk: Uint8Array): void {
    read.bytes += chunk.byteLength
    this.#controls.advance(chunk.byteLength)
  }

  async *#gated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of abortable(chunks, this.#controls.signal)) {
      await this.#controls.gate()
      this.#controls.signal.throwIfAborted()
      yield chunk
    }
  }

  /**
   * The checksums of all bytes; only after the last one was read, or for bytes in memory. None where ranges that were read don't fit
   * together.
   */
  digests(): Partial<Record<ChecksumAlgorithm, string>> {
    // A driver that takes bytes as they are may do so after an attempt that read a part of them.
    if (this.bytes !== undefined && this.#whole?.isWhole !== true) this.#countBytes(this.bytes)
    const isWhole = this.#whole?.isWhole === true || this.#ranges.size === 0
    this.#digests ??= isWhole ? this.#whole?.checksums.digest() : this.#digestOfRanges()
    if (this.#digests !== undefined) return this.#digests
    throw new StorageError({ code: 'internal', message: 'checksums were asked for before the bytes were read' })
  }

  #digestOfRanges(): Partial<Record<ChecksumAlgorithm, string>> {
    let [end, whole] = [0, 0]
    for (const { start, bytes, crc32: part, isWhole } of [...this.#ranges.values()].toSorted(
      (a, b) => a.start - b.start,
    )) {
      if (start !== end || !isWhole) return {}
      whole = combineCrc32(whole, part, bytes)
      end += bytes
    }
    return end === this.sizeBytes ? { crc32: hex(whole) } : {}
  }

  #countBytes(bytes: Uint8Array): void {
    const read = this.#beginAgain()
    read.checksums.update(bytes)
    this.#count(read, bytes)
    read.isWhole = true
  }
}

/** A reading from the first byte on, as far as it went. */
interface WholeReading {
  readonly checksums: Checksums
  bytes: number
  isWhole: boolean
}

/** A range of a source that was read, as far as it was. */
interface ReadRange {
  readonly start: number
  bytes: number
  crc32: number
  isWhole: boolean
}

/** The CRC32 of bytes in memory, as 8 lower-case hex digits. */
export function crc32Hex(bytes: Uint8Array): string {
  return hex(crc32(bytes))
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}
