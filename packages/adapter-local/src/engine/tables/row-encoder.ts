import type { SQLInputValue } from 'node:sqlite'
import type { Column, ColumnType, JsonValue } from '@stowage/core'
import { type Cell, invalidArgument, parseJsonExactly } from '@stowage/core/driver'
import type { TableDefinition } from './catalogue.ts'

/**
 * Turns rows of one shape into parameters: one for each declared column, then the JSON text of `extra`.
 *
 * Missing is NULL in the column and no key in `extra`; null is NULL and the key with null. So null and missing stay apart
 * at the price of one key, and only where there are nulls.
 */
export type RowEncoder = (row: readonly Cell[]) => SQLInputValue[]

type EncodeCell = (cell: NonNullable<Cell>) => SQLInputValue

// Numbers are bound as REAL whatever they are, BigInt as INTEGER: that takes no room in the file for 0 and 1.
const encodeBoolean: EncodeCell = (cell) => (cell === true ? 1n : 0n)
const encodeJson: EncodeCell = (cell) => jsonText(cell)
const encodeText: EncodeCell = (cell) => checkedText(cell as string)
const encodeNumber: EncodeCell = (cell) => cell as number

const encoders: Readonly<Record<ColumnType, EncodeCell>> = {
  string: encodeText,
  timestamp: encodeText,
  number: encodeNumber,
  boolean: encodeBoolean,
  object: encodeJson,
  array: encodeJson,
}

/** Gives a value as the column that declares it stores it; null for null and missing. */
export function encodeCell(column: Column, cell: Cell): SQLInputValue {
  return cell === undefined || cell === null ? null : encoders[column.type](cell)
}

/**
 * Makes the encoder for rows with these fields. It reuses one array: bind what it gives before the next row.
 *
 * @param fields - names of the row's cells; the rows have been checked against the table
 * @param last - parameters that follow, the same for every row
 */
export function rowEncoder(
  { columns }: Pick<TableDefinition, 'columns'>,
  fields: readonly string[],
  last: readonly SQLInputValue[],
): RowEncoder {
  const slots = slotsOf(columns, fields)
  const declared = columns.length
  const values: SQLInputValue[] = [...columns.map(() => null), null, ...last]
  // Each row fills the same slots, so nothing has to be cleared between rows.
  return (row) => {
    let extra = ''
    for (let index = 0; index < slots.length; index++) {
      const { position, key, encode } = slots[index] as Slot
      const cell = row[index]
      if (encode !== undefined) values[position] = cell === undefined || cell === null ? null : encode(cell)
      if (cell === undefined || (encode !== undefined && cell !== null)) continue
      extra += `${extra === '' ? '{' : ','}${key}:${jsonText(cell)}`
    }
    values[declared] = extra === '' ? null : `${extra}}`
    return values
  }
}

interface Slot {
  /** Where the value goes; -1 for undeclared fields, which have no encoder either. */
  readonly position: number
  /** The field's name as JSON text. */
  readonly key: string
  readonly encode: EncodeCell | undefined
}

const lastSlots = new WeakMap<
  readonly Column[],
  { readonly fields: readonly string[]; readonly slots: readonly Slot[] }
>()

/** Single rows of one shape come one after another: what was worked out for the last one is kept. */
function slotsOf(columns: readonly Column[], fields: readonly string[]): readonly Slot[] {
  const last = lastSlots.get(columns)
  if (last?.fields.length === fields.length && last.fields.every((name, index) => name === fields[index])) {
    return last.slots
  }
  const slots = fieldSlots(columns, fields)
  lastSlots.set(columns, { fields, slots })
  return slots
}

function fieldSlots(columns: readonly Column[], fields: readonly string[]): readonly Slot[] {
  const positions = new Map(columns.map(({ name }, position) => [name, position]))
  return fields.map((name) => {
    const position = positions.get(name) ?? -1
    const column = columns[position]
    const encode = column === undefined ? undefined : encoders[column.type]
    return { position, key: jsonText(name), encode }
  })
}

// SQLite stores UTF-8, which has no lone surrogates: it would put U+FFFD in their place without a word.
function checkedText(text: string): string {
  return isWellFormed(text) ? text : refuseHalfPair()
}

const halfPairEscape = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

// JSON writes them as escapes. They are refused here too, so that a text can be stored everywhere or nowhere.
function jsonText(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.includes('\\ud') && halfPairEscape.test(text) ? refuseHalfPair() : text
}

function refuseHalfPair(): never {
  throw invalidArgument(
    'holds half a surrogate pair, which UTF-8 cannot hold: repair the text, for example with toWellFormed()',
  )
}

// Node has the method; the type library of ES2023 does not.
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

/** Gives the fields of `extra`. */
export function parseExtra(text: string | null): Record<string, JsonValue> {
  return text === null ? {} : (parseJsonExactly(text) as Record<string, JsonValue>)
}
