/**
 * Lets one party wait for things that may never come, until another stops it.
 *
 * One wait at a time. A race against one promise for all waits would collect a reaction for each of them.
 */
export class Interruption {
  #reject: ((reason: unknown) => void) | undefined
  #stopped: { readonly reason: unknown } | undefined

  /** Whether waiting has been stopped. */
  get isStopped(): boolean {
    return this.#stopped !== undefined
  }

  /** Fails the wait under way, and each one to come, with a reason; the first reason counts. */
  stop(reason: unknown): void {
    this.#stopped ??= { reason }
    this.#reject?.(this.#stopped.reason)
  }

  /** Fails when waiting has been stopped. */
  check(): void {
    if (this.#stopped !== undefined) throw this.#stopped.reason
  }

  /** Waits for a promise; its own failure after a stop is nobody's concern. */
  wait<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) reject(this.#stopped.reason as Error)
      this.#reject = reject
      promise.then(resolve, reject)
    })
  }
}
