import { StorageError } from '../../errors/storage-error.ts'
import { parseFilter } from '../../filter/parse-filter.ts'
import { isMatchAll } from '../../filter/tree.ts'
import { countBatches } from '../../portable/count-batches.ts'
import { readAhead } from '../../portable/read-ahead.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CopyTableResult } from './copy-table-options.ts'
import { mappedRows } from './mapped-rows.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { addUpTarget, ledgerFor, readBack, readBackWay } from './read-back.ts'
import type { RowLedger } from './row-ledger.ts'
import { skipExisting } from './skip-existing.ts'
import { nameOfEnd } from './table-end.ts'
import { checkCounts, countTarget } from './target-count.ts'
import { writeRows } from './write-rows.ts'

/** Copies all rows by one load, and checks what came of it. */
export async function loadOnce(
  prepared: PreparedCopy,
  isCreated: boolean,
  controls: TransferControls,
): Promise<CopyTableResult> {
  const { target, targetInfo, options, mapping } = prepared
  const { meter, advance } = controls
  meter.expect(expectedRows(prepared), 'rows')
  const isReadBack = options.verify === 'read-back'
  meter.setPart(1, isReadBack ? 2 : 1)
  const before = isCreated ? 0 : await countTarget(target, controls)
  const way = readBackWay(prepared, before)
  const sumsBefore = isReadBack && way === 'by-sums' ? await addUpTarget(prepared, controls) : undefined
  const [given, written] = [ledgerFor(prepared), ledgerFor(prepared)]
  const passed = { rows: 0, skipped: 0 }
  const mapped = countBatches(mappedRows(prepared, controls), (more) => (passed.rows += more))
  const onSkipped = (count: number): void => {
    passed.skipped += count
    advance(count)
  }
  const kept =
    options.mode === 'skip-existing'
      ? skipExisting(mapped, target, targetInfo.primaryKey, options.concurrency, onSkipped, controls)
      : mapped
  const counts = await writeRows(prepared, { batches: written.watch(readAhead(given.watch(kept))) }, controls)
  const checks = [...checkDigest(prepared, given, written)]
  checks.push(...(await checkCounts(prepared, { written: written.rows, before, counts }, controls)))
  if (isReadBack) {
    meter.setPart(2, 2)
    const readAgain = (): ReturnType<typeof mappedRows> => mappedRows(prepared, controls)
    checks.push(await readBack(prepared, way, { written, before: sumsBefore }, readAgain, controls))
  }
  return {
    ...passed,
    written: written.rows,
    values: written.values,
    digest: written.digest,
    isCreated,
    resumedAt: 0,
    casts: mapping.casts,
    verification: { level: options.verify, checks },
    receipt: controls.receipt.snapshot(),
  }
}

/** How many rows there are to read, as far as that can be known for nothing. */
export function expectedRows({ options, sourceInfo }: PreparedCopy): number | undefined {
  return isMatchAll(parseFilter(options.filter ?? {})) ? sourceInfo.rowCount : undefined
}

/**
 * Compares what was read with what was written.
 *
 * @returns what was compared, a line
 */
export function checkDigest({ target }: PreparedCopy, given: RowLedger, written: RowLedger): readonly string[] {
  if (given.rows !== written.rows || given.digest !== written.digest) {
    const message = `other rows were written to ${nameOfEnd(target)} than were read: this is a fault of Stowage, report it`
    throw new StorageError({ code: 'corrupt-data', message, applied: 'yes' })
  }
  if (given.digest === undefined) return []
  return [`the digest of the ${given.rows} rows that were read is that of the rows that were written`]
}
