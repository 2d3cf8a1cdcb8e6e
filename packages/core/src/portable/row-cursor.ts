import type { Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { Row } from '../rows/row.ts'
import { BatchIterator } from './batch-iterator.ts'

/** Begins to read; `atMost` says that no more rows than that will be looked at. */
export type OpenRows<RowType extends Row> = (
  atMost: number | undefined,
) => AsyncGenerator<readonly RowType[], void, undefined>

/**
 * Rows as they come: nothing is sent before the first is asked for, and no more than a page is held.
 *
 * Iterate it row by row, or by batch with {@link RowCursor.batches}, which is faster for millions. A cursor is
 * read once; leaving the loop early releases what it holds.
 */
export class RowCursor<RowType extends Row = Row> implements AsyncIterable<RowType> {
  readonly #open: OpenRows<RowType>
  readonly #receipt: ReceiptRecorder
  #isOpen = false

  /** @internal */
  constructor(open: OpenRows<RowType>, receipt: ReceiptRecorder) {
    this.#open = open
    this.#receipt = receipt
  }

  /** What it has cost so far. */
  get receipt(): Receipt {
    return this.#receipt.snapshot()
  }

  /** Iterates over batches of rows, none of them empty. */
  batches(): AsyncGenerator<readonly RowType[], void, undefined> {
    return this.#begin(undefined)
  }

  #begin(atMost: number | undefined): AsyncGenerator<readonly RowType[], void, undefined> {
    if (this.#isOpen) throw invalidArgument('a row cursor is read once: call find again for another pass')
    this.#isOpen = true
    return this.#open(atMost)
  }

  /** Iterates over rows. */
  [Symbol.asyncIterator](): AsyncIterator<RowType, void, undefined> {
    return new BatchIterator(this.batches())
  }

  /** Gives the first row, or undefined without one, and releases the cursor. */
  async first(): Promise<RowType | undefined> {
    const batches = this.#begin(1)
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
