import type { JsonValue } from '@stowage/core'
import {
  type FilterNode,
  isMatchAll,
  type QueryPlan,
  type SortKey,
  type SplitFilter,
  splitFilter,
  StorageError,
  type TableQuery,
} from '@stowage/core/driver'

/** Plans a query as the service can run it: what its filters and sorts can't say is left to core. */
export function zerodbPlan({ filter, sort }: TableQuery, { notes }: QueryPlan): QueryPlan {
  const { pushed, residual } = zerodbFilter(filter)
  const isSorted = keepsOrder(sort)
  const rest = isMatchAll(residual) && isSorted ? 'backend' : 'core'
  refuseRowId([...pathsOf(residual), ...(isSorted ? [] : sort.map(({ path }) => path))])
  return { pushed, residual, sort: isSorted ? 'backend' : 'core', limit: rest, projection: rest, notes }
}

/** Core sees rows without their ids. */
function refuseRowId(paths: readonly string[]): void {
  if (!paths.some((path) => path === '_id' || path.startsWith('_id.'))) return
  const message =
    'ZeroDB can not run this query itself, and rows come without the _id it names: leave $or, $nor and $not out'
  throw new StorageError({ code: 'unsupported', message })
}

function pathsOf(node: FilterNode): readonly string[] {
  if (node.kind === 'not') return pathsOf(node.node)
  return 'nodes' in node ? node.nodes.flatMap(pathsOf) : [node.path]
}

/** Splits a filter into what the service evaluates and what is left. */
export function zerodbFilter(filter: FilterNode): SplitFilter {
  return splitFilter(filter, isSideBySide)
}

/** Tells whether the service can be asked for exactly this filter. */
export function isAskedWhole(filter: FilterNode): boolean {
  return isMatchAll(zerodbFilter(filter).residual)
}

/**
 * Tells whether a filter can be written as fields with operators, all of which must hold, with alternatives only between values of one
 * field: the service has no `$and`, `$or`, `$nor` and `$not`.
 */
function isSideBySide(node: FilterNode): boolean {
  switch (node.kind) {
    case 'and':
      return hasNoTwin(node.nodes)
    case 'or':
      return node.nodes.length === 1 || isChoice(node.nodes)
    case 'not':
    case 'nor':
      return false
    case 'compare':
      return !holdsOperator(node.value)
    case 'in':
      return !node.values.some(holdsOperator)
    default:
      return true
  }
}

/** An object holds each operator of a field once. */
function hasNoTwin(nodes: readonly FilterNode[]): boolean {
  const operands = new Map<string, string>()
  return nodes.flatMap(leavesOf).every(([name, operand]) => {
    const known = operands.get(name)
    operands.set(name, operand)
    return known === undefined || known === operand
  })
}

/** Gives the operators of fields that a filter is written with, and their operands. */
function leavesOf(node: FilterNode): (readonly [name: string, operand: string])[] {
  switch (node.kind) {
    case 'compare':
      return [[`${node.operator} ${node.path}`, JSON.stringify(node.value)]]
    case 'in':
      return [[`${node.operator} ${node.path}`, JSON.stringify(node.values)]]
    case 'exists':
      return [[`$exists ${node.path}`, String(node.exists)]]
    case 'regex':
      return [[`$regex ${node.path}`, node.pattern]]
    case 'or':
      if (node.nodes.length === 1) return node.nodes.flatMap(leavesOf)
      return [[`$in ${choicePath(node.nodes) ?? ''}`, JSON.stringify(node.nodes.flatMap(choicesOf))]]
    default:
      return 'nodes' in node ? node.nodes.flatMap(leavesOf) : []
  }
}

function isChoice(nodes: readonly FilterNode[]): boolean {
  return choicePath(nodes) !== undefined && nodes.every((node) => choicesOf(node).length > 0)
}

function choicePath(nodes: readonly FilterNode[]): string | undefined {
  const paths = new Set(nodes.map((node) => ('path' in node ? node.path : undefined)))
  return paths.size === 1 ? [...paths][0] : undefined
}

function choicesOf(node: FilterNode): readonly JsonValue[] {
  if (node.kind === 'compare' && node.operator === '$eq') return [node.value]
  return node.kind === 'in' && node.operator === '$in' ? node.values : []
}

/** The service takes a sort as an object, to whose front JavaScript moves keys that look like integers. */
function keepsOrder(sort: readonly SortKey[]): boolean {
  const keys = Object.keys(Object.fromEntries([...sort.map(({ path }) => path), '_id'].map((path) => [path, 0])))
  return sort.every(({ path }, index) => path === keys[index])
}

/** A key that begins with `$` could be taken for an operator. */
function holdsOperator(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return (value as readonly JsonValue[]).some(holdsOperator)
  return Object.entries(value).some(([key, item]) => key.startsWith('$') || holdsOperator(item))
}
