import type { File } from '../../portable/file.ts'
import type { Table } from '../../portable/table.ts'
import type { Transfer } from '../../transfer/transfer.ts'
import {
  checkCopyOptions,
  type CopyFileToTableOptions,
  copyTableNames,
  type CopyTableResult,
} from './copy-table-options.ts'
import { FileOrigin } from './file-origin.ts'
import { startTableCopy } from './run-copy.ts'

const optionNames = [
  ...copyTableNames.filter((name) => name !== 'filter' && name !== 'expect'),
  'format',
  'csv',
  'json',
  'definition',
]

/**
 * Copies the rows of a file, as CSV, JSON lines or a JSON array, into a table of the same or another storage, streaming.
 *
 * Modes, checks and journal are those of {@link copyTable}. Cells of CSV are read as values of the target's columns; a cell that is none fails
 * with its row and column.
 *
 * @param source - the file; it must not change meanwhile
 * @param target - where its rows go; a table that isn't there is made
 */
export function copyFileToTable(
  source: File,
  target: Table,
  options: CopyFileToTableOptions = {},
): Transfer<CopyTableResult> {
  const checked = checkCopyOptions('copyFileToTable', options, optionNames)
  return startTableCopy(
    { source: new FileOrigin(source, checked), target: target.end, options: checked },
    'copyFileToTable',
  )
}
