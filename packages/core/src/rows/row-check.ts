import type { Column } from '../contract/column.ts'
import type { TableInfo } from '../contract/table.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { Cell, RowBatch } from './row.ts'
import { isTimestamp } from './timestamp-text.ts'

/** What a table says of the rows it takes. */
export type RowSchema = Pick<TableInfo, 'columns' | 'primaryKey' | 'undeclaredFields'>

/**
 * Says what is wrong with a cell of a column, as words that follow the column's name; undefined when it fits.
 *
 * null and a missing cell fit unless the column is required. Nothing is converted: `'5'` does not fit a number column.
 */
export function cellProblem(column: Column, cell: Cell): string | undefined {
  if (cell === undefined || cell === null) {
    if (!column.required) return undefined
    return `needs a value (${article(column.type)}) and ${cell === null ? 'has null' : 'has none'}`
  }
  return fits(column, cell) ? undefined : `needs ${article(column.type)} and has ${shorten(cell)}`
}

/**
 * Checks every row of a batch against a table: types, required columns, columns of the primary key, and undeclared fields
 * where the table refuses them.
 *
 * @param firstRow - the number of the batch's first row in the whole input, from 0
 * @throws StorageError `invalid-argument` for the first row with a problem, with `details.row` (from 0) and
 * `details.column`
 */
export function checkBatch(batch: RowBatch, table: RowSchema, firstRow = 0): void {
  const declared = new Map(table.columns.map((column) => [column.name, column]))
  const keyColumns = new Set(table.primaryKey)
  let found: { row: number; name: string; problem: string } | undefined
  // One column at a time is what makes this fast; a later column can only win with an earlier row.
  const look = (name: string, index: number): void => {
    const column = requireKey(declared.get(name), keyColumns)
    const row = column
      ? firstMisfit(batch, index, column, found?.row)
      : firstUndeclared(batch, index, table, found?.row)
    if (row < 0) return
    const cell = batch.rows[row]?.[index]
    const problem = column ? cellProblem(column, cell) : 'is not a column of the table, which refuses other fields'
    found = { row, name, problem: problem ?? 'does not fit' }
  }
  for (const [index, name] of batch.columns.entries()) look(name, index)
  const names = new Set(batch.columns)
  for (const { name } of table.columns) if (!names.has(name)) look(name, -1)
  if (!found) return
  const row = firstRow + found.row
  throw invalidArgument(`rows[${row}].${found.name} ${found.problem}`, { row, column: found.name })
}

function requireKey(column: Column | undefined, keyColumns: ReadonlySet<string>): Column | undefined {
  return column && !column.required && keyColumns.has(column.name) ? { ...column, required: true } : column
}

/** The first row whose cell does not fit, looking at rows before `end` only; -1 for none. */
function firstMisfit({ rows }: RowBatch, index: number, column: Column, end: number = rows.length): number {
  const { type, required } = column
  for (let row = 0; row < end; row++) {
    const cell = rows[row]?.[index]
    // Most columns hold texts, and a call for each of them costs more than the look.
    if (type === 'string' && typeof cell === 'string') continue
    if (cell === undefined || cell === null ? required : !fits(column, cell)) return row
  }
  return -1
}

function firstUndeclared({ rows }: RowBatch, index: number, table: RowSchema, end: number = rows.length): number {
  if (table.undeclaredFields === 'keep') return -1
  for (let row = 0; row < end; row++) if (rows[row]?.[index] !== undefined) return row
  return -1
}

function fits(column: Column, cell: NonNullable<Cell>): boolean {
  switch (column.type) {
    case 'string':
      return typeof cell === 'string'
    case 'number':
      return typeof cell === 'number' && Number.isFinite(cell)
    case 'boolean':
      return typeof cell === 'boolean'
    case 'timestamp':
      return typeof cell === 'string' && isTimestamp(cell)
    case 'array':
      return Array.isArray(cell)
    case 'object':
      return typeof cell === 'object' && !Array.isArray(cell)
  }
}

function article(type: Column['type']): string {
  if (type === 'timestamp') return 'a timestamp such as 2026-11-21T09:30:00Z'
  return type === 'array' || type === 'object' ? `an ${type}` : `a ${type}`
}

function shorten(cell: NonNullable<Cell>): string {
  const text = typeof cell === 'object' ? `${Array.isArray(cell) ? 'an array' : 'an object'}` : JSON.stringify(cell)
  return `${typeof cell === 'object' ? '' : `the ${typeof cell} `}${shortText(text)}`
}

/** Cuts a text for a message. */
export function shortText(text: string, length = 60): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`
}
