import { type Route, route } from '../route.ts'
import { createAlias, deleteAliasFilter, putAliasFilter, startColumnSync, stopColumnSync } from './alias-operations.ts'

/** The operations on aliases of tables. */
export const aliasRoutes: readonly Route[] = [
  route('POST buckets/:bucket/table-aliases', createAlias),
  route('POST tables/:table/alias-columns-auto-sync', startColumnSync),
  route('DELETE tables/:table/alias-columns-auto-sync', stopColumnSync),
  route('POST tables/:table/alias-filter', putAliasFilter),
  route('DELETE tables/:table/alias-filter', deleteAliasFilter),
]
