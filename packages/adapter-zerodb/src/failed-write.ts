import type { TableInfo } from '@stowage/core'
import {
  type CallContext,
  checkBatch,
  type ErrorFacts,
  type RowBatch,
  StorageError,
  type UpdateRowsRequest,
} from '@stowage/core/driver'
import type { HttpError } from '@stowage/http'
import type { ZerodbEndpoints } from './endpoints.ts'
import { explainZerodbError, hasErrorCode } from './errors.ts'
import { hasUniqueIndex, toTableInfo, uniqueColumns } from './table-info.ts'

// One code of the service stands for values of a wrong type, missing ones, and those a unique index has already. Its text must not be read,
// so the table's schema is asked what it can have been.
const schemaError = 'SCHEMA_VALIDATION_ERROR'

/**
 * Says of an insert that the service refused for its schema which row and column it was, or that a unique value is taken. Any other failure is
 * given back as it is.
 *
 * @param firstRow - the number of the batch's first row in the whole insert
 */
export async function explainInsert(
  error: unknown,
  endpoints: ZerodbEndpoints,
  table: string,
  batch: RowBatch,
  firstRow: number,
  call: CallContext,
): Promise<unknown> {
  if (!hasErrorCode(error, schemaError)) return error
  const facts = factsOf(error)
  const row = typeof facts.details?.['row'] === 'number' ? { row: firstRow + facts.details['row'] } : {}
  const info = await lookUp(endpoints, table, call)
  if (info === undefined) return new StorageError({ ...facts, details: { ...facts.details, ...row } }, {}, error)
  try {
    checkBatch(batch, info, firstRow)
  } catch (problem) {
    if (!StorageError.is(problem)) throw problem
    return new StorageError({ ...facts, message: problem.message, details: problem.details }, {}, error)
  }
  return hasUniqueIndex(info) ? clash(facts, row, error) : new StorageError({ ...facts, details: row }, {}, error)
}

/** Says of an update that the service refused for its schema whether a unique value is taken. Any other failure is given back as it is. */
export async function explainUpdate(
  error: unknown,
  endpoints: ZerodbEndpoints,
  { table, update }: UpdateRowsRequest,
  call: CallContext,
): Promise<unknown> {
  if (!hasErrorCode(error, schemaError)) return error
  const info = await lookUp(endpoints, table, call)
  if (info === undefined) return error
  const unique = uniqueColumns(info)
  const set = update.filter(({ path }) => unique.has(path))
  const isFitting = set.every((change) => {
    const column = info.columns.find(({ name }) => name === change.path)
    const value = change.operator === '$set' ? change.value : change.operator === '$inc' ? 0 : undefined
    return column === undefined || !isMisfit(column.name, value, info)
  })
  return set.length > 0 && isFitting ? clash(factsOf(error), {}, error) : error
}

function isMisfit(column: string, value: RowBatch['rows'][number][number], info: TableInfo): boolean {
  const columns = info.columns.filter(({ name }) => name === column)
  try {
    checkBatch({ columns: [column], rows: [[value]] }, { columns, primaryKey: [], undeclaredFields: 'keep' })
    return false
  } catch {
    return true
  }
}

function clash(facts: ErrorFacts, details: Readonly<Record<string, unknown>>, cause: HttpError): StorageError {
  const message = `a value that has to be unique is taken, by a row that is there or another one of these: ${facts.message}`
  return new StorageError({ ...facts, code: 'conflict', message, applied: 'no', details }, {}, cause)
}

function factsOf(error: HttpError): ErrorFacts {
  return explainZerodbError(error) ?? { code: 'invalid-argument', message: error.message }
}

async function lookUp(endpoints: ZerodbEndpoints, table: string, call: CallContext): Promise<TableInfo | undefined> {
  try {
    return toTableInfo(await endpoints.getTable(table, call))
  } catch {
    // What it is about is less than that it failed.
    return undefined
  }
}
