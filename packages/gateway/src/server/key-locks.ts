/**
 * Locks by name, for steps on one object that must not mix with those of another request. Whoever comes first goes first.
 *
 * They hold within this process only.
 */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<void>>()

  /** Waits for its turn; whoever got it calls the result to let the next one in. */
  async acquire(name: string): Promise<() => void> {
    const before = this.#tails.get(name)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#tails.set(name, promise)
    await before
    return () => {
      if (this.#tails.get(name) === promise) this.#tails.delete(name)
      resolve()
    }
  }

  /** Does something while it has the lock. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const release = await this.acquire(name)
    try {
      return await work()
    } finally {
      release()
    }
  }

  /** Resolves when all who have or want a lock now are done; undefined where nobody is. */
  settled(name: string): Promise<void> | undefined {
    return this.#tails.get(name)
  }
}
