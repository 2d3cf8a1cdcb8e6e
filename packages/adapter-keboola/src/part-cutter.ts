import { abortable, type ByteSource, returnChunk, StorageError } from '@stowage/core/driver'

/** A piece of a source. */
export interface CutPart {
  /** Its number, from 1. */
  readonly number: number
  /** Its bytes. */
  readonly bytes: Uint8Array
  /** Whether it is the last one: the source has come to its end, with the length it announced. */
  readonly isLast: boolean
}

/** The smallest part S3 takes, but for the last. */
const smallestPartBytes = 5 * 1024 * 1024

/** After so many parts they get twice as long: S3 takes 10,000, and nobody knows how long a stream is. */
const partsOfOneSize = 900

/** Gives the length of a part. */
export function partBytesAt(number: number): number {
  return smallestPartBytes * 2 ** Math.floor((number - 1) / partsOfOneSize)
}

/** Tells in how many parts a source of known length is sent: one at least. */
export function countParts(sizeBytes: number): number {
  let number = 1
  for (let left = sizeBytes - partBytesAt(1); left > 0; left -= partBytesAt(number)) number += 1
  return number
}

/**
 * Cuts a source into parts, so that several can be sent at a time and each again. A source without bytes is one empty part.
 *
 * Memory for parts is used again once it was given back.
 */
export class PartCutter {
  readonly #source: ByteSource
  readonly #signal: AbortSignal | undefined
  readonly #free: Uint8Array[] = []

  /**
   * @param source - read once, from its start
   * @param signal - ends the reading at once, also while the source gives nothing
   */
  constructor(source: ByteSource, signal: AbortSignal | undefined) {
    this.#source = source
    this.#signal = signal
  }

  /** Gives the parts, in order. */
  parts(): AsyncGenerator<CutPart, void, undefined> {
    const { bytes } = this.#source
    return bytes === undefined ? this.#cutStream() : cutBytes(bytes)
  }

  /** Takes back the memory of a part that is no longer needed. */
  giveBack(bytes: Uint8Array): void {
    if (this.#source.bytes === undefined) this.#free.push(new Uint8Array(bytes.buffer))
  }

  /** A part is held back until it is known whether it is the last one. */
  async *#cutStream(): AsyncGenerator<CutPart, void, undefined> {
    let number = 1
    let buffer = this.#take(number)
    let filled = 0
    let readBytes = 0
    for await (const chunk of abortable(this.#source.open(), this.#signal)) {
      readBytes += chunk.byteLength
      for (let start = 0; start < chunk.byteLength;) {
        if (filled === buffer.byteLength) {
          yield { number, bytes: buffer, isLast: false }
          number += 1
          buffer = this.#take(number)
          filled = 0
        }
        const piece = chunk.subarray(start, start + buffer.byteLength - filled)
        buffer.set(piece, filled)
        filled += piece.byteLength
        start += piece.byteLength
      }
      returnChunk(chunk)
    }
    checkLength(readBytes, this.#source.sizeBytes)
    yield { number, bytes: buffer.subarray(0, filled), isLast: true }
  }

  #take(number: number): Uint8Array {
    const sizeBytes = number === 1 ? this.#firstBytes() : partBytesAt(number)
    const found = this.#free.findIndex((bytes) => bytes.byteLength === sizeBytes)
    const [free] = found === -1 ? [] : this.#free.splice(found, 1)
    return free ?? Buffer.allocUnsafeSlow(sizeBytes)
  }

  /** Most files are small. */
  #firstBytes(): number {
    const { sizeBytes = Number.POSITIVE_INFINITY } = this.#source
    return Math.max(1, Math.min(partBytesAt(1), sizeBytes))
  }
}

// oxlint-disable-next-line typescript/require-await -- all sources are cut asynchronously
async function* cutBytes(bytes: Uint8Array): AsyncGenerator<CutPart, void, undefined> {
  let start = 0
  for (let number = 1; ; number += 1) {
    const end = start + partBytesAt(number)
    yield { number, bytes: bytes.subarray(start, end), isLast: end >= bytes.byteLength }
    if (end >= bytes.byteLength) return
    start = end
  }
}

function checkLength(readBytes: number, announced: number | undefined): void {
  if (announced === undefined || readBytes === announced) return
  const message = `the source has ${readBytes} bytes where ${announced} were announced: nothing was stored, check the source`
  throw new StorageError({ code: 'corrupt-data', message, applied: 'no', details: { announced, readBytes } })
}
