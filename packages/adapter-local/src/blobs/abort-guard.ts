/** Lets a wait end when one of some signals is aborted, with one listener for all waits of an operation. */
export class AbortGuard {
  /** The caller's signal. */
  readonly signal: AbortSignal
  readonly #signals: readonly AbortSignal[]
  readonly #onAbort: () => void
  #reject: ((reason: unknown) => void) | undefined

  /** @param signals - the caller's first */
  constructor(...signals: readonly [AbortSignal, ...AbortSignal[]]) {
    this.signal = signals[0]
    this.#signals = signals
    this.#onAbort = (): void => this.#reject?.(this.#reason())
    for (const signal of signals) signal.addEventListener('abort', this.#onAbort)
  }

  /** Whether one of the signals is aborted. */
  get isAborted(): boolean {
    return this.#signals.some(({ aborted }) => aborted)
  }

  /** Fails with the signal's reason when one is aborted. */
  check(): void {
    if (this.isAborted) throw this.#reason()
  }

  /** Waits for one thing at a time; fails at once when a signal is aborted, and leaves the thing to itself then. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject
      promise.then(resolve, reject)
      if (this.isAborted) reject(this.#reason())
    })
  }

  /** Stops listening. */
  release(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort)
  }

  #reason(): unknown {
    return this.#signals.find(({ aborted }) => aborted)?.reason
  }
}
