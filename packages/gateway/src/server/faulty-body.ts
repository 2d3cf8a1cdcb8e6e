import type { Clock } from '@stowage/core/driver'
import type { FaultPlan } from './faults.ts'

/** Where a body goes in the end. */
export interface BodySink {
  /** Sends bytes; false when the client doesn't keep up. */
  write(bytes: Uint8Array): boolean
  /** Says that there is room again after a `write` gave false. */
  drain(): void
  /** Ends the answer. */
  end(): void
  /** Closes the connection once everything written was sent. */
  drop(): void
}

const slicesPerSecond = 50

/** The body of an answer on its way through the faults that concern it: cut off, closed too early, slowed down. */
export class FaultyBody {
  readonly #plan: FaultPlan
  readonly #sink: BodySink
  readonly #clock: Clock
  readonly #ended: AbortSignal
  #left: number
  #isCut = false
  #hasEnded = false
  #queue: Uint8Array[] = []
  #isPumping = false

  constructor(plan: FaultPlan, sink: BodySink, clock: Clock, ended: AbortSignal) {
    this.#plan = plan
    this.#sink = sink
    this.#clock = clock
    this.#ended = ended
    this.#left = Math.min(plan.truncate ?? Number.POSITIVE_INFINITY, plan.dropAfterBytes ?? Number.POSITIVE_INFINITY)
  }

  /** Takes bytes; false when the next ones should wait for `drain`. */
  write(bytes: Uint8Array): boolean {
    if (bytes.byteLength === 0) return true
    if (this.#isCut) return this.#discard()
    // The writer may use the bytes again as soon as this returns.
    const passed = Uint8Array.from(bytes.subarray(0, this.#left))
    this.#left -= passed.byteLength
    this.#isCut = passed.byteLength < bytes.byteLength
    return this.#plan.throttleBytesPerSecond === undefined ? this.#send(passed) : this.#enqueue(passed)
  }

  /** Notes that nothing more comes. */
  end(): void {
    this.#hasEnded = true
    if (!this.#isPumping) this.#finish()
  }

  #send(bytes: Uint8Array): boolean {
    const hasRoom = bytes.byteLength === 0 || this.#sink.write(bytes)
    if (this.#dropsNow()) this.#sink.drop()
    return this.#isCut ? this.#discard() : hasRoom
  }

  // A writer without end must leave room for the connection to be closed; then nobody is told to go on.
  #discard(): boolean {
    setImmediate(() => this.#ended.aborted || this.#sink.drain())
    return false
  }

  #dropsNow(): boolean {
    return this.#isCut && this.#plan.dropAfterBytes !== undefined && !this.#truncatesFirst()
  }

  #truncatesFirst(): boolean {
    const { truncate, dropAfterBytes } = this.#plan
    return truncate !== undefined && truncate <= (dropAfterBytes ?? Number.POSITIVE_INFINITY)
  }

  #finish(): void {
    if (!this.#dropsNow()) this.#sink.end()
  }

  #enqueue(bytes: Uint8Array): boolean {
    this.#queue.push(bytes)
    if (!this.#isPumping) void this.#pump()
    return false
  }

  async #pump(): Promise<void> {
    this.#isPumping = true
    const sliceBytes = Math.max(1, Math.ceil((this.#plan.throttleBytesPerSecond ?? 0) / slicesPerSecond))
    try {
      for (let bytes = this.#queue.shift(); bytes !== undefined; bytes = this.#queue.shift()) {
        for (let start = 0; start < bytes.byteLength; start += sliceBytes) {
          const slice = bytes.subarray(start, start + sliceBytes)
          this.#sink.write(slice)
          await this.#clock.sleep((slice.byteLength / (this.#plan.throttleBytesPerSecond ?? 1)) * 1000, this.#ended)
        }
        if (this.#queue.length === 0) this.#sink.drain()
      }
      this.#isPumping = false
      if (this.#dropsNow()) this.#sink.drop()
      else if (this.#hasEnded) this.#finish()
    } catch {
      // The connection has ended: nobody waits for the rest.
      this.#queue = []
    }
  }
}
