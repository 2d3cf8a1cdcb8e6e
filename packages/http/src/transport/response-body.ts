import type { BodyFeed } from './body-feed.ts'

/** What a body needs of the exchange it belongs to. */
export interface BodyOwner {
  /** Called before waiting for bytes, so that a server that stalls is noticed. */
  onWait(): void
  /** Called once, when the body was read to its end or given up. */
  onDone(isComplete: boolean): void
  /** Makes the failure for a body that ended too early. */
  cutOff(gotBytes: number, cause: unknown): Error
}

/** A response body on its way: read once, no faster than its reader takes it. */
export class ResponseBody implements AsyncIterableIterator<Uint8Array> {
  readonly #feed: BodyFeed
  readonly #sizeBytes: number | undefined
  readonly #owner: BodyOwner
  #gotBytes = 0
  #aborted: { readonly reason: unknown } | undefined
  #broken: { readonly cause: unknown } | undefined
  #isDone = false
  #wake: (() => void) | undefined

  /** @param sizeBytes - how many bytes have to come; undefined where the answer doesn't say */
  constructor(feed: BodyFeed, sizeBytes: number | undefined, owner: BodyOwner) {
    this.#feed = feed
    this.#sizeBytes = sizeBytes
    this.#owner = owner
  }

  /** Whether somebody waits for bytes. */
  get isWaiting(): boolean {
    return this.#wake !== undefined
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Has the reader look again at what arrived. */
  wake(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /** Notes that nothing more comes: the body fails once what arrived has been read, unless that was all. */
  breakOff(cause: unknown): void {
    this.#broken ??= { cause }
    this.wake()
  }

  /** Ends the body with a failure at once. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason }
    this.wake()
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (!this.#isDone) {
      if (this.#aborted !== undefined) this.#throw(this.#aborted.reason)
      const chunk = this.#feed.take() ?? (this.#broken && this.#feed.takeRest())
      if (chunk !== undefined) {
        this.#gotBytes += chunk.byteLength
        return { done: false, value: chunk }
      }
      if (this.#feed.isEnded) this.#end()
      else if (this.#broken !== undefined) this.#throw(this.#owner.cutOff(this.#gotBytes, this.#broken.cause))
      else await this.#more()
    }
    return { done: true, value: undefined }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#finish(false)
    return Promise.resolve({ done: true, value: undefined })
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      this.#owner.onWait()
      this.#feed.demand()
    })
  }

  #end(): void {
    if (this.#sizeBytes !== undefined && this.#gotBytes !== this.#sizeBytes) {
      this.#throw(this.#owner.cutOff(this.#gotBytes, undefined))
    }
    this.#finish(true)
  }

  #throw(reason: unknown): never {
    this.#finish(false)
    throw reason
  }

  #finish(isComplete: boolean): void {
    if (this.#isDone) return
    this.#isDone = true
    this.wake()
    this.#owner.onDone(isComplete)
  }
}
