import { type Cell, type RowBatch, StorageError } from '@stowage/core/driver'
import type { TableEntry } from './tables/catalogue.ts'

const constraintUnique = 2067
const longestValue = 100

/** Tells whether SQLite refused a row because a unique index holds its values already. */
export function isUniqueViolation(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && error.errcode === constraintUnique
}

/** Runs a write and turns the violation of a unique index into a `conflict` that names the columns. */
export function guardUnique<T>(entry: TableEntry, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw isUniqueViolation(error) ? conflict(entry, error, undefined, {}) : error
  }
}

/**
 * Explains the failure of one row of a batch: a taken key becomes a `conflict` with its values, and a value that can't be
 * stored says where it is.
 *
 * @param at - the row's index in the batch
 * @param firstRow - the number of the batch's first row in the whole input
 */
export function explainRowError(
  entry: TableEntry,
  error: unknown,
  batch: RowBatch,
  at: number,
  firstRow: number,
): unknown {
  const row = firstRow + at
  if (StorageError.is(error)) {
    return new StorageError({ code: error.code, message: `rows[${row}] ${error.message}`, details: { row } })
  }
  if (!isUniqueViolation(error)) return error
  const cell = (column: string): Cell => batch.rows[at]?.[batch.columns.indexOf(column)]
  return conflict(entry, error, cell, { row })
}

function conflict(
  entry: TableEntry,
  error: Error,
  cell: ((column: string) => Cell) | undefined,
  details: Readonly<Record<string, unknown>>,
): StorageError {
  // SQLite says which: "UNIQUE constraint failed: t5.c0, t5.c1".
  const positions = [...error.message.matchAll(/\.c(\d+)/g)].map(([, digits]) => Number(digits))
  const columns = positions.map((position) => entry.columns[position]?.name ?? '')
  const isKey = columns.join('\0') === entry.primaryKey.join('\0')
  const values = columns.map((column) => (cell === undefined ? column : `${column} = ${shortJson(cell(column))}`))
  const message =
    `${isKey ? 'the primary key' : 'the unique index on'} ${values.join(', ')} is taken in ` +
    `${entry.bucket}/${entry.name}: change the values${isKey ? ', or upsert to replace rows' : ''}`
  return new StorageError({ code: 'conflict', message, applied: 'no', details: { ...details, columns } }, {}, error)
}

function shortJson(cell: Cell): string {
  const text = JSON.stringify(cell) ?? 'nothing'
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
}
