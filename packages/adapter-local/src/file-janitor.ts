import type { BlobStore } from './blobs/blob-store.ts'
import type { Engine } from './engine/engine.ts'

const delayMs = 20
const purgeLimit = 200

/** Removes what is no longer part of a file: replaced and deleted content, expired files, what dead writers left. */
export class FileJanitor {
  readonly #engine: Engine
  readonly #blobs: BlobStore
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(engine: Engine, blobs: BlobStore) {
    this.#engine = engine
    this.#blobs = blobs
  }

  /** Cleans up soon, once for all that comes until then. Failures are left for the next time. */
  soon(): void {
    if (this.#timer !== undefined || this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.now().catch(() => undefined)
    }, delayMs)
  }

  /** Cleans up, after any cleaning that is under way. */
  now(): Promise<void> {
    const run = this.#running.then(() => this.#clean())
    this.#running = run.catch(() => undefined)
    return run
  }

  /** Looks after what writers that died have left in the directory. */
  async recover(): Promise<void> {
    const { place } = this.#blobs
    if (place === undefined) return
    const { slots, contents } = await this.#engine.call('recoverFiles', { place })
    this.#blobs.remove([...slots, ...contents])
  }

  /** Cleans up a last time and stops. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.now()
  }

  async #clean(): Promise<void> {
    await this.#purge()
    const { place } = this.#blobs
    for (;;) {
      const { trash, removed, isEmpty } = await this.#engine.call('drainFiles', { place })
      this.#blobs.remove(trash)
      if (isEmpty || removed === 0) return
      // Thousands of removals must not keep everybody else from running.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #purge(): Promise<void> {
    let purged = purgeLimit
    while (purged === purgeLimit) {
      purged = await this.#engine.call('purgeFiles', { now: Date.now(), limit: purgeLimit })
    }
  }
}
