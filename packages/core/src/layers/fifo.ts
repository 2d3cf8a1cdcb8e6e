/** A queue of waits that end in the order they began. */
export class Fifo {
  readonly #waits = new Set<() => void>()

  /** How many wait. */
  get length(): number {
    return this.#waits.size
  }

  /** Waits for its turn; gives false when the signal is aborted before. */
  wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false)
      const leave = (): void => {
        this.#waits.delete(enter)
        resolve(false)
      }
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        resolve(true)
      }
      this.#waits.add(enter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Lets the first one in; gives false when nobody waits. */
  admit(): boolean {
    for (const enter of this.#waits) {
      this.#waits.delete(enter)
      enter()
      return true
    }
    return false
  }
}
