import type { SQLOutputValue } from 'node:sqlite'
import type { Column } from '@stowage/core'
import { type Cell, parseJsonExactly, type RowBatch } from '@stowage/core/driver'
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

type MutableRow = (Cell | SQLOutputValue)[]

/** Reads a selection of a table's fields: says what to select, and turns what comes back into a batch. */
export class RowDecoder {
  /** What to select: the columns, then `extra`. */
  readonly sql: string
  /** How many cells that are. */
  readonly cells: number
  readonly #columns: readonly Column[]
  readonly #selection: FieldSelection
  readonly #names: readonly string[]
  readonly #nullable: readonly number[]
  readonly #booleans: readonly number[]
  readonly #json: readonly number[]

  constructor(columns: readonly Column[], selection: FieldSelection) {
    const selected = selection.positions.map((position) => columns[position] as Column)
    const indexesOf = (matches: (column: Column) => boolean): number[] =>
      selected.flatMap((column, index) => (matches(column) ? [index] : []))
    this.#columns = columns
    this.#selection = selection
    this.#names = selected.map(({ name }) => name)
    this.#nullable = indexesOf(({ required }) => !required)
    this.#booleans = indexesOf(({ type }) => type === 'boolean')
    this.#json = indexesOf(({ type }) => type === 'object' || type === 'array')
    this.sql = [...selection.positions.map((position) => `c${position}`), 'extra'].join(', ')
    this.cells = selected.length + 1
  }

  /**
   * Turns rows into a batch, in place: the arrays SQLite filled become the batch's rows.
   *
   * @param rows - what was read; cells behind `extra` are cut off
   */
  decode(rows: SQLOutputValue[][]): RowBatch {
    const width = this.#names.length
    let undeclared: UndeclaredFields | undefined
    for (const row of rows as MutableRow[]) {
      const extra = row[width] as string | null
      row.length = width
      for (const index of this.#nullable) if (row[index] === null) row[index] = undefined
      for (const index of this.#booleans) if (row[index] !== undefined) row[index] = row[index] === 1
      for (const index of this.#json)
        if (row[index] !== undefined) row[index] = parseJsonExactly(row[index] as string) as Cell
      if (extra === null) continue
      undeclared ??= new UndeclaredFields(this.#columns, this.#selection, this.#names)
      undeclared.fill(row, extra)
    }
    // The same array for every batch where it can be: who makes objects of rows keeps what it made for its names.
    const columns = undeclared === undefined ? this.#names : undeclared.pad(rows as MutableRow[])
    return { columns, rows: rows as Cell[][] }
  }
}

type Convert = (stored: Cell | SQLOutputValue) => Cell

const parseJson: Convert = (stored) => parseJsonExactly(stored as string) as Cell

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

  constructor(columns: readonly Column[], selection: FieldSelection, names: readonly string[]) {
    this.#names = [...names]
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

  /** Makes all rows as long as the longest, and gives the names of their cells. */
  pad(rows: readonly MutableRow[]): readonly string[] {
    const width = this.#names.length
    if (width > this.#declaredWidth) for (const row of rows) while (row.length < width) row.push(undefined)
    return this.#names
  }

  #add(name: string): number {
    const place = this.#wants(name) ? this.#names.push(name) - 1 : -1
    this.#places.set(name, place)
    return place
  }
}
