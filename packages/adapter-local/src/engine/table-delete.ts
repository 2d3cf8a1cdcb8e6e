import type { DeleteRowsRequest } from '@stowage/core/driver'
import { requireWritableTable } from './catalogue.ts'
import type { Database } from './database.ts'
import { noteChange } from './storage.ts'
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
    const { changes } =
      limit === undefined
        ? database.statement(`DELETE FROM ${sqlTable}${matching}`).run(...parameters)
        : database
            .statement(
              `DELETE FROM ${sqlTable} WHERE rid IN (SELECT rid FROM ${sqlTable}${matching} ORDER BY rid LIMIT ?)`,
            )
            .run(...parameters, limit)
    const deleted = Number(changes)
    if (deleted > 0) noteChange(database, entry, -deleted, Date.now())
    return deleted
  })
}
