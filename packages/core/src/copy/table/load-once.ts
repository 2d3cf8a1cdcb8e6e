import { parseFilter } from '../../filter/parse-filter.ts'
import { isMatchAll } from '../../filter/tree.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CopyTableResult } from './copy-table-options.ts'
import { mappedRows } from './mapped-rows.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { openPassable, writeCsv } from './pass-csv.ts'
import { addUpTarget, readBack, readBackWay } from './read-back.ts'
import { checkCounts, countTarget } from './target-count.ts'
import { type CheckedWrite, writeChecked } from './write-checked.ts'

/** Copies all rows by one load, and checks what came of it. */
export async function loadOnce(
  prepared: PreparedCopy,
  isCreated: boolean,
  controls: TransferControls,
): Promise<CopyTableResult> {
  const { target, options, mapping } = prepared
  const { meter } = controls
  meter.expect(expectedRows(prepared), 'rows')
  const isReadBack = options.verify === 'read-back'
  meter.setPart(1, isReadBack ? 2 : 1)
  const before = isCreated ? 0 : await countTarget(target, controls)
  const way = readBackWay(prepared, before)
  const sumsBefore = isReadBack && way === 'by-sums' ? await addUpTarget(prepared, controls) : undefined
  const { written, rows, values, skipped, counts } = await writeAll(prepared, controls)
  const checks = written.digest === undefined ? [] : [digestLine(rows)]
  checks.push(...(await checkCounts(prepared, { written: rows, before, counts }, controls)))
  if (isReadBack) {
    meter.setPart(2, 2)
    const readAgain = (): ReturnType<typeof mappedRows> => mappedRows(prepared, controls)
    checks.push(await readBack(prepared, way, { written, before: sumsBefore }, readAgain, controls))
  }
  return {
    rows: rows + skipped,
    written: rows,
    skipped,
    values,
    digest: written.digest,
    isCreated,
    resumedAt: 0,
    casts: mapping.casts,
    verification: { level: options.verify, checks },
    receipt: controls.receipt.snapshot(),
  }
}

async function writeAll(prepared: PreparedCopy, controls: TransferControls): Promise<CheckedWrite> {
  const csv = await openPassable(prepared, controls)
  const how = { level: prepared.options.verify, rowsBefore: 0 }
  if (csv === undefined) return writeChecked(prepared, mappedRows(prepared, controls), how, controls)
  try {
    return await writeCsv(prepared, csv, controls)
  } finally {
    await csv.release()
  }
}

/** Says that digests were compared. */
export function digestLine(rows: number): string {
  return `the digest of the ${rows} rows that were read is that of the rows that were written`
}

/** How many rows there are to read, as far as that can be known for nothing. */
export function expectedRows({ options, sourceInfo }: PreparedCopy): number | undefined {
  return isMatchAll(parseFilter(options.filter ?? {})) ? sourceInfo.rowCount : undefined
}
