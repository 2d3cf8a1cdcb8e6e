import type { ColumnType } from '../../contract/column.ts'
import { parseJsonExactly } from '../../rows/json-text.ts'
import { parseExactNumber } from '../../rows/number-text.ts'
import type { Cell, JsonValue } from '../../rows/row.ts'
import { isTimestamp } from '../../rows/timestamp-text.ts'

/** Gives a value in the type of another column; undefined where it doesn't fit. Never called with null or a missing value. */
export type Convert = (cell: NonNullable<Cell>) => JsonValue | undefined

/** How values of one type become values of another. */
export interface ValueCast {
  /** `exact` where every value has a form in the other type that gives it back. */
  readonly kind: 'exact' | 'checked'
  /** Gives a value that stays the same: written back in the first type, it is the one it came from. */
  readonly convert: Convert
  /** Gives a value also where its form gets lost, such as the zeros of 007. */
  readonly convertLoosely: Convert
}

/**
 * Says how values of a type become values of another; undefined where they are the same type, and `impossible` where nobody would expect
 * one to become the other.
 */
export function castBetween(from: ColumnType, to: ColumnType): ValueCast | 'impossible' | undefined {
  if (from === to) return undefined
  if (to === 'string') return { kind: 'exact', convert: textOf, convertLoosely: textOf }
  return from === 'string' ? { kind: 'checked', ...fromText[to] } : 'impossible'
}

/** A value that isn't of its column's type, as backends without strict types may have, has its text in JSON. */
function textOf(cell: NonNullable<Cell>): string {
  return typeof cell === 'string' ? cell : JSON.stringify(cell)
}

type TextCast = Pick<ValueCast, 'convert' | 'convertLoosely'>

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

const fromText: Readonly<Record<Exclude<ColumnType, 'string'>, TextCast>> = {
  number: sameText(parseExactNumber),
  boolean: sameText((text) => booleans.get(text)),
  timestamp: sameText((text) => (isTimestamp(text) ? text : undefined)),
  object: sameText((text) => parsed(text, (value) => typeof value === 'object' && !Array.isArray(value))),
  array: sameText((text) => parsed(text, Array.isArray)),
}

function sameText(read: (text: string) => JsonValue | undefined): TextCast {
  return {
    convert: (cell) => {
      const value = typeof cell === 'string' ? read(cell) : undefined
      return value !== undefined && textOf(value as NonNullable<Cell>) === cell ? value : undefined
    },
    convertLoosely: (cell) => {
      if (cell === '') return null
      return typeof cell === 'string' ? read(cell) : undefined
    },
  }
}

function parsed(text: string, isWanted: (value: NonNullable<Cell>) => boolean): JsonValue | undefined {
  try {
    const value = parseJsonExactly(text) as Cell
    return value !== undefined && value !== null && isWanted(value) ? value : undefined
  } catch {
    return undefined
  }
}
