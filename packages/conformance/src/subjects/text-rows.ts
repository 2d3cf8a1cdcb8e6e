import type { TableDefinition } from '@stowage/core'

/** A table of texts: what every backend holds alike, whether it keeps types and nulls or not. */
export const textTable = {
  columns: { id: 'string', name: 'string', city: 'string' },
  primaryKey: ['id'],
} as const satisfies TableDefinition

/** A row of such a table. */
export type TextRow = Readonly<Record<'id' | 'name' | 'city', string>>

const cities = ['Praha', 'Oslo', '東京', 'Łódź', 'São Paulo', 'Riga', 'القاهرة']

/**
 * Makes rows for a table of texts: every id another one, no text empty, the same each time.
 *
 * @param count - how many
 * @param start - the number of the first one; rows of the same number share their id and city
 * @param name - what their names begin with, to tell older and newer ones apart
 */
export function textRows(count: number, start = 0, name = 'first'): TextRow[] {
  return Array.from({ length: count }, (_, index) => textRow(start + index, name))
}

/** Makes the row of a number. */
export function textRow(number: number, name = 'first'): TextRow {
  return { id: textId(number), name: `${name} ${number}`, city: cities[number % cities.length] ?? '' }
}

/** The id of the row of a number; ids sort like their numbers. */
export function textId(number: number): string {
  return `r${String(number).padStart(6, '0')}`
}
