import type { Row } from '@stowage/core'
import { csvLine } from '../csv/write-csv.ts'
import { formatTime } from '../time-expression.ts'
import { cellText } from './cell-reader.ts'
import { timestampColumn } from './stored-table.ts'

/** How rows become text. */
export interface RowsFormat {
  /** `rfc` is CSV, `json` a line of JSON for each row. */
  readonly format: 'rfc' | 'json'
  /** The columns, in order. */
  readonly columns: readonly string[]
  /** Whether rows say when they were imported, in a last column `_timestamp`. */
  readonly hasTimestamps: boolean
}

/** Names the columns in order, `_timestamp` as well. */
export function writtenColumns({ columns, hasTimestamps }: RowsFormat): readonly string[] {
  return hasTimestamps ? [...columns, timestampColumn] : columns
}

/** The first line of a CSV file. */
export function headerLine(format: RowsFormat): Buffer {
  return Buffer.from(csvLine(writtenColumns(format)))
}

/** Writes rows, a batch at a time. */
export function writeRows(rows: readonly Row[], format: RowsFormat): Buffer {
  const { columns, hasTimestamps } = format
  const isJson = format.format === 'json'
  let text = ''
  for (const row of rows) {
    const cells = columns.map((name) => cellText(row[name]))
    if (hasTimestamps) cells.push(timestampText(row))
    text += isJson ? jsonLine(writtenColumns(format), cells) : csvLine(cells)
  }
  return Buffer.from(text)
}

function jsonLine(names: readonly string[], cells: readonly (string | null)[]): string {
  const members = names.map((name, at) => `${JSON.stringify(name)}:${JSON.stringify(cells[at] ?? null)}`)
  return `{${members.join(',')}}\n`
}

/** Writes the instant of a row's import. */
export function timestampText(row: Row): string | null {
  const ms = row[timestampColumn]
  return typeof ms === 'number' ? formatTime(ms) : null
}
