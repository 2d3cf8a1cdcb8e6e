import type { Column } from '@stowage/core'
import type { Cell, RowBatch } from '@stowage/core/driver'
import { writeCell } from './cell-text.ts'

/** The columns that are written, and those that make up the key. */
export interface RowCsvOptions {
  /** The table's columns, in order: all of them are written. */
  readonly columns: readonly Column[]
  /** The columns of the primary key; empty for none. */
  readonly primaryKey: readonly string[]
}

/** Gives a row's number in its batch and the texts of its key. */
export type OnKey = (row: number, key: readonly string[]) => void

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

  /** Writes a batch's rows, each as a line of its own. An array, since passing lines on one by one costs more than writing them. */
  lines(batch: RowBatch, onKey?: OnKey): string[] {
    const positions = new Map(batch.columns.map((name, index) => [name, index]))
    const sources = this.#columns.map(({ name }) => positions.get(name) ?? -1)
    const keySources = this.#keyColumns.map((name) => positions.get(name) ?? -1)
    if (onKey !== undefined) {
      for (const [index, row] of batch.rows.entries()) {
        onKey(
          index,
          keySources.map((source) => writeCell(row[source]) ?? ''),
        )
      }
    }
    return batch.rows.map((row) => writeLine(row, sources))
  }
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
