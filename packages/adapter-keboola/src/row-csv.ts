import type { Column } from '@stowage/core'
import type { Cell } from '@stowage/core/driver'
import { writeCell } from './cell-text.ts'

/** The columns that are written, and those that make up the key. */
export interface RowCsvOptions {
  /** The table's columns, in order: all of them are written. */
  readonly columns: readonly Column[]
  /** The columns of the primary key; empty for none. */
  readonly primaryKey: readonly string[]
}

/**
 * Writes rows as the service wants CSV: all columns, every value quoted, lines ended by LF. Nothing has no quotes, which typed tables tell
 * from an empty text.
 */
export class RowCsv {
  readonly #columns: readonly Column[]
  readonly #keyColumns: readonly string[]

  constructor({ columns, primaryKey }: RowCsvOptions) {
    this.#columns = columns
    this.#keyColumns = primaryKey
  }

  /** The first line. */
  get header(): string {
    return `${this.#columns.map(({ name }) => quote(name)).join(',')}\n`
  }

  /** Makes what writes rows of these columns as lines, one at a time: lines that wait for others take memory. */
  lineWriter(columns: readonly string[]): (row: readonly Cell[]) => string {
    const sources = sourcesOf(
      this.#columns.map(({ name }) => name),
      columns,
    )
    return (row) => writeLine(row, sources)
  }

  /** Makes what gives the texts of a row's key. */
  keyReader(columns: readonly string[]): (row: readonly Cell[]) => string[] {
    const sources = sourcesOf(this.#keyColumns, columns)
    return (row) => sources.map((source) => writeCell(row[source]) ?? '')
  }
}

/** Says where the cells of columns are; -1, where nothing is, for those that a batch lacks. */
function sourcesOf(wanted: readonly string[], columns: readonly string[]): number[] {
  const positions = new Map(columns.map((name, index) => [name, index]))
  return wanted.map((name) => positions.get(name) ?? -1)
}

function writeLine(row: readonly Cell[], sources: readonly number[]): string {
  let line = ''
  for (let index = 0; index < sources.length; index += 1) {
    const cell = row[sources[index] as number]
    const text = typeof cell === 'string' ? cell : writeCell(cell)
    if (index > 0) line += ','
    if (text !== undefined) line += quote(text)
  }
  // Of a single column an empty line would be none.
  return line === '' ? '""\n' : `${line}\n`
}

function quote(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : `"${text}"`
}
