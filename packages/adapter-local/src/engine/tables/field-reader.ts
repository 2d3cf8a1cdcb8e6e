import type { SQLOutputValue } from 'node:sqlite'
import type { JsonValue, Row } from '@stowage/core'
import type { Cell } from '@stowage/core/driver'
import type { TableEntry } from './catalogue.ts'
import { decodeCell } from './row-decoder.ts'
import { parseExtra } from './row-encoder.ts'

/** Reads some fields of a row inside SQL: says which SQL columns it needs, and makes a row of their values. */
export class FieldReader {
  /** The SQL columns whose values {@link FieldReader.read} takes, in this order. */
  readonly sqlNames: readonly string[]
  /** Whether it reads undeclared fields and nothing else. */
  readonly needsOnlyExtra: boolean
  readonly #columns: TableEntry['columns']
  readonly #needsExtra: boolean

  /**
   * @param fields - names of fields, declared or not
   * @param tellsNulls - whether null and missing must be told apart
   */
  constructor(table: Pick<TableEntry, 'columns' | 'positions'>, fields: readonly string[], tellsNulls: boolean) {
    const positions = fields.flatMap((field) => table.positions.get(field) ?? [])
    this.#columns = positions.map((position) => table.columns[position] as TableEntry['columns'][number])
    const hasNulls = tellsNulls && this.#columns.some(({ required }) => !required)
    this.#needsExtra = positions.length < fields.length || hasNulls
    this.needsOnlyExtra = positions.length === 0
    const cells = positions.map((position) => `c${position}`)
    this.sqlNames = this.#needsExtra ? [...cells, 'extra'] : cells
  }

  /** Makes a row with the fields that are there. */
  read(values: readonly SQLOutputValue[]): Row {
    const extra = this.#needsExtra ? (values[values.length - 1] as string | null) : null
    const row: Record<string, JsonValue> = parseExtra(extra)
    for (const [index, column] of this.#columns.entries()) {
      const cell: Cell = decodeCell(column, values[index] as SQLOutputValue)
      if (cell !== undefined) row[column.name] = cell
    }
    return row
  }
}

/** The field a path begins at; a key that contains a dot can't be addressed. */
export function fieldOf(path: string): string {
  const dot = path.indexOf('.')
  return dot < 0 ? path : path.slice(0, dot)
}
