/** Lets one after the other work on the same thing, in the order they came. */
export class KeyLocks {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Does the work when all that came before on the same key has ended, well or badly. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const done = before.then(work, work)
    const settled = done.catch(() => {})
    this.#last.set(key, settled)
    try {
      return await done
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    }
  }
}
