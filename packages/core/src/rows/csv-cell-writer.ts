import type { Column } from '../contract/column.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import { type CheckedDialect, holdsText } from './csv-dialect.ts'
import { numberText } from './number-text.ts'
import { cellProblem } from './row-check.ts'
import type { Cell, JsonValue } from './row.ts'

/** Gives the text of a value, before quoting; throws `invalid-argument` with a message that follows the column's name. */
export type CellWriter = (cell: Cell) => string

/**
 * Makes the writer of a column's cells.
 *
 * @param column - undefined for a column nobody declared, which holds text
 */
export function cellWriter(column: Column | undefined, dialect: CheckedDialect): CellWriter {
  if (dialect.isLossless) return losslessWriter(column)
  const { nullText, missingText } = dialect
  return nullText === undefined && missingText === undefined ? bareText : markedWriter(nullText, missingText)
}

function bareText(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return numberText(cell)
  if (cell === null || cell === undefined) return ''
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}

function markedWriter(nullText: string | undefined, missingText: string | undefined): CellWriter {
  return (cell) => {
    if (cell === null) return nullText ?? ''
    if (cell === undefined) return missingText ?? ''
    const text = bareText(cell)
    if (text !== nullText && text !== missingText) return text
    const meaning = text === nullText ? 'nullText' : 'missingText'
    const advice = `choose another ${meaning}, or the lossless dialect`
    throw invalidArgument(`holds ${JSON.stringify(text)}, which is ${meaning} and would be read as that: ${advice}`)
  }
}

function losslessWriter(column: Column | undefined): CellWriter {
  const isBare = bareCheck(column)
  return (cell) => {
    if (cell === null) return '\\N'
    if (cell === undefined) return '\\M'
    if (!isBare(cell)) return `\\J${JSON.stringify(cell)}`
    return typeof cell === 'string' && cell.startsWith('\\') ? `\\${cell}` : bareText(cell)
  }
}

/** Whether a reader that knows the column takes a value's bare text for the value again. */
function bareCheck(column: Column | undefined): (cell: JsonValue) => boolean {
  if (holdsText(column)) return (cell) => typeof cell === 'string'
  return (cell) => column !== undefined && cellProblem(column, cell) === undefined
}
