import { StorageError } from '@stowage/core/driver'

/** The loads that run in this process, so that they can be cancelled at once. */
export class RunningLoads {
  readonly #controllers = new Map<string, AbortController>()

  readonly #running = new Set<Promise<unknown>>()

  /**
   * Runs a load with a signal that cancels it: the caller's, or a cancel by id.
   *
   * @param work - the load, which ends soon after its signal
   */
  async run<T>(id: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    this.#controllers.set(id, controller)
    const running = work(AbortSignal.any([signal, controller.signal]))
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#controllers.delete(id)
      this.#running.delete(running)
    }
  }

  /** Cancels a load, if it runs here. */
  cancel(id: string): void {
    this.#controllers.get(id)?.abort(cancelled())
  }

  /** Cancels all loads and waits until they have cleaned up. */
  async cancelAll(): Promise<void> {
    for (const id of this.#controllers.keys()) this.cancel(id)
    await Promise.allSettled(this.#running)
  }
}

function cancelled(): StorageError {
  const message = 'the load was cancelled; nothing of it was applied'
  return new StorageError({ code: 'aborted', message, applied: 'no' })
}
