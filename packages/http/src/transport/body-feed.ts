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

/** The bytes as Node's HTTP parser gives them: any kind of body. */
export class ParserFeed implements BodyFeed {
  readonly #response: IncomingMessage

  /** @param onBytes - called when there is something to take, and at the end */
  constructor(response: IncomingMessage, onBytes: () => void) {
    this.#response = response
    response.on('readable', onBytes).once('end', onBytes)
  }

  get isEnded(): boolean {
    return this.#response.readableEnded
  }

  take(): Uint8Array | undefined {
    return (this.#response.read() as Uint8Array | null) ?? undefined
  }

  takeRest(): Uint8Array | undefined {
    return undefined
  }

  demand(): void {
    // Reading by `read` asks for more by itself.
  }
}
