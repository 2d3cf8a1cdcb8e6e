/**
 * Locks by name, for steps on one object that must not mix with those of another request.
 *
 * They hold within this process only. Whoever comes first goes first.
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

  /** Resolves when nobody who has a lock now has it any more; undefined where nobody has. */
  settled(name: string): Promise<void> | undefined {
    return this.#tails.get(name)
  }
}
