import type { SQLOutputValue } from 'node:sqlite'
import type { Column } from '@stowage/core'
import type { Cell, RowBatch } from '@stowage/core/driver'
import { parseExtra } from './row-encoder.ts'

/** Which fields of a table's rows are wanted. */
export interface FieldSelection {
  /** Positions of the declared columns, in the order they come back. */
  readonly positions: readonly number[]
  /** Which undeclared fields come back. */
  readonly wantsUndeclared: (name: string) => boolean
}

/** Selects all fields. */
export function allFields(columns: readonly Column[]): FieldSelection {
  return { positions: columns.map((_, position) => position), wantsUndeclared: () => true }
}

/** The SQL that reads a selection: its columns, then `extra`. */
export function selectionSql({ positions }: FieldSelection): string {
  return [...positions.map((position) => `c${position}`), 'extra'].join(', ')
}

type MutableRow = (Cell | SQLOutputValue)[]

/**
 * Turns rows read with {@link selectionSql} into a batch, in place: the arrays SQLite filled become the batch's rows.
 *
 * @param rows - what was read; cells behind `extra` are cut off
 */
export function decodeRows(columns: readonly Column[], selection: FieldSelection, rows: SQLOutputValue[][]): RowBatch {
  const selected = selection.positions.map((position) => columns[position] as Column)
  const width = selected.length
  const names = selected.map(({ name }) => name)
  const converted = selected.flatMap(({ type }, index) => {
    const convert = converters[type]
    return convert === undefined ? [] : [{ index, convert }]
  })
  const undeclared = new UndeclaredFields(columns, selection, names)
  for (const row of rows as MutableRow[]) {
    const extra = row[width] as string | null
    row.length = width
    for (let index = 0; index < width; index++) if (row[index] === null) row[index] = undefined
    for (const { index, convert } of converted) if (row[index] !== undefined) row[index] = convert(row[index])
    if (extra !== null) undeclared.fill(row, extra)
  }
  undeclared.pad(rows as MutableRow[])
  return { columns: names, rows: rows as Cell[][] }
}

type Convert = (stored: Cell | SQLOutputValue) => Cell

const parseJson: Convert = (stored) => JSON.parse(stored as string) as Cell

const converters: { readonly [type in Column['type']]?: Convert } = {
  boolean: (stored) => stored === 1,
  object: parseJson,
  array: parseJson,
}

/** Gives the value of a declared column as it was written; undefined for null and missing, which `extra` tells apart. */
export function decodeCell(column: Column, stored: SQLOutputValue): Cell {
  if (stored === null) return undefined
  const convert = converters[column.type]
  return convert === undefined ? (stored as Cell) : convert(stored)
}

/** Spreads what `extra` holds: nulls into their declared columns, the rest into columns behind them. */
class UndeclaredFields {
  readonly #names: string[]
  readonly #declaredWidth: number
  readonly #places: Map<string, number>
  readonly #wants: (name: string) => boolean

  constructor(columns: readonly Column[], selection: FieldSelection, names: string[]) {
    this.#names = names
    this.#declaredWidth = names.length
    this.#places = new Map(columns.map(({ name }) => [name, -1]))
    for (const [index, name] of names.entries()) this.#places.set(name, index)
    this.#wants = selection.wantsUndeclared
  }

  fill(row: MutableRow, extra: string): void {
    const fields = parseExtra(extra)
    for (const name of Object.keys(fields)) {
      const place = this.#places.get(name) ?? this.#add(name)
      if (place < 0) continue
      while (row.length < place) row.push(undefined)
      row[place] = fields[name] as Cell
    }
  }

  pad(rows: readonly MutableRow[]): void {
    const width = this.#names.length
    if (width === this.#declaredWidth) return
    for (const row of rows) while (row.length < width) row.push(undefined)
  }

  #add(name: string): number {
    const place = this.#wants(name) ? this.#names.push(name) - 1 : -1
    this.#places.set(name, place)
    return place
  }
}
