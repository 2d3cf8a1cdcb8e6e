import type { Column } from '@stowage/core'
import { type Cell, parseExactNumber, parseJsonExactly, StorageError } from '@stowage/core/driver'

/** Gives the text a value is kept as; undefined for nothing. */
export type CellWriter = (cell: Cell) => string | undefined

/** Gives the value of a text the service keeps. */
export type CellReader = (text: string) => Cell

/** The text of a value. The table's columns decided before whether it fits. */
export const writeCell: CellWriter = (cell) => {
  if (typeof cell === 'string') return cell
  if (cell === null || cell === undefined) return undefined
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}

/**
 * Makes the reader of a column; undefined where the text is the value. In a column of texts nothing and the empty text are one; in any other
 * the empty text is null.
 */
export function cellReader(column: Column): CellReader | undefined {
  switch (column.type) {
    case 'string':
      return undefined
    case 'timestamp':
      return (text) => (text === '' ? null : text)
    case 'number':
      return (text) => (text === '' ? null : (parseExactNumber(text) ?? refuse(column, text)))
    case 'boolean':
      return (text) => (text === '' ? null : (booleans[text.toLowerCase()] ?? refuse(column, text)))
    case 'object':
    case 'array':
      return (text) => (text === '' ? null : readJson(column, text))
  }
}

const booleans: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false }

function readJson(column: Column, text: string): Cell {
  try {
    return parseJsonExactly(text) as Cell
  } catch {
    return refuse(column, text)
  }
}

const shownLength = 60

/** Others may write to the table as well, and numbers there may be longer than ours. */
function refuse({ name, type }: Column, text: string): never {
  const shown = JSON.stringify(text.length > shownLength ? `${text.slice(0, shownLength)}…` : text)
  const message = `column "${name}" is declared as ${type} and holds ${shown}, which can't be given as one: export the table as CSV, or declare the column as string`
  throw new StorageError({ code: 'corrupt-data', message, details: { column: name } })
}
