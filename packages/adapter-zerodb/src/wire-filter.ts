import type { JsonValue } from '@stowage/core'
import { type FilterNode, isMatchAll, type SplitFilter, splitFilter, StorageError } from '@stowage/core/driver'

/** A filter as the service takes it: fields with values or with operators, all of which must hold. */
export type WireFilter = { readonly [path: string]: JsonValue | { readonly [operator: string]: JsonValue } }

interface Condition {
  readonly path: string
  readonly operator: string
  readonly operand: JsonValue
}

/**
 * Splits a filter into what the service evaluates and what is left.
 *
 * It has the ten operators and no `$and`, `$or`, `$nor`, `$not`: conditions stand side by side, alternatives of one field become `$in`, and
 * `splitFilter` turns negations into complements.
 */
export function splitForWire(filter: FilterNode): SplitFilter {
  return splitFilter(filter, (node) => conditionsOf(node) !== undefined)
}

/**
 * Writes a whole filter as the service takes it.
 *
 * @throws StorageError `unsupported` when a part can't be expressed
 */
export function toWireFilter(filter: FilterNode): WireFilter {
  const { pushed, residual } = splitForWire(filter)
  const conditions = isMatchAll(residual) ? conditionsOf(pushed) : undefined
  if (conditions === undefined) {
    const message =
      'ZeroDB has no $and, $or, $nor and $not, and this filter says what its ten operators side by side do not: use several calls'
    throw new StorageError({ code: 'unsupported', message })
  }
  return writeConditions(conditions)
}

/** Writes conditions on one field as an object of operators, as `$pull` takes them. */
export function toWireOperators(filter: FilterNode): { readonly [operator: string]: JsonValue } | undefined {
  const { pushed, residual } = splitForWire(filter)
  const conditions = isMatchAll(residual) ? conditionsOf(pushed) : undefined
  return conditions === undefined ? undefined : operatorsOf(conditions)
}

/** Gives all paths a filter looks at. */
export function pathsOf(filter: FilterNode): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return filter.nodes.flatMap(pathsOf)
    case 'not':
      return pathsOf(filter.node)
    default:
      return [filter.path]
  }
}

/** Gives a filter's conditions, no operator twice for a field; undefined where the service can't express it. */
function conditionsOf(node: FilterNode): readonly Condition[] | undefined {
  switch (node.kind) {
    case 'and':
      return joined(node.nodes)
    case 'or':
      return alternatives(node.nodes)
    case 'not':
    case 'nor':
      return undefined
    case 'compare':
      return [{ path: node.path, operator: node.operator, operand: node.value }]
    case 'in':
      return [{ path: node.path, operator: node.operator, operand: node.values }]
    case 'exists':
      return [{ path: node.path, operator: '$exists', operand: node.exists }]
    case 'regex':
      return [{ path: node.path, operator: '$regex', operand: node.pattern }]
  }
}

function joined(nodes: readonly FilterNode[]): readonly Condition[] | undefined {
  const byPlace = new Map<string, Condition>()
  for (const node of nodes) {
    const conditions = conditionsOf(node)
    if (conditions === undefined) return undefined
    for (const each of conditions) {
      const place = `${each.operator} ${each.path}`
      const known = byPlace.get(place)
      // An object holds each operator once.
      if (known !== undefined && JSON.stringify(known.operand) !== JSON.stringify(each.operand)) return undefined
      byPlace.set(place, each)
    }
  }
  return [...byPlace.values()]
}

/** Alternatives that all ask whether one field equals something are one `$in`. */
function alternatives(nodes: readonly FilterNode[]): readonly Condition[] | undefined {
  const [first] = nodes
  if (first === undefined) return undefined
  if (nodes.length === 1) return conditionsOf(first)
  const values: JsonValue[] = []
  let path: string | undefined
  for (const node of nodes) {
    const [equality, ...others] = conditionsOf(node) ?? []
    if (equality === undefined || others.length > 0 || equality.path !== (path ?? equality.path)) return undefined
    if (equality.operator === '$eq') values.push(equality.operand)
    else if (equality.operator === '$in') values.push(...(equality.operand as readonly JsonValue[]))
    else return undefined
    path = equality.path
  }
  return path === undefined ? undefined : [{ path, operator: '$in', operand: values }]
}

function writeConditions(conditions: readonly Condition[]): WireFilter {
  const filter = Object.create(null) as Record<string, WireFilter[string]>
  for (const [path, own] of Map.groupBy(conditions, (each) => each.path)) {
    const [first] = own
    filter[path] = first !== undefined && own.length === 1 && isPlainEquality(first) ? first.operand : operatorsOf(own)
  }
  return filter
}

/** Equality is written as the value, unless that is an object, which could be taken for operators. */
function isPlainEquality({ operator, operand }: Condition): boolean {
  return operator === '$eq' && (typeof operand !== 'object' || operand === null || Array.isArray(operand))
}

function operatorsOf(conditions: readonly Condition[]): { readonly [operator: string]: JsonValue } {
  return Object.fromEntries(conditions.map(({ operator, operand }) => [operator, operand]))
}
