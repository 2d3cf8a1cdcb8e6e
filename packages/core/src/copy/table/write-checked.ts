import type { WriteCounts } from '../../contract/table.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { countBatches } from '../../portable/count-batches.ts'
import { readAhead } from '../../portable/read-ahead.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CopyVerify } from '../copy-plan.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { ledgerFor } from './read-back.ts'
import type { RowLedger } from './row-ledger.ts'
import { skipExisting } from './skip-existing.ts'
import { nameOfEnd } from './table-end.ts'
import { writeRows } from './write-rows.ts'

/** What became of rows that were to be written. */
export interface CheckedWrite {
  /** What was written. */
  readonly written: RowLedger
  /** How many rows were written. */
  readonly rows: number
  /** How many values other than null each column got; undefined where bytes went through unread. */
  readonly values: Readonly<Record<string, number>> | undefined
  /** How many rows were left out because their key is there. */
  readonly skipped: number
  /** What the target says it did. */
  readonly counts: WriteCounts
}

/**
 * Writes rows, without those whose key is there where the mode says so, and compares what was read with what was written.
 *
 * @param how - what is compared, and how many rows the copy wrote before, for its progress
 */
export async function writeChecked(
  prepared: PreparedCopy,
  batches: AsyncIterable<RowBatch>,
  { level, rowsBefore }: { readonly level: CopyVerify; readonly rowsBefore: number },
  controls: TransferControls,
): Promise<CheckedWrite> {
  const { target, targetInfo, options } = prepared
  const written = ledgerFor(prepared, level)
  // Digests are what tells rows that were read from rows that were written; counting both alike would tell nothing.
  const given = level === 'counts' ? undefined : ledgerFor(prepared, 'digest')
  let skipped = 0
  const onSkipped = (count: number): void => {
    skipped += count
    controls.advance(count)
  }
  const kept =
    options.mode === 'skip-existing'
      ? skipExisting(batches, target, targetInfo.primaryKey, options.concurrency, onSkipped, controls)
      : batches
  const passed = written.watch(readAhead(given?.watch(kept) ?? kept))
  const counted = countBatches(passed, (_, total) => controls.meter.setRows(rowsBefore + total))
  const counts = await writeRows(prepared, { batches: counted }, controls)
  if (given !== undefined && !given.isSameAs(written)) throw notWhatWasRead(prepared)
  return { written, rows: written.rows, values: written.values, skipped, counts }
}

function notWhatWasRead({ target }: PreparedCopy): StorageError {
  const message = `other rows were written to ${nameOfEnd(target)} than were read: this is a fault of Stowage, report it`
  return new StorageError({ code: 'corrupt-data', message, applied: 'yes' })
}
