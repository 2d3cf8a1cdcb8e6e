import { writevSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { returnChunk } from './chunk-pool.ts'

/** The bytes of one write: what just arrived is still in the processor's cache then. */
const writeBytes = 64 * 1024
/** How many pieces one write may gather; systems take 1,024. */
const maxPieces = 512
/** A write that takes longer than this, in milliseconds, has waited for the disk. */
const patienceMs = 5
/** How many writes the thread pool makes after one that waited: 4 MiB. */
const pooledWrites = 64

/**
 * Writes chunks to a file, in order and at once: the system copies 64 KiB in less time than it takes to hand them to the thread pool
 * and to hear back, and a download is written at twice the rate.
 *
 * Where the system makes a write wait for the disk, the thread pool makes the next ones, so that such waits hold up the process
 * rarely.
 */
export class FileWriter {
  readonly #handle: FileHandle
  readonly #patienceMs: number
  #pieces: Uint8Array[] = []
  #chunks: Uint8Array[] = []
  #gatheredBytes = 0
  #pooledWrites = 0
  #sizeBytes = 0

  /** @param patience - how long a write may take before it counts as waiting, in milliseconds */
  constructor(handle: FileHandle, patience: number = patienceMs) {
    this.#handle = handle
    this.#patienceMs = patience
  }

  /** How many bytes were given so far. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Takes a chunk, which must not be changed any more; up to 64 KiB wait for the next one. Lent chunks are given back. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#sizeBytes += chunk.byteLength
    for (let start = 0; start < chunk.byteLength;) {
      const piece = chunk.subarray(start, start + writeBytes - this.#gatheredBytes)
      start += piece.byteLength
      this.#pieces.push(piece)
      this.#gatheredBytes += piece.byteLength
      const isFull = this.#gatheredBytes === writeBytes || this.#pieces.length === maxPieces
      if (isFull) await this.#flush()
    }
    if (this.#pieces.length === 0) returnChunk(chunk)
    else this.#chunks.push(chunk)
  }

  /** Writes what waits. */
  async end(): Promise<void> {
    if (this.#pieces.length > 0) await this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#pooledWrites > 0) await this.#writeInPool(this.#pieces)
    else this.#writeAtOnce(this.#pieces)
    for (const chunk of this.#chunks) returnChunk(chunk)
    this.#pieces = []
    this.#chunks = []
    this.#gatheredBytes = 0
  }

  #writeAtOnce(pieces: readonly Uint8Array[]): void {
    const startedAt = performance.now()
    for (let left = pieces; left.length > 0;) left = without(left, writevSync(this.#handle.fd, left))
    if (performance.now() - startedAt > this.#patienceMs) this.#pooledWrites = pooledWrites
  }

  async #writeInPool(pieces: readonly Uint8Array[]): Promise<void> {
    this.#pooledWrites -= 1
    for (let left = pieces; left.length > 0;) left = without(left, (await this.#handle.writev(left)).bytesWritten)
  }
}

/** What is left of pieces after a write: one may be cut short, for example by a signal. */
function without(pieces: readonly Uint8Array[], writtenBytes: number): readonly Uint8Array[] {
  let left = writtenBytes
  const first = pieces.findIndex((piece) => {
    if (left < piece.byteLength) return true
    left -= piece.byteLength
    return false
  })
  return first < 0 ? [] : [pieces[first]?.subarray(left) ?? new Uint8Array(), ...pieces.slice(first + 1)]
}
