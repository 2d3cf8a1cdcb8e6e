import { IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '@stowage/core/driver'
import type { FaultPlan } from './faults.ts'
import type { LogEntry } from './request-log.ts'

/** What a request and its response share. */
export interface Exchange {
  /** Its line in the log. */
  readonly entry: LogEntry
  /** What goes wrong; undefined for nothing. */
  readonly plan: FaultPlan | undefined
  /** What waits. */
  readonly clock: Clock
  /** Aborted when the response is over or the connection ends. */
  readonly ended: AbortSignal
}

/** A request whose body is counted, and may be slowed down or cut off. */
export class GatewayRequest extends IncomingMessage {
  #exchange: Exchange | undefined
  #awaitsContinue: ServerResponse | undefined
  #isCut = false

  /** Begins to count. The body arrives after this. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange
  }

  /** Has the client told to send its body only when somebody begins to read it, so that a refused upload is never sent. */
  continueOnRead(response: ServerResponse): void {
    this.#awaitsContinue = response
  }

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    // The rest may have been parsed already, and even the end: whoever reads must not take what came for all of it.
    if (this.#isCut) return false
    const exchange = this.#exchange
    if (exchange === undefined || !Buffer.isBuffer(chunk)) return super.push(chunk, encoding)
    const { entry, plan } = exchange
    const left = (plan?.dropRequestAfterBytes ?? Number.POSITIVE_INFINITY) - entry.requestBytes
    entry.requestBytes += Math.min(chunk.byteLength, left)
    if (chunk.byteLength > left) return this.#cut(chunk.subarray(0, left))
    // False has the parser wait for the next read, which waits for the time.
    return super.push(chunk) && plan?.throttleBytesPerSecond === undefined
  }

  #cut(lastBytes: Buffer): boolean {
    this.#isCut = true
    if (lastBytes.byteLength > 0) super.push(lastBytes)
    // Not from within the parser, which is about to look at the socket again.
    process.nextTick(() => this.socket.destroy())
    return false
  }

  override _read(size: number): void {
    this.#sendContinue()
    const waitMs = this.#waitMs()
    const { clock, ended } = this.#exchange ?? {}
    if (waitMs <= 0 || clock === undefined) return super._read(size)
    clock.sleep(waitMs, ended).then(
      () => super._read(size),
      () => {},
    )
  }

  #sendContinue(): void {
    const response = this.#awaitsContinue
    this.#awaitsContinue = undefined
    if (response !== undefined && !response.headersSent && !response.destroyed) response.writeContinue()
  }

  #waitMs(): number {
    const { entry, plan, clock } = this.#exchange ?? {}
    if (plan?.throttleBytesPerSecond === undefined || entry === undefined || clock === undefined) return 0
    const dueMs = entry.startedAtMs + (entry.requestBytes / plan.throttleBytesPerSecond) * 1000
    return dueMs - clock.now()
  }
}
