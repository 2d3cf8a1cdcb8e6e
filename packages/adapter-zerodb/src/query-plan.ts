import { isMatchAll, type QueryPlan, StorageError, type TableQuery } from '@stowage/core/driver'
import type { CheckedZerodbOptions } from './options.ts'
import { pathsOf, splitForWire } from './wire-filter.ts'
import { canSort, withTiebreak } from './wire-query.ts'

/**
 * Says which part of a query the service takes over.
 *
 * @param scanNote - says how the pages of the service's part are cut
 */
export function planQuery(
  query: TableQuery,
  rowIds: CheckedZerodbOptions['rowIds'],
  scanNote: (query: TableQuery) => string,
): QueryPlan {
  const { pushed, residual } = splitForWire(query.filter)
  const sort = canSort(withTiebreak(query.sort)) ? 'backend' : 'core'
  const rest = isMatchAll(residual) && sort === 'backend' ? 'backend' : 'core'
  if (rowIds === 'hidden') {
    const left = [...pathsOf(residual), ...(sort === 'core' ? query.sort.map(({ path }) => path) : [])]
    if (left.some(isRowId)) throw hiddenId()
  }
  const sent: TableQuery = {
    ...query,
    filter: pushed,
    sort: sort === 'backend' ? query.sort : [],
    offset: rest === 'backend' ? query.offset : 0,
    projection: rest === 'backend' ? query.projection : undefined,
  }
  return { pushed, residual, sort, limit: rest, projection: rest, notes: [scanNote(sent)] }
}

function isRowId(path: string): boolean {
  return path === '_id' || path.startsWith('_id.')
}

function hiddenId(): StorageError {
  const message =
    'ZeroDB can not evaluate this query itself, and the _id it names is hidden from the rows: set rowIds: "shown", or use _id without $or, $nor and $not'
  return new StorageError({ code: 'unsupported', message })
}
