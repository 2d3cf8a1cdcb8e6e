import type { TableInfo } from '@stowage/core'
import {
  type FilterNode,
  isMatchAll,
  type QueryPlan,
  splitFilter,
  StorageError,
  type TableQuery,
} from '@stowage/core/driver'

type Schema = Pick<TableInfo, 'columns' | 'primaryKey'>

/**
 * Plans a query as an export can run it: comparisons with text of columns that hold texts or timestamps, all of which must hold. The rest is
 * left to core.
 */
export function keboolaPlan(schema: Schema, { filter, sort, projection }: TableQuery, { notes }: QueryPlan): QueryPlan {
  const { pushed, residual } = splitFilter(filter, (node) => isExported(schema, node))
  const isSorted = sort.every(({ path }) => !isTyped(schema) && textColumn(schema, path) !== undefined)
  const isWhole = isMatchAll(residual) && isSorted
  const isPlain = projection === undefined || projection.paths.every((path) => !path.includes('.'))
  return {
    pushed,
    residual,
    sort: isSorted ? 'backend' : 'core',
    limit: isWhole ? 'backend' : 'core',
    projection: isWhole && isPlain ? 'backend' : 'core',
    notes,
  }
}

/** Refuses a deletion that would need keys to name its rows by where the table has none: the service deletes by equality alone. */
export function checkKeboolaDelete({ primaryKey }: Schema, filter: FilterNode): void {
  if (primaryKey.length > 0 || isByEquality(filter)) return
  const message =
    'Keboola deletes by $eq, $ne, $in and $nin alone, and the table has no primary key to name other rows by: set one'
  throw new StorageError({ code: 'unsupported', message })
}

function isByEquality(node: FilterNode): boolean {
  if (node.kind === 'and') return node.nodes.every(isByEquality)
  return node.kind === 'in' || (node.kind === 'compare' && (node.operator === '$eq' || node.operator === '$ne'))
}

/** A table has types of the service's own as soon as one of its columns asks for one. */
function isTyped({ columns }: Schema): boolean {
  return columns.some(({ native }) => native !== undefined)
}

function textColumn({ columns }: Schema, path: string): 'string' | 'timestamp' | undefined {
  const type = columns.find(({ name }) => name === path)?.type
  return type === 'string' || type === 'timestamp' ? type : undefined
}

function isExported(schema: Schema, node: FilterNode): boolean {
  if (node.kind === 'and') return true
  if (node.kind !== 'compare' && node.kind !== 'in') return false
  const type = textColumn(schema, node.path)
  const values = node.kind === 'in' ? node.values : [node.value]
  if (type === undefined || values.length === 0 || values.some((value) => typeof value !== 'string')) return false
  const hasEmpty = values.includes('')
  // Where nothing is stored as NULL, or read as null, comparisons there are not those here.
  if (isTyped(schema)) return !hasEmpty && ['$eq', '$in', '$gt', '$gte'].includes(node.operator)
  return type === 'string' || (!hasEmpty && node.operator !== '$lt' && node.operator !== '$lte')
}
