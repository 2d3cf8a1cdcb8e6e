import { StorageError } from '../../errors/storage-error.ts'
import { readAhead } from '../../portable/read-ahead.ts'
import type { Table } from '../../portable/table.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { Transfer, TransferControls } from '../../transfer/transfer.ts'
import { fingerprintOf } from './copy-fingerprint.ts'
import { checkCopyOptions, type CopyTableOptions, type CopyTableResult } from './copy-table-options.ts'
import { ensureTarget, prepareCopy, type PreparedCopy, type TableCopy } from './prepare-copy.ts'
import { removeMade } from './remove-made.ts'
import { RowLedger } from './row-ledger.ts'
import { RowMapper } from './row-mapper.ts'
import { skipExisting } from './skip-existing.ts'
import { SourceRows } from './source-rows.ts'
import { startCopy } from './start-copy.ts'
import { placeOfEnd } from './table-end.ts'
import { checkCounts, countTarget } from './target-count.ts'
import { writeRows } from './write-rows.ts'

/**
 * Copies a table's rows into another table, of the same or another backend, streaming.
 *
 * A target that isn't there is made. Values stay the same or the copy fails: what the target can't keep is refused, with row and column,
 * unless `allowLossy` names the column. Without a journal all rows are loaded as one unit: where the target can do that, a copy that fails or
 * is aborted leaves nothing behind. What is promised in each case is on the page "Copying" of the guide.
 *
 * @param source - where rows come from; it must not change meanwhile
 * @param target - where they go
 * @throws {@link StorageError} `invalid-argument` and `unsupported` before anything is written; `conflict` when a key is taken or the source
 * changed meanwhile; `corrupt-data` when the check found a difference
 */
export function copyTable(source: Table, target: Table, options: CopyTableOptions = {}): Transfer<CopyTableResult> {
  const copy = { source: source.end, target: target.end, options: checkCopyOptions('copyTable', options) }
  const { signal, timeoutMs } = options
  return startCopy(
    copy.source.session,
    copy.target.session,
    placeOfEnd(copy.target, 'copyTable'),
    { signal, timeoutMs },
    (controls) => runCopy(copy, controls),
  )
}

async function runCopy(copy: TableCopy, controls: TransferControls): Promise<CopyTableResult> {
  const looked = await prepareCopy(copy, controls)
  checkExpected(looked)
  const [problem] = looked.problems
  if (problem !== undefined) throw problem
  const isCreated = looked.definition !== undefined
  const prepared = await ensureTarget(looked, controls)
  try {
    return await loadOnce(prepared, isCreated, controls)
  } catch (error) {
    if (isCreated) await removeMade(prepared.target, error)
    throw error
  }
}

function checkExpected(prepared: PreparedCopy): void {
  const { expect } = prepared.options
  if (expect === undefined || expect === fingerprintOf(prepared)) return
  const message = 'source, target or options are others than when the copy was planned: plan it again'
  throw new StorageError({ code: 'conflict', message, applied: 'no', details: { changed: 'plan' } })
}

async function loadOnce(
  prepared: PreparedCopy,
  isCreated: boolean,
  controls: TransferControls,
): Promise<CopyTableResult> {
  const { source, sourceInfo, target, targetInfo, options, mapping } = prepared
  const rows = new SourceRows(source, sourceInfo, options)
  controls.meter.expect(rows.expectedRows, 'rows')
  const before = isCreated ? 0 : await countTarget(target, controls)
  const { primaryKey } = targetInfo
  const ledgerOptions = { level: options.verify, primaryKey, columns: undefined }
  const [given, written] = [new RowLedger(ledgerOptions), new RowLedger(ledgerOptions)]
  const passed = { rows: 0, skipped: 0 }
  const mapped = mapRows(rows.read(controls), new RowMapper(mapping), (count) => (passed.rows += count))
  const onSkipped = (count: number): void => {
    passed.skipped += count
    controls.advance(count)
  }
  const kept =
    options.mode === 'skip-existing'
      ? skipExisting(mapped, target, primaryKey, options.concurrency, onSkipped, controls)
      : mapped
  const counts = await writeRows(prepared, { batches: written.watch(readAhead(given.watch(kept))) }, controls)
  const checks = [...(await checkCounts(prepared, { written: written.rows, before, counts }, controls))]
  return {
    rows: passed.rows,
    written: written.rows,
    skipped: passed.skipped,
    values: written.values,
    digest: written.digest,
    isCreated,
    resumedAt: 0,
    casts: mapping.casts,
    verification: { level: options.verify, checks },
    receipt: controls.receipt.snapshot(),
  }
}

async function* mapRows(
  batches: AsyncIterable<RowBatch>,
  mapper: RowMapper,
  onRows: (count: number) => void,
): AsyncGenerator<RowBatch, void, undefined> {
  let row = 0
  for await (const batch of batches) {
    const mapped = mapper.map(batch, row)
    row += batch.rows.length
    onRows(batch.rows.length)
    yield mapped
  }
}
