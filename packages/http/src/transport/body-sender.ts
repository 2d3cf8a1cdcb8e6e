import type { ClientRequest } from 'node:http'
import { returnChunk, StorageError } from '@stowage/core/driver'
import { Interruption } from './interruption.ts'
import type { BodySource, RequestBody } from './request-body.ts'

/** How many bytes may wait to be sent before the source is asked for more. */
const maxWaitingBytes = 1024 * 1024

/** Sends a source's bytes as the body of one request, no faster than the connection takes them. */
export class BodySender {
  readonly #request: ClientRequest
  readonly #interruption = new Interruption()
  #waitingBytes = 0
  #wake: (() => void) | undefined
  #awaitsSource = false
  #givenAtMs = 0

  constructor(request: ClientRequest) {
    this.#request = request
  }

  /** Whether nothing moves because the source gives nothing: no fault of the server. */
  get awaitsSource(): boolean {
    return this.#awaitsSource && this.#waitingBytes === 0
  }

  /** When the source last gave something, by the clock of `performance`; 0 before. */
  get givenAtMs(): number {
    return this.#givenAtMs
  }

  /**
   * Sends a body and ends the request; done when the system has taken all of it.
   *
   * Of a body whose length was announced the last chunk is held back until the source has ended: a server takes a body for whole as soon as
   * it has the announced number of bytes, so a source that fails or goes on after them has to be found out before.
   *
   * @throws StorageError `corrupt-data` for a source that is shorter or longer than it said, whatever the source itself fails with, or
   * the reason given to {@link BodySender.stop}. The request is not ended then.
   */
  async send(body: RequestBody): Promise<void> {
    const isSource = !(body instanceof Uint8Array)
    if (isSource) await this.#sendAll(body)
    await this.#interruption.wait(
      new Promise<void>((resolve) => this.#request.end(isSource ? undefined : body, () => resolve())),
    )
  }

  async #sendAll(source: BodySource): Promise<void> {
    const iterator = source.open()[Symbol.asyncIterator]()
    let isExhausted = false
    try {
      const { sizeBytes } = source
      let readBytes = 0
      let held: Uint8Array | undefined
      for (;;) {
        const next = await this.#next(iterator)
        isExhausted = next.done === true
        if (next.done === true) break
        if (next.value.byteLength === 0) continue
        readBytes += next.value.byteLength
        if (sizeBytes !== undefined && readBytes > sizeBytes) throw tooLong(sizeBytes)
        // The server may refuse the request while the source is still slow.
        if (sizeBytes !== undefined && held === undefined) this.#request.flushHeaders()
        const ready = sizeBytes === undefined ? next.value : held
        held = sizeBytes === undefined ? undefined : next.value
        if (ready !== undefined) await this.#write(ready)
      }
      if (sizeBytes !== undefined && readBytes < sizeBytes) throw tooShort(readBytes, sizeBytes)
      if (held !== undefined) await this.#write(held)
    } finally {
      if (!isExhausted) await end(iterator, this.#interruption.isStopped)
    }
  }

  /** Ends the sending, wherever it is: `send` fails with the reason. */
  stop(reason: unknown): void {
    this.#interruption.stop(reason)
  }

  async #next(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array, unknown>> {
    this.#interruption.check()
    this.#awaitsSource = true
    const next = await this.#interruption.wait(iterator.next())
    this.#awaitsSource = false
    this.#givenAtMs = performance.now()
    return next
  }

  async #write(chunk: Uint8Array): Promise<void> {
    this.#waitingBytes += chunk.byteLength
    this.#request.write(chunk, () => {
      this.#waitingBytes -= chunk.byteLength
      returnChunk(chunk)
      this.#wake?.()
    })
    // With more than one chunk under way the source reads on while the system sends.
    while (this.#waitingBytes > maxWaitingBytes) {
      await this.#interruption.wait(new Promise<void>((resolve) => (this.#wake = resolve)))
    }
  }
}

async function end(iterator: AsyncIterator<unknown>, isStopped: boolean): Promise<void> {
  const ending = Promise.resolve(iterator.return?.())
  // A generator in the middle of waiting ends only after its wait, which may never come.
  if (isStopped) ending.catch(() => {})
  else await ending.catch(() => {})
}

function tooLong(sizeBytes: number): StorageError {
  return wrongSize(`goes on after the ${sizeBytes} bytes it announced`, sizeBytes)
}

function tooShort(sentBytes: number, sizeBytes: number): StorageError {
  return wrongSize(`ended after ${sentBytes} of the ${sizeBytes} bytes it announced`, sizeBytes)
}

function wrongSize(found: string, announced: number): StorageError {
  const message = `The source ${found}: the request was broken off, check the source`
  return new StorageError({ code: 'corrupt-data', message, details: { announced } })
}
