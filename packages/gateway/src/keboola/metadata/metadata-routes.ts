import { type Route, route } from '../route.ts'
import { metadataOperations, searchTables } from './metadata-operations.ts'

const bucket = metadataOperations('bucket')
const table = metadataOperations('table')
const column = metadataOperations('column')

/** The operations on metadata. */
export const metadataRoutes: readonly Route[] = [
  route('GET buckets/:bucket/metadata', bucket.list),
  route('POST buckets/:bucket/metadata', bucket.put),
  route('DELETE buckets/:bucket/metadata/:metadata', bucket.delete),
  route('GET tables/:table/metadata', table.list),
  route('POST tables/:table/metadata', table.put),
  route('DELETE tables/:table/metadata/:metadata', table.delete),
  route('GET columns/:column/metadata', column.list),
  route('POST columns/:column/metadata', column.put),
  route('DELETE columns/:column/metadata/:metadata', column.delete),
  route('GET search/tables', searchTables),
]
