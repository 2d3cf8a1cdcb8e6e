import type { CallContext } from '../../driver/call.ts'
import { splitBatches } from '../../rows/batch.ts'
import type { RowBatch } from '../../rows/row.ts'
import { forRowsWithKeys, keyTexts, rowsPerLookup } from './keyed-lookup.ts'
import type { TableEnd } from './table-end.ts'

/** Leaves out the rows whose key is in the table, looked up as they come. */
export async function* skipExisting(
  batches: AsyncIterable<RowBatch>,
  target: TableEnd,
  primaryKey: readonly string[],
  concurrency: number,
  onSkipped: (rows: number) => void,
  call: CallContext,
): AsyncGenerator<RowBatch, void, undefined> {
  for await (const batch of splitBatches(batches, rowsPerLookup(concurrency))) {
    const kept = await missingRows(batch, target, primaryKey, concurrency, call)
    onSkipped(batch.rows.length - kept.rows.length)
    if (kept.rows.length > 0) yield kept
  }
}

/** Gives the rows of a batch whose key is not in the table. */
export async function missingRows(
  batch: RowBatch,
  target: TableEnd,
  primaryKey: readonly string[],
  concurrency: number,
  call: CallContext,
): Promise<RowBatch> {
  const there = new Set<string>()
  const note = (_: RowBatch, found: readonly string[]): void => {
    for (const key of found) there.add(key)
  }
  await forRowsWithKeys(target, primaryKey, batch, { fields: primaryKey, concurrency }, note, call)
  if (there.size === 0) return batch
  const keys = keyTexts(batch, primaryKey)
  return { columns: batch.columns, rows: batch.rows.filter((_, row) => !there.has(keys[row] ?? '')) }
}
