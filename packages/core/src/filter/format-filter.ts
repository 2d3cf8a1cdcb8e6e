import { setOwn } from './field-path.ts'
import type { FilterNode } from './tree.ts'
import type { Condition } from './value-test.ts'

/**
 * Writes a filter in the language apps write: parsing the result gives a filter with the same rows, and the same tree
 * where the tree came from parsing.
 *
 * Conditions on different fields stand side by side; `$and` appears only where that would lose one.
 */
export function formatFilter(node: FilterNode): Record<string, unknown> {
  switch (node.kind) {
    case 'and':
      return formatAnd(node.nodes)
    case 'or':
      // The language has no empty list: nothing matches this.
      return node.nodes.length === 0 ? { $nor: [{}] } : { $or: node.nodes.map(formatFilter) }
    case 'nor':
      return node.nodes.length === 0 ? {} : { $nor: node.nodes.map(formatFilter) }
    case 'not':
      return formatNot(node)
    default:
      return ownEntries([[node.path, formatOnly(node)]])
  }
}

type Entry = [key: string, value: unknown]

function formatAnd(nodes: readonly FilterNode[]): Record<string, unknown> {
  if (nodes.length === 0) return {}
  const entries = nodes.length === 1 ? undefined : sideBySide(nodes)
  return entries === undefined ? { $and: nodes.map(formatFilter) } : ownEntries(entries)
}

/** Gives one object's entries for several nodes; undefined when keys would repeat or JavaScript would move them. */
function sideBySide(nodes: readonly FilterNode[]): Entry[] | undefined {
  const entries: Entry[] = []
  let operators: Record<string, unknown> = {}
  let path: string | undefined
  for (const node of nodes) {
    const own = operatorsOf(node)
    if (own !== undefined && own.path === path) {
      if (Object.keys(own.operators).some((operator) => operator in operators)) return undefined
      Object.assign(operators, own.operators)
      entries[entries.length - 1] = [path, operators]
      continue
    }
    path = own?.path
    operators = { ...own?.operators }
    const formatted = Object.entries(formatFilter(node))
    // Side by side its conditions would join ours.
    if (node.kind === 'and' && (formatted.length !== 1 || formatted[0]?.[0] !== '$and')) return undefined
    entries.push(...formatted)
  }
  const keys = entries.map(([key]) => key)
  const isMoved = keys.some((key) => /^(0|[1-9]\d*)$/.test(key))
  return isMoved || new Set(keys).size < keys.length ? undefined : entries
}

function formatNot(node: Extract<FilterNode, { readonly kind: 'not' }>): Record<string, unknown> {
  const own = operatorsOf(node)
  return own === undefined ? { $nor: [formatFilter(node.node)] } : ownEntries([[own.path, own.operators]])
}

interface PathOperators {
  readonly path: string
  readonly operators: Record<string, unknown>
}

/** Writes a node as an object of operators on one path; undefined when it is more than that. */
function operatorsOf(node: FilterNode): PathOperators | undefined {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return undefined
    case 'not': {
      const inner = node.node.kind === 'and' ? joinedOperators(node.node.nodes) : operatorsOf(node.node)
      return inner === undefined ? undefined : { path: inner.path, operators: { $not: inner.operators } }
    }
    default:
      return { path: node.path, operators: operatorOf(node) }
  }
}

/** Writes several conditions as one object of operators, as `$not` takes it. */
function joinedOperators(nodes: readonly FilterNode[]): PathOperators | undefined {
  const parts = nodes.map(operatorsOf)
  const path = parts[0]?.path
  const operators: Record<string, unknown> = {}
  for (const part of parts) {
    if (path === undefined || part?.path !== path) return undefined
    if (Object.keys(part.operators).some((operator) => operator in operators)) return undefined
    Object.assign(operators, part.operators)
  }
  return path === undefined || parts.length === 1 ? undefined : { path, operators }
}

/** Writes the only condition on a path: equality as the bare value. */
function formatOnly(node: Condition): unknown {
  return node.kind === 'compare' && node.operator === '$eq' ? node.value : operatorOf(node)
}

function operatorOf(node: Condition): Record<string, unknown> {
  switch (node.kind) {
    case 'compare':
      return { [node.operator]: node.value }
    case 'in':
      return { [node.operator]: node.values }
    case 'exists':
      return { $exists: node.exists }
    case 'regex':
      return { $regex: node.pattern }
  }
}

function ownEntries(entries: readonly Entry[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [key, value] of entries) setOwn(object as Parameters<typeof setOwn>[0], key, value as never)
  return object
}
