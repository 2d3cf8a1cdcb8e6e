import { checkBatch, type UpdateCounts, type UpdateRowsRequest } from '@stowage/core/driver'
import { requireWritableTable, type TableEntry } from './catalogue.ts'
import { guardUnique } from './constraint-error.ts'
import type { Database } from './database.ts'
import { compileFilterSql } from './filter-sql.ts'
import { rewriteRows } from './rewrite-rows.ts'
import { useRowFunctions } from './sql-functions.ts'
import { noteChange } from './storage.ts'
import { where } from './table-find.ts'
import { writeRows } from './table-insert.ts'
import { compileUpdateSql, type UpdateSql } from './update-sql.ts'

/** Changes all matching rows, or none when any of them can't be changed. */
export function updateRows(database: Database, request: UpdateRowsRequest): UpdateCounts {
  return database.transaction(() => {
    const entry = requireWritableTable(database, request)
    const nowMs = Date.now()
    const { matched, modified } = changeRows(database, entry, request, nowMs)
    const inserted = matched === 0 ? insertMissing(database, entry, request, nowMs) : 0
    if (modified + inserted > 0) noteChange(database, entry, inserted, nowMs)
    return { matched, modified, inserted }
  })
}

function insertMissing(database: Database, entry: TableEntry, { upsertRow }: UpdateRowsRequest, nowMs: number): number {
  if (upsertRow === undefined) return 0
  checkBatch(upsertRow, entry)
  return writeRows(database, entry, 'append', upsertRow, nowMs)
}

type Changed = Pick<UpdateCounts, 'matched' | 'modified'>

function changeRows(database: Database, entry: TableEntry, request: UpdateRowsRequest, nowMs: number): Changed {
  const { filter, update } = request
  if (update.length === 0) return rewriteRows(database, entry, filter, update, nowMs)
  const compiled = compileFilterSql(entry, filter)
  const changes = compileUpdateSql(entry, update, nowMs, compiled.functions.length)
  if (changes === undefined) return rewriteRows(database, entry, filter, update, nowMs)
  useRowFunctions(database, [...compiled.functions, ...changes.functions])
  const conditions = compiled.condition === undefined ? [] : [compiled.condition]
  const sql = `UPDATE ${entry.sqlTable} SET ${changes.assignments}${where(conditions)}`
  const statement = database.statement(sql)
  return guardUnique(entry, () =>
    runCounted(changes, () => statement.run(...changes.parameters, ...compiled.parameters)),
  )
}

function runCounted({ modifiedRows }: UpdateSql, run: () => { readonly changes: number | bigint }): Changed {
  const matched = Number(run().changes)
  return { matched, modified: modifiedRows() }
}
