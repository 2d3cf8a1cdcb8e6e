import { deleteRows } from './table-delete.ts'
import { createTable, dropTable, getTable, listTables, setPrimaryKey } from './table-definition.ts'
import { countRows, findRows, planQuery } from './table-find.ts'
import { insertRows } from './table-insert.ts'
import { loadCommands } from './table-load.ts'
import { updateRows } from './table-update.ts'

/** Tables, as the engine keeps them. */
export const tableCommands = {
  listTables,
  getTable,
  createTable,
  dropTable,
  setPrimaryKey,
  insertRows,
  planQuery,
  findRows,
  countRows,
  updateRows,
  deleteRows,
  ...loadCommands,
} as const
