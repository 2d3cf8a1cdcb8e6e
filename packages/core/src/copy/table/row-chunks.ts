import type { RowBatch } from '../../rows/row.ts'

/** Cuts a stream of rows into chunks that are streams themselves, taken one after the other. */
export class RowChunks {
  readonly #batches: AsyncIterator<RowBatch, unknown>
  #held: RowBatch | undefined
  #position = 0
  #isDone = false

  constructor(batches: AsyncIterable<RowBatch>) {
    this.#batches = batches[Symbol.asyncIterator]()
  }

  /** How many rows were taken. */
  get position(): number {
    return this.#position
  }

  /** Tells whether another row is there. */
  async hasMore(): Promise<boolean> {
    while (this.#held === undefined && !this.#isDone) {
      const next = await this.#batches.next()
      if (next.done === true) this.#isDone = true
      else if (next.value.rows.length > 0) this.#held = next.value
    }
    return this.#held !== undefined
  }

  /** Gives the next rows, up to so many. What isn't read of a chunk comes in the next one. */
  async *take(rows: number): AsyncGenerator<RowBatch, void, undefined> {
    const end = this.#position + rows
    while (this.#position < end && (await this.hasMore())) {
      const batch = this.#held as RowBatch
      const left = end - this.#position
      const taken = batch.rows.length <= left ? batch : { ...batch, rows: batch.rows.slice(0, left) }
      this.#held = taken === batch ? undefined : { ...batch, rows: batch.rows.slice(left) }
      this.#position += taken.rows.length
      yield taken
    }
  }

  /** Ends the stream that is cut. */
  async close(): Promise<void> {
    this.#isDone = true
    await this.#batches.return?.()
  }
}
