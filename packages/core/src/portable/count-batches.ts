import type { RowBatch } from '../rows/row.ts'

/** Passes batches on and tells, after the consumer took one, how many rows are through. */
export async function* countBatches(
  batches: AsyncIterable<RowBatch>,
  onRows: (more: number, total: number) => void,
): AsyncGenerator<RowBatch, void, undefined> {
  let total = 0
  for await (const batch of batches) {
    yield batch
    total += batch.rows.length
    onRows(batch.rows.length, total)
  }
}
