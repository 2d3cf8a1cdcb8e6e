import type { DeleteRowsRequest } from '@stowage/core/driver'
import { requireWritableTable } from './catalogue.ts'
import type { Database } from '../database.ts'
import { noteDeletions } from './storage.ts'
import { compileQuery, where } from './table-find.ts'

/** Deletes matching rows, with a limit those that were written first, and gives their number. */
export function deleteRows(database: Database, request: DeleteRowsRequest): number {
  const { filter, limit } = request
  return database.transaction(() => {
    const entry = requireWritableTable(database, request)
    const { conditions, parameters } = compileQuery(database, entry, { filter, sort: [] })
    const { sqlTable } = entry
    const matching = where(conditions)
    // Without a condition SQLite empties the table at once instead of going through its rows.
    const all = `DELETE FROM ${sqlTable}${matching}`
    const first = `DELETE FROM ${sqlTable} WHERE rid IN (SELECT rid FROM ${sqlTable}${matching} ORDER BY rid LIMIT ?)`
    const [sql, values] = limit === undefined ? [all, parameters] : [first, [...parameters, limit]]
    return noteDeletions(database, entry, () => Number(database.statement(sql).run(...values).changes))
  })
}
