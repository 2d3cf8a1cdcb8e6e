import { checkBatch, type UpdateCounts, type UpdateRowsRequest } from '@stowage/core/driver'
import { requireWritableTable, type TableEntry } from './catalogue.ts'
import { guardUnique } from '../constraint-error.ts'
import type { Database } from '../database.ts'
import { rewriteRows } from './rewrite-rows.ts'
import { noteChange } from './storage.ts'
import { compileQuery, countMatches, where } from './table-find.ts'
import { writeRows } from './table-insert.ts'
import { compileUpdateSql, isOddRow } from './update-sql.ts'

/** Changes all matching rows, or none when any of them can't be changed. */
export function updateRows(database: Database, request: UpdateRowsRequest): UpdateCounts {
  try {
    return database.transaction(() => updateWith(changeBySql, database, request))
  } catch (error) {
    if (!isOddRow(error)) throw error
    return database.transaction(() => updateWith(changeRowByRow, database, request))
  }
}

type Changed = Pick<UpdateCounts, 'matched' | 'modified'>
type ChangeRows = (database: Database, entry: TableEntry, request: UpdateRowsRequest, nowMs: number) => Changed

function updateWith(change: ChangeRows, database: Database, request: UpdateRowsRequest): UpdateCounts {
  const entry = requireWritableTable(database, request)
  const nowMs = Date.now()
  const { matched, modified } = change(database, entry, request, nowMs)
  const inserted = matched === 0 ? insertMissing(database, entry, request, nowMs) : 0
  if (modified > 0) noteChange(database, entry, nowMs)
  return { matched, modified, inserted }
}

function insertMissing(database: Database, entry: TableEntry, { upsertRow }: UpdateRowsRequest, nowMs: number): number {
  if (upsertRow === undefined) return 0
  checkBatch(upsertRow, entry)
  return writeRows(database, entry, 'append', upsertRow, nowMs)
}

function changeRowByRow(database: Database, entry: TableEntry, request: UpdateRowsRequest, nowMs: number): Changed {
  return rewriteRows(database, entry, request.filter, request.update, nowMs)
}

function changeBySql(database: Database, entry: TableEntry, request: UpdateRowsRequest, nowMs: number): Changed {
  const { filter, update } = request
  const changes = update.length === 0 ? undefined : compileUpdateSql(entry, update, nowMs)
  if (changes === undefined) return changeRowByRow(database, entry, request, nowMs)
  const { conditions, parameters } = compileQuery(database, entry, { filter, sort: [] })
  const { assignments, difference, differenceParameters } = changes
  // Rows that stay as they are are counted first, since they are not written.
  const counted = difference === undefined ? undefined : countMatches(database, entry, conditions, parameters)
  const all = difference === undefined ? conditions : [...conditions, difference]
  // A taken key ends the whole transaction, which spares SQLite a journal for undoing just the statement.
  const sql = `UPDATE OR ROLLBACK ${entry.sqlTable} SET ${assignments}${where(all)}`
  const values = [...changes.parameters, ...parameters, ...differenceParameters]
  const modified = Number(guardUnique(entry, () => database.statement(sql).run(...values)).changes)
  return { matched: counted ?? modified, modified }
}
