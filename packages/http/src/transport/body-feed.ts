import type { IncomingMessage } from 'node:http'

/** Where a response body's bytes come from. */
export interface BodyFeed {
  /** Whether all bytes have arrived and been taken. */
  readonly isEnded: boolean
  /** Gives the next bytes worth handing out; undefined when there are none yet. */
  take(): Uint8Array | undefined
  /** Gives what arrived and was not worth handing out so far; undefined when nothing is left. */
  takeRest(): Uint8Array | undefined
  /** Says that somebody waits. */
  demand(): void
}

/** How many bytes may wait for their reader before the connection is paused. */
const maxQueuedBytes = 128 * 1024

/** The bytes as Node's HTTP parser gives them: any kind of body. A short one is taken in whether or not somebody reads it. */
export class ParserFeed implements BodyFeed {
  readonly #message: IncomingMessage
  #queue: Uint8Array[] = []
  #queuedBytes = 0

  /** @param onBytes - called when there is something to take, and at the end */
  constructor(message: IncomingMessage, onBytes: () => void) {
    this.#message = message
    message.once('end', onBytes).on('data', (chunk: Uint8Array) => {
      this.#queue.push(chunk)
      this.#queuedBytes += chunk.byteLength
      if (this.#queuedBytes >= maxQueuedBytes) message.pause()
      onBytes()
    })
  }

  get isEnded(): boolean {
    return this.#queue.length === 0 && this.#message.readableEnded
  }

  take(): Uint8Array | undefined {
    const chunk = this.#queue.shift()
    if (chunk !== undefined) this.#queuedBytes -= chunk.byteLength
    return chunk
  }

  takeRest(): Uint8Array | undefined {
    return undefined
  }

  demand(): void {
    if (this.#message.isPaused()) this.#message.resume()
  }
}
