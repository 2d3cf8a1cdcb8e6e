import type { Column, JsonValue } from '@stowage/core'
import {
  type FilterNode,
  invalidArgument,
  isMatchAll,
  type Projection,
  type QueryPlan,
  splitFilter,
  type TableQuery,
} from '@stowage/core/driver'
import { writeCell } from './cell-text.ts'
import type { KeboolaOrderBy, KeboolaRowFilter } from './row-filters.ts'
import type { TableSchema } from './table-schemas.ts'

/**
 * Plans a query. The service compares texts, by code points; it gets the conditions and sorts for which that means the same as here, on
 * columns of texts and of timestamps. Numbers are kept as text that others may have written another way (`5.0`), so they are compared
 * here.
 */
export function planQuery(schema: TableSchema, query: TableQuery): QueryPlan {
  const { pushed, residual } = splitFilter(query.filter, (node) => canPush(schema, node))
  const isFiltered = isMatchAll(residual)
  const sort = query.sort.every(({ path }) => canSort(schema, path)) ? 'backend' : 'core'
  const isSorted = query.sort.length === 0 || sort === 'backend'
  const isWhole = isFiltered && isSorted
  return {
    pushed,
    residual,
    sort,
    limit: isWhole ? 'backend' : 'core',
    projection: isWhole && isPlain(query.projection) ? 'backend' : 'core',
    notes: notesOf(schema, pushed, query),
  }
}

function notesOf({ id }: TableSchema, pushed: FilterNode, { sort }: TableQuery): string[] {
  const filters = toRowFilters(pushed).map(
    ({ column, operator, values }) => `${column} ${operator} ${values.join(' | ')}`,
  )
  const parts = [...filters, ...(sort.length > 0 ? [`sorted by ${sort.map(({ path }) => path).join(', ')}`] : [])]
  const what = parts.length === 0 ? '' : ` where ${parts.join(', ')}`
  return [`export of ${id}${what}; a preview where it holds all rows`]
}

function columnOf({ columns }: TableSchema, path: string): Column | undefined {
  return columns.find(({ name }) => name === path)
}

function canPush(schema: TableSchema, node: FilterNode): boolean {
  if (node.kind === 'and') return true
  if (node.kind !== 'compare' && node.kind !== 'in') return false
  const column = columnOf(schema, node.path)
  if (column === undefined || (column.type !== 'string' && column.type !== 'timestamp')) return false
  const values = node.kind === 'in' ? node.values : [node.value]
  if (values.length === 0 || !values.every((value) => typeof value === 'string')) return false
  // Where there may be nothing, we read the empty text or null and the service's comparisons are not ours.
  if (schema.isTyped) return isSafeWithNulls(node) && !values.includes('')
  return column.type === 'string' || isSafeForTimestamps(node, values.includes(''))
}

/** SQL's comparisons with nothing hold for no row; these don't for the empty text either. */
function isSafeWithNulls(node: FilterNode): boolean {
  if (node.kind === 'in') return node.operator === '$in'
  return node.kind === 'compare' && (node.operator === '$eq' || node.operator === '$gt' || node.operator === '$gte')
}

/** An empty text is read as null here, which no text equals and which is neither above nor below one. */
function isSafeForTimestamps(node: FilterNode, hasEmpty: boolean): boolean {
  return !hasEmpty && !(node.kind === 'compare' && (node.operator === '$lt' || node.operator === '$lte'))
}

/** Null comes first in our order, as the empty text does in the service's; nothing doesn't. */
function canSort(schema: TableSchema, path: string): boolean {
  const type = columnOf(schema, path)?.type
  return !schema.isTyped && (type === 'string' || type === 'timestamp')
}

function isPlain(projection: Projection | undefined): boolean {
  return projection === undefined || projection.paths.every((path) => !path.includes('.'))
}

const operators = { $eq: 'eq', $ne: 'ne', $gt: 'gt', $gte: 'ge', $lt: 'lt', $lte: 'le' } as const

/** Writes the part of a filter that was planned for the service in its words. */
export function toRowFilters(pushed: FilterNode): KeboolaRowFilter[] {
  switch (pushed.kind) {
    case 'and':
      return pushed.nodes.flatMap(toRowFilters)
    case 'compare':
      return [{ column: pushed.path, operator: operators[pushed.operator], values: [textOf(pushed.value)] }]
    case 'in':
      return [
        {
          column: pushed.path,
          operator: pushed.operator === '$in' ? 'eq' : 'ne',
          values: [...new Set(pushed.values.map(textOf))],
        },
      ]
    default:
      throw invalidArgument('a condition was given to Keboola that no plan gives it: plan the query first')
  }
}

function textOf(value: JsonValue): string {
  return writeCell(value) ?? ''
}

/** Writes a sort in the service's words. */
export function toOrderBy({ sort }: TableQuery): KeboolaOrderBy[] {
  return sort.map(({ path, direction }) => ({ column: path, order: direction === 1 ? 'ASC' : 'DESC' }))
}

/** Gives the columns a projection keeps, in the table's order; all without one. */
export function projectedColumns({ columns }: TableSchema, projection: Projection | undefined): readonly string[] {
  const names = columns.map(({ name }) => name)
  if (projection === undefined) return names
  const { kind, paths } = projection
  return names.filter((name) => paths.includes(name) === (kind === 'include'))
}
