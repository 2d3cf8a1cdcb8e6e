import { route, type Route } from '../route.ts'
import { addColumn, dropColumn, updateColumnDefinition } from './column-operations.ts'
import { createTableFromDefinition, createTableFromFile } from './create-operations.ts'
import { createTableAtOnce, importTable, importTableAtOnce } from './import-operations.ts'
import { exportTable } from './export-operations.ts'
import { removePrimaryKey, setPrimaryKey } from './key-operations.ts'
import { previewTable } from './preview-operations.ts'
import { deleteRows } from './row-operations.ts'
import { deleteTable, getTable, listTables, updateTable } from './table-operations.ts'

/** The operations on tables. */
export const tableRoutes: readonly Route[] = [
  route('GET tables', listTables),
  route('GET tables/:table', getTable),
  route('PUT tables/:table', updateTable),
  route('DELETE tables/:table', deleteTable),
  route('POST buckets/:bucket/tables-async', createTableFromFile),
  route('POST buckets/:bucket/tables-definition', createTableFromDefinition),
  route('POST buckets/:bucket/tables', createTableAtOnce, { readsBody: true }),
  route('POST tables/:table/import-async', importTable),
  route('POST tables/:table/import', importTableAtOnce, { readsBody: true }),
  route('POST tables/:table/export-async', exportTable),
  route('GET tables/:table/data-preview', previewTable),
  route('DELETE tables/:table/rows', deleteRows),
  route('POST tables/:table/columns', addColumn),
  route('DELETE tables/:table/columns/:column', dropColumn),
  route('PUT tables/:table/columns/:column/definition', updateColumnDefinition),
  route('POST tables/:table/primary-key', setPrimaryKey),
  route('DELETE tables/:table/primary-key', removePrimaryKey),
]
