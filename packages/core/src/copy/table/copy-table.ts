import type { Table } from '../../portable/table.ts'
import type { Transfer } from '../../transfer/transfer.ts'
import { checkCopyOptions, type CopyTableOptions, type CopyTableResult } from './copy-table-options.ts'
import { startTableCopy } from './run-copy.ts'
import { TableOrigin } from './table-origin.ts'

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
  const checked = checkCopyOptions('copyTable', options)
  return startTableCopy(
    { source: new TableOrigin(source.end, checked), target: target.end, options: checked },
    'copyTable',
  )
}
