import type { Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { Row } from '../rows/row.ts'

/**
 * Rows as they come: nothing is sent before the first is asked for, and no more than a page is held.
 *
 * Iterate it row by row, or by batch with {@link RowCursor.batches}, which is faster for millions. A cursor is
 * read once; leaving the loop early releases what it holds.
 */
export class RowCursor<RowType extends Row = Row> implements AsyncIterable<RowType> {
  readonly #open: () => AsyncGenerator<readonly RowType[], void, undefined>
  readonly #receipt: ReceiptRecorder
  #isOpen = false

  /** @internal */
  constructor(open: () => AsyncGenerator<readonly RowType[], void, undefined>, receipt: ReceiptRecorder) {
    this.#open = open
    this.#receipt = receipt
  }

  /** What it has cost so far. */
  get receipt(): Receipt {
    return this.#receipt.snapshot()
  }

  /** Iterates over batches of rows, none of them empty. */
  batches(): AsyncGenerator<readonly RowType[], void, undefined> {
    if (this.#isOpen) throw invalidArgument('a row cursor is read once: call find again for another pass')
    this.#isOpen = true
    return this.#open()
  }

  /** Iterates over rows. */
  [Symbol.asyncIterator](): AsyncIterator<RowType, void, undefined> {
    return new RowIterator(this.batches())
  }

  /** Gives the first row, or undefined without one, and releases the cursor. */
  async first(): Promise<RowType | undefined> {
    const batches = this.batches()
    try {
      const { value } = await batches.next()
      return value === undefined ? undefined : value[0]
    } finally {
      await batches.return()
    }
  }

  /** Collects all rows into one array; only for results known to fit in memory. */
  async toArray(): Promise<RowType[]> {
    const all: RowType[] = []
    for await (const rows of this.batches()) for (const row of rows) all.push(row)
    return all
  }
}

/** Steps through batches row by row; by hand, because an async generator per row costs twice as much. */
class RowIterator<RowType extends Row> implements AsyncIterator<RowType, void, undefined> {
  readonly #batches: AsyncGenerator<readonly RowType[], void, undefined>
  #rows: readonly RowType[] = []
  #index = 0

  constructor(batches: AsyncGenerator<readonly RowType[], void, undefined>) {
    this.#batches = batches
  }

  next(): Promise<IteratorResult<RowType, void>> {
    const row = this.#rows[this.#index]
    if (row === undefined) return this.#nextBatch()
    this.#index += 1
    return Promise.resolve({ value: row, done: false })
  }

  async #nextBatch(): Promise<IteratorResult<RowType, void>> {
    const { value } = await this.#batches.next()
    const row = value?.[0]
    if (value === undefined || row === undefined) return { value: undefined, done: true }
    this.#rows = value
    this.#index = 1
    return { value: row, done: false }
  }

  async return(): Promise<IteratorResult<RowType, void>> {
    this.#rows = []
    this.#index = 0
    await this.#batches.return()
    return { value: undefined, done: true }
  }
}
