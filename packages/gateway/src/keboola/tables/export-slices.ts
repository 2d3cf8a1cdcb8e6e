import type { Row } from '@stowage/core'

/**
 * Splits rows into two halves, each to be read to its end before the next: whoever reads only the first slice of a file is to notice.
 * One row is one half, and none is none.
 *
 * @param expected - how many rows there are going to be, where that is known
 */
export async function* inHalves(
  batches: AsyncGenerator<readonly Row[], void, undefined>,
  expected: number | undefined,
): AsyncGenerator<AsyncGenerator<readonly Row[], void, undefined>, void, undefined> {
  const rows = new RowsAhead(batches)
  const first = await rows.peek()
  if (first === undefined) return
  const isAll = (await rows.peekSecond()) === undefined
  const half = Math.ceil((isAll ? first.length : Math.max(expected ?? 0, first.length)) / 2)
  yield rows.take(half)
  if ((await rows.peek()) !== undefined) yield rows.take(Infinity)
}

/** Batches of rows of which two can be looked at before they are taken. */
class RowsAhead {
  readonly #batches: AsyncGenerator<readonly Row[], void, undefined>
  readonly #ahead: (readonly Row[])[] = []

  constructor(batches: AsyncGenerator<readonly Row[], void, undefined>) {
    this.#batches = batches
  }

  async peek(): Promise<readonly Row[] | undefined> {
    await this.#fetch(1)
    return this.#ahead[0]
  }

  async peekSecond(): Promise<readonly Row[] | undefined> {
    await this.#fetch(2)
    return this.#ahead[1]
  }

  async *take(count: number): AsyncGenerator<readonly Row[], void, undefined> {
    for (let left = count; left > 0;) {
      const rows = await this.peek()
      if (rows === undefined) return
      this.#ahead.shift()
      if (rows.length > left) this.#ahead.unshift(rows.slice(left))
      yield rows.slice(0, left)
      left -= rows.length
    }
  }

  async #fetch(count: number): Promise<void> {
    while (this.#ahead.length < count) {
      const { value } = await this.#batches.next()
      if (value === undefined) return
      if (value.length > 0) this.#ahead.push(value)
    }
  }
}
