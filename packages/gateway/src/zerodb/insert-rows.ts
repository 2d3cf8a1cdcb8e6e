import type { Row, RowInput } from '@stowage/core'
import { checkBatch, StorageError, toBatch } from '@stowage/core/driver'
import { booleanField, fieldOf, isJsonObject, type JsonObject } from './request-body.ts'
import { idColumn } from './schema.ts'
import type { ServedTable } from './served-table.ts'
import { refuseNullClash } from './unique-nulls.ts'
import type { Operation } from './zerodb-context.ts'
import { isInDoubt, refusal, type ZerodbError } from './zerodb-error.ts'

const wrongNames = ['rows', 'data', 'items', 'records', 'entries', 'documents'] as const

/** Inserts rows, all or none. */
export const insertRows: Operation = async (context, exchange) => {
  const served = await context.table(exchange)
  const given = readRows(exchange.body, context.settings.maxRowsPerInsert)
  const returnsIds = booleanField(exchange.body, 'return_ids', true, 'SCHEMA_VALIDATION_ERROR')
  const rows = given.map((row, at) => storedRow(served, checkRow(row, at), at))
  checkRows(rows, served, badRow)
  const inserted = await context.change(served, () => writeRows(served, rows))
  const { insertedCountLess = 0, reversesRowIds } = exchange.quirks
  const ids = rows.map((row) => served.rows.idOf(row))
  return {
    inserted_count: inserted - insertedCountLess,
    ...(returnsIds ? { row_ids: reversesRowIds === true ? ids.toReversed() : ids } : {}),
  }
}

function readRows(body: JsonObject, most: number): readonly unknown[] {
  const wrongName = wrongNames.find((name) => Object.hasOwn(body, name))
  if (wrongName !== undefined) throw misnamed(wrongName)
  if (!Object.hasOwn(body, 'row_data')) throw misnamed(null)
  const rows = fieldOf(body, 'row_data')
  if (!Array.isArray(rows) || rows.length === 0) {
    throw refusal('SCHEMA_VALIDATION_ERROR', 'row_data must be a list of at least one row')
  }
  if (rows.length <= most) return rows
  throw refusal('SCHEMA_VALIDATION_ERROR', `row_data has ${rows.length} rows and may have ${most}: insert less at once`)
}

function misnamed(received: string | null): ZerodbError {
  const found = received === null ? 'it is missing' : `the body has ${received}`
  return refusal('INVALID_FIELD_NAME', `rows are sent as row_data: ${found}`, {
    expected_field: 'row_data',
    received_field: received,
  })
}

function checkRow(row: unknown, at: number): Row {
  if (!isJsonObject(row)) throw badRow(at, 'it must be an object')
  if (Object.hasOwn(row, idColumn)) throw badRow(at, `"${idColumn}" is given by the service: leave it out`)
  return row as Row
}

function storedRow({ rows }: ServedTable, row: Row, at: number): Row {
  try {
    return rows.toStored(row)
  } catch (error) {
    throw StorageError.is(error) ? badRow(at, error.message, error) : error
  }
}

function badRow(at: number, problem: string, cause?: unknown): ZerodbError {
  // The text counts from 1, the index from 0.
  return refusal('SCHEMA_VALIDATION_ERROR', `row ${at + 1}: ${problem}`, { row_index: at }, cause)
}

/** Makes the refusal of the row at an index. */
export type ExplainRow = (at: number, problem: string, cause?: unknown) => Error

/** Checks rows against a table's schema. */
export function checkRows(rows: readonly RowInput[], { info }: ServedTable, explain: ExplainRow): void {
  try {
    checkBatch(toBatch(rows), info)
  } catch (error) {
    throw explainRow(error, explain)
  }
}

async function writeRows(served: ServedTable, rows: readonly Row[]): Promise<number> {
  await refuseNullClash(served, rows, (at) => badRow(at, 'a unique index holds the same values already'))
  try {
    const { inserted } = await served.table.insert(rows)
    return inserted
  } catch (error) {
    throw explainRow(error, badRow)
  }
}

function explainRow(error: unknown, explain: ExplainRow): unknown {
  if (!StorageError.is(error) || isInDoubt(error)) return error
  if (error.code !== 'invalid-argument' && error.code !== 'conflict') return error
  const { row } = error.details
  const problem = error.message.replace(/^rows\[\d+\]\.?/, '')
  if (typeof row === 'number') return explain(row, problem, error)
  return refusal('SCHEMA_VALIDATION_ERROR', error.message, {}, error)
}
