import type { IncomingMessage } from 'node:http'
import { lendChunk, pooledChunkBytes } from '@stowage/core/driver'
import type { BodyFeed } from './body-feed.ts'

/** Whole chunks that may wait for their reader before the connection is paused. */
const maxReady = 2
/** How long bytes may lie in a chunk that fills slowly while somebody waits for them, in milliseconds. */
const patienceMs = 50

/** The bytes of a large body, read by the system straight into chunks of 1 MiB, past the HTTP parser. */
export class DirectFeed implements BodyFeed {
  readonly #message: IncomingMessage
  readonly #mayLend: boolean
  readonly #onBytes: () => void
  #leftBytes: number
  #hasBegun = false
  /** What the system reads into; it keeps its place until it is full. */
  #chunk: Uint8Array = new Uint8Array()
  #filledBytes = 0
  #ready: Uint8Array[] = []
  #takenAt = performance.now()

  /** @param onBytes - called when there is something to take */
  constructor(message: IncomingMessage, sizeBytes: number, mayLend: boolean, onBytes: () => void) {
    this.#message = message
    this.#leftBytes = sizeBytes
    this.#mayLend = mayLend
    this.#onBytes = onBytes
  }

  /** Whether bytes come here and no longer to the parser. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Takes over once the parser is through with what was read together with the head; the bytes it gave wait in the message. */
  begin(): void {
    this.#hasBegun = true
    this.#leftBytes -= this.#message.readableLength
  }

  get isEnded(): boolean {
    const isTaken = this.#ready.length === 0 && this.#filledBytes === 0 && this.#message.readableLength === 0
    return this.#leftBytes === 0 && isTaken
  }

  /** Gives the memory the next bytes are read into, never more than the body has left; undefined when it has none left. */
  buffer(): Uint8Array | undefined {
    if (this.#leftBytes === 0) return undefined
    if (this.#filledBytes === this.#chunk.byteLength) {
      const sizeBytes = Math.min(pooledChunkBytes, this.#leftBytes)
      this.#chunk = this.#mayLend ? lendChunk(sizeBytes) : Buffer.allocUnsafeSlow(sizeBytes)
      this.#filledBytes = 0
    }
    return this.#chunk.subarray(this.#filledBytes)
  }

  /**
   * Takes note of bytes that were read.
   *
   * @returns whether more may be read at once
   */
  filled(sizeBytes: number): boolean {
    this.#filledBytes += sizeBytes
    this.#leftBytes -= sizeBytes
    if (this.#filledBytes === this.#chunk.byteLength) {
      this.#ready.push(this.#chunk)
      this.#chunk = new Uint8Array()
      this.#filledBytes = 0
    }
    if (this.#ready.length > 0 || this.#isSlow()) this.#onBytes()
    return this.#leftBytes > 0 && this.#ready.length < maxReady
  }

  take(): Uint8Array | undefined {
    const chunk = this.#takeFirst() ?? this.#ready.shift() ?? (this.#isSlow() ? this.takeRest() : undefined)
    if (chunk !== undefined) this.#takenAt = performance.now()
    return chunk
  }

  takeRest(): Uint8Array | undefined {
    if (this.#filledBytes === 0) return undefined
    // A copy: the system goes on reading behind these bytes, and a view of few bytes would hold on to the whole chunk.
    const part = Uint8Array.from(this.#chunk.subarray(0, this.#filledBytes))
    this.#chunk = this.#chunk.subarray(this.#filledBytes)
    this.#filledBytes = 0
    return part
  }

  demand(): void {
    this.#message.socket.resume()
  }

  #takeFirst(): Uint8Array | undefined {
    if (this.#message.readableLength === 0) return undefined
    return (this.#message.read() as Uint8Array | null) ?? undefined
  }

  #isSlow(): boolean {
    return performance.now() - this.#takenAt > patienceMs
  }
}
