/** Cuts a stream of chunks into pieces of given lengths. What is left of a chunk begins the next piece. */
export class ChunkCutter {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array | undefined

  /** @param chunks - what is cut; read once */
  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Gives the next bytes, as many as asked for unless there are fewer. */
  async *take(sizeBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = sizeBytes; left > 0;) {
      const chunk = await this.#next()
      if (chunk === undefined) return
      const part = chunk.subarray(0, left)
      // A copy: a lent chunk is given back as soon as its first half was sent.
      if (part.byteLength < chunk.byteLength) this.#rest = Uint8Array.from(chunk.subarray(part.byteLength))
      left -= part.byteLength
      yield part
    }
  }

  /** Gives all the rest. */
  async *takeRest(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk
  }

  /** Ends the reading; does nothing after the end. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #next(): Promise<Uint8Array | undefined> {
    const rest = this.#rest
    this.#rest = undefined
    if (rest !== undefined) return rest
    const next = await this.#chunks.next()
    return next.done === true ? undefined : next.value
  }
}
