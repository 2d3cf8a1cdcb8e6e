import type { Column } from '../contract/column.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { CheckedDialect } from './csv-dialect.ts'
import { type InexactNumbers, inexactMessage, parseJsonExactly } from './json-text.ts'
import { toJsonValue } from './json-value.ts'
import { isNumberText, parseExactNumber } from './number-text.ts'
import { cellProblem, shortText } from './row-check.ts'
import type { Cell } from './row.ts'

/** Turns the text of a cell into its value; throws `invalid-argument` with a message that follows the column's name. */
export type CellReader = (text: string) => Cell

/**
 * Makes the reader of a column's cells; undefined where the text is the value.
 *
 * @param column - undefined for a column nobody declared, which holds text
 */
export function cellReader(
  column: Column | undefined,
  dialect: CheckedDialect,
  inexactNumbers: InexactNumbers,
): CellReader | undefined {
  const readType = column && typeReader(column, inexactNumbers)
  if (dialect.isLossless) return losslessReader(column, readType, inexactNumbers)
  return plainReader(column, readType, dialect)
}

function plainReader(
  column: Column | undefined,
  readType: CellReader | undefined,
  { nullText, missingText }: CheckedDialect,
): CellReader | undefined {
  if (nullText === undefined && missingText === undefined && readType === undefined) return undefined
  const isStringColumn = column === undefined || column.type === 'string'
  return (text) => {
    if (text === nullText) return checked(column, null)
    if (text === missingText) return checked(column, undefined)
    if (text === '' && !isStringColumn) return checked(column, null)
    return readType ? readType(text) : text
  }
}

function losslessReader(
  column: Column | undefined,
  readType: CellReader | undefined,
  inexactNumbers: InexactNumbers,
): CellReader {
  return (text) => {
    // No other text of a typed column begins with a backslash, and no text without one needs a second look.
    if (text.charCodeAt(0) !== 0x5c) return readType ? readType(text) : text
    if (text === '\\N') return checked(column, null)
    if (text === '\\M') return checked(column, undefined)
    const rest = text.slice(2)
    if (text[1] === 'J') return checked(column, readJson(rest, inexactNumbers))
    if (text[1] === '\\') return checked(column, `\\${rest}`)
    throw invalidArgument(`has ${quoted(text)}, which the lossless dialect never writes: read it as plain`)
  }
}

function checked(column: Column | undefined, cell: Cell): Cell {
  const problem = column && cellProblem(column, cell)
  if (problem !== undefined) throw invalidArgument(problem)
  return cell
}

/** The reader of a type's own texts; undefined for string columns, where there is nothing to do. */
function typeReader(column: Column, inexactNumbers: InexactNumbers): CellReader | undefined {
  switch (column.type) {
    case 'string':
      return undefined
    case 'number':
      return (text) => parseExactNumber(text) ?? otherNumber(text, inexactNumbers)
    case 'boolean':
      return readBoolean
    case 'timestamp':
      return (text) => checked(column, text)
    case 'object':
    case 'array':
      return (text) => checked(column, readJson(text, inexactNumbers))
  }
}

function otherNumber(text: string, inexactNumbers: InexactNumbers): Cell {
  if (!isNumberText(text)) throw invalidArgument(`needs a number and has ${quoted(text)}`)
  if (inexactNumbers === 'text') return text
  throw invalidArgument(inexactMessage(text))
}

function readBoolean(text: string): Cell {
  if (text === 'true') return true
  if (text === 'false') return false
  // As Python and spreadsheets write them.
  const lower = text.length <= 5 ? text.toLowerCase() : ''
  if (lower === 'true' || lower === 'false') return lower === 'true'
  throw invalidArgument(`needs true or false and has ${quoted(text)}`)
}

function readJson(text: string, inexactNumbers: InexactNumbers): Cell {
  return toJsonValue(parseJsonExactly(text, inexactNumbers), 'value')
}

function quoted(text: string): string {
  return shortText(JSON.stringify(text))
}
