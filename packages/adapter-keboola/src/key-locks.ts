/** Lets one after the other work on the same thing, in the order they came. */
export class KeyLocks {
  readonly #last = new Map<string, Promise<unknown>>()

  /**
   * Does the work when all that came before on the same key has ended, well or badly.
   *
   * @param signal - ends the waiting; work that has begun minds it by itself
   */
  async run<Result>(key: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const { promise: done, resolve: release } = Promise.withResolvers<void>()
    // Whoever gives up waiting still stands between those before and those behind.
    const settled = before.then(() => done)
    this.#last.set(key, settled)
    void settled.then(() => this.#forget(key, settled))
    try {
      await untilDone(before, signal)
      return await work()
    } finally {
      release()
    }
  }

  #forget(key: string, settled: Promise<unknown>): void {
    if (this.#last.get(key) === settled) this.#last.delete(key)
  }
}

async function untilDone(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([before, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
