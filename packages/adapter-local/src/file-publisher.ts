import type { Engine } from './engine/engine.ts'
import type { PublishItem, PublishOutcome, PublishResult } from './engine/files/file-publish.ts'
import type { FilePlace } from './engine/files/file-tree.ts'

interface Waiting {
  readonly item: PublishItem
  readonly resolve: (outcome: PublishOutcome) => void
  readonly reject: (error: unknown) => void
}

// Longer transactions would keep other processes and the event loop waiting.
const maxItems = 64

/**
 * Publishes contents, those that become ready in the same turn of the event loop in one transaction: a commit costs more
 * than a row.
 */
export class FilePublisher {
  readonly #engine: Engine
  readonly #place: FilePlace | undefined
  readonly #onPublished: (result: PublishResult) => void
  #waiting: Waiting[] = []

  /** @param onPublished - gets what each transaction has left behind */
  constructor(engine: Engine, place: FilePlace | undefined, onPublished: (result: PublishResult) => void) {
    this.#engine = engine
    this.#place = place
    this.#onPublished = onPublished
  }

  /** Publishes one content; it fails when the transaction does. */
  publish(item: PublishItem): Promise<PublishOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) queueMicrotask(() => void this.#flush())
      this.#waiting.push({ item, resolve, reject })
      if (this.#waiting.length >= maxItems) void this.#flush()
    })
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    try {
      const items = batch.map(({ item }) => item)
      const result = await this.#engine.call('publishFiles', { place: this.#place, items })
      for (const [position, { resolve }] of batch.entries()) resolve(result.outcomes[position] as PublishOutcome)
      this.#onPublished(result)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
