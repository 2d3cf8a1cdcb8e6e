import type { JsonValue } from '@stowage/core'
import { parseExactNumber, parseJsonExactly } from '@stowage/core/driver'
import { KeboolaError } from '../keboola-error.ts'
import type { TableColumn } from './table-record.ts'

/** Makes the value that is stored of a cell of a file; null is a cell with nothing in it. */
export type CellReader = (cell: string | null) => JsonValue

/** Gives what reads the cells of a column; it fails with `invalidData` for text that doesn't fit the column's type. */
export function cellReader(column: TableColumn): CellReader {
  if (column.storedAs !== 'string') return reading(column, storedReaders[column.storedAs])
  if (column.definition === null) return (cell) => cell ?? ''
  return reading(column, typedReaders[column.basetype ?? 'STRING'] ?? ((text) => text))
}

type TextReader = (text: string) => JsonValue | undefined

function reading(column: TableColumn, read: TextReader): CellReader {
  const isText = column.storedAs === 'string' && (column.basetype ?? 'STRING') === 'STRING'
  const isNullable = column.definition?.nullable !== false
  return (cell) => {
    // Only text can be empty.
    if (cell === null || (cell === '' && !isText)) {
      if (isNullable) return null
      throw invalid(`Column "${column.name}" can't be null`)
    }
    const value = read(cell)
    if (value !== undefined) return value
    throw invalid(`"${cell.slice(0, 100)}" in column "${column.name}" is no ${column.basetype ?? column.storedAs}`)
  }
}

function invalid(message: string): KeboolaError {
  return new KeboolaError(400, 'invalidData', message)
}

/** Writes a number in its shortest form, so that equal ones are equal texts; undefined for what is none. */
export function canonicalNumber(text: string): string | undefined {
  // No type of the backend has as many digits.
  if (text.length > 100) return undefined
  const [, sign = '', whole = '', fraction = ''] = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text) ?? []
  if (whole === '' && fraction === '') return undefined
  const digits = `${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction.replace(/0+$/, '').replace(/^(?=\d)/, '.')}`
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits
}

function readInteger(text: string): string | undefined {
  const number = canonicalNumber(text)
  return number === undefined || number.includes('.') ? undefined : number
}

function readFloat(text: string): string | undefined {
  const number = Number(text)
  return text.trim() === '' || Number.isNaN(number) ? undefined : String(number)
}

function readBoolean(text: string): string | undefined {
  const lower = text.trim().toLowerCase()
  if (['true', '1', 't', 'yes', 'y', 'on'].includes(lower)) return 'true'
  return ['false', '0', 'f', 'no', 'n', 'off'].includes(lower) ? 'false' : undefined
}

function readDate(text: string): string | undefined {
  const [, date] = /^\s*(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00(?:\.0+)?)?\s*$/.exec(text) ?? []
  return date !== undefined && isDate(date) ? date : undefined
}

function isDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date)
}

function readTimestamp(text: string): string | undefined {
  const pattern =
    /^\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$/
  const [, date, time = '00:00', seconds = '00', fraction = '', zone] = pattern.exec(text) ?? []
  if (date === undefined || !isDate(date)) return undefined
  if (zone === undefined) {
    const isTime = !Number.isNaN(Date.parse(`${date}T${time}:${seconds}Z`))
    return isTime ? `${date} ${time}:${seconds}.${fraction.padEnd(3, '0').slice(0, 9)}` : undefined
  }
  const ms = Date.parse(
    `${date}T${time}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${zone.replace(/(\d{2})(\d{2})$/, '$1:$2')}`,
  )
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}

const typedReaders: Readonly<Record<string, TextReader>> = {
  INTEGER: readInteger,
  NUMERIC: canonicalNumber,
  FLOAT: readFloat,
  BOOLEAN: readBoolean,
  DATE: readDate,
  TIMESTAMP: readTimestamp,
}

function readJson(text: string): JsonValue | undefined {
  try {
    return parseJsonExactly(text) as JsonValue
  } catch {
    return undefined
  }
}

// Tables of the storage that somebody else created have values of these types.
const storedReaders: Readonly<Record<Exclude<TableColumn['storedAs'], 'string'>, TextReader>> = {
  number: parseExactNumber,
  boolean: (text) => {
    const value = readBoolean(text)
    return value === undefined ? undefined : value === 'true'
  },
  timestamp: (text) => text,
  object: readJson,
  array: readJson,
}

/** Writes a stored value as the text that answers and files have; null and missing stay null. */
export function cellText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
