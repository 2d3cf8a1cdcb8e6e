import type { FilterNode, OperationName, QueryPlan, StorageDriver, TableQuery } from '@stowage/core/driver'
import { isMatchAll, matchAll } from '@stowage/core/driver'
import { changeRequests, changeResults, type Mutant } from './mutant.ts'
import { queryByHand, type QueryChanges } from './query-by-hand.ts'

const filtering: readonly OperationName[] = [
  'tables.find',
  'tables.count',
  'tables.update',
  'tables.delete',
  'tables.changed',
]

/** Drivers that take a filter over and then mean something else by it. */
export const filterMutants: readonly Mutant[] = [
  filterer('an operator that it does not know is dropped', ['filters/truth-regex'], (node) =>
    node.kind === 'regex' ? matchAll : node,
  ),
  filterer('only the first of several conditions is sent', ['filters/truth-shape'], (node) =>
    node.kind === 'and' && node.nodes[0] !== undefined ? node.nodes[0] : node,
  ),
  filterer('only the first alternative is sent', ['filters/random-typed'], (node) =>
    node.kind === 'or' && node.nodes[0] !== undefined ? node.nodes[0] : node,
  ),
  filterer('$nor is taken for $or', ['filters/truth-logic'], (node) =>
    node.kind === 'nor' ? { ...node, kind: 'or' } : node,
  ),
  filterer('$not is left out', ['filters/truth-logic'], (node) => (node.kind === 'not' ? node.node : node)),
  filterer('$gt means $gte', ['filters/truth-order'], (node) =>
    node.kind === 'compare' && node.operator === '$gt' ? { ...node, operator: '$gte' } : node,
  ),
  filterer('$lte means $lt', ['filters/truth-order'], (node) =>
    node.kind === 'compare' && node.operator === '$lte' ? { ...node, operator: '$lt' } : node,
  ),
  filterer('equal to null does not match a missing field', ['filters/truth-null'], (node) =>
    node.kind === 'compare' && node.operator === '$eq' && node.value === null ? also(node, isThere(node.path)) : node,
  ),
  filterer('$ne has the logic of SQL', ['filters/truth-not-equal'], (node) =>
    node.kind === 'compare' && node.operator === '$ne' && node.value !== null ? also(node, isNotNull(node.path)) : node,
  ),
  filterer('$nin has the logic of SQL', ['filters/truth-nin'], (node) =>
    node.kind === 'in' && node.operator === '$nin' ? also(node, isNotNull(node.path)) : node,
  ),
  filterer('$not has the logic of SQL', ['filters/truth-logic'], (node) =>
    node.kind === 'not' && 'path' in node.node ? also(node, isNotNull(node.node.path)) : node,
  ),
  filterer('$exists asks for values other than null', ['filters/truth-exists'], (node) =>
    node.kind === 'exists' ? (node.exists ? also(node, isNotNull(node.path)) : isNull(node.path)) : node,
  ),
  filterer('$in with an empty list matches all', ['filters/truth-in'], (node) =>
    node.kind === 'in' && node.operator === '$in' && node.values.length === 0 ? matchAll : node,
  ),
  filterer('$in never matches null', ['filters/truth-in'], (node) =>
    node.kind === 'in' && node.operator === '$in'
      ? { ...node, values: node.values.filter((value) => value !== null) }
      : node,
  ),
  filterer('$in looks at the first hundred values', ['filters/many-values'], (node) =>
    node.kind === 'in' ? { ...node, values: node.values.slice(0, 100) } : node,
  ),
  filterer('a pattern must match the whole text', ['filters/truth-regex'], (node) =>
    node.kind === 'regex' ? { ...node, pattern: `^(?:${node.pattern})$` } : node,
  ),
  filterer('a dotted path is the name of a field', ['filters/truth-paths'], (node) =>
    'path' in node ? { ...node, path: node.path.replaceAll('.', '_') } : node,
  ),
  seeing('text is compared without regard to case', ['filters/truth-equality'], (value) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  ),
  seeing('text of digits is compared as a number', ['filters/truth-operand-type'], (value) =>
    typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value,
  ),
  seeing('booleans are compared as numbers', ['filters/truth-operand-type'], (value) =>
    typeof value === 'boolean' ? Number(value) : value,
  ),
  seeing('the empty text is null to a filter', ['filters/truth-null'], (value) => (value === '' ? null : value)),
  seeing('arrays are compared as text', ['filters/truth-arrays'], (value) =>
    Array.isArray(value) ? JSON.stringify(value) : value,
  ),
  {
    name: 'a plan promises more than find does',
    breaks: 'All of the filter counts as pushed, but only comparisons are.',
    caughtBy: ['filters/truth-logic', 'filters/plan-honest-text'],
    make: (driver) => changeFilters(driver, ['tables.find'], onlyComparisons),
  },
  {
    name: 'a plan pushes too narrow a part',
    breaks: 'Of alternatives the first one is pushed and all are left to core, which never sees the other rows.',
    caughtBy: ['filters/plan-honest-text', 'filters/explain'],
    make: (driver) =>
      changeResults(driver, ['tables.plan'], (plan: QueryPlan, { filter }: TableQuery) =>
        filter.kind === 'or' ? leave(plan, filter.nodes[0] ?? matchAll, filter) : plan,
      ),
  },
  {
    name: 'a plan sorts and cuts before core has filtered',
    breaks: 'The filter is left to core, limit and offset are not.',
    caughtBy: ['filters/plan-limit', 'find/limit-residual'],
    make: (driver) =>
      changeResults(driver, ['tables.plan'], (plan: QueryPlan, { filter }: TableQuery) =>
        isMatchAll(filter) ? plan : { ...plan, pushed: matchAll, residual: filter },
      ),
  },
]

type FilterChange = (node: FilterNode) => FilterNode

function filterer(name: string, caughtBy: Mutant['caughtBy'], change: FilterChange): Mutant {
  const breaks = 'The filter counts as pushed, and another one is evaluated.'
  return { name, breaks, caughtBy, make: (driver) => changeFilters(driver, filtering, (node) => deepen(node, change)) }
}

function seeing(name: string, caughtBy: Mutant['caughtBy'], see: NonNullable<QueryChanges['see']>): Mutant {
  const breaks = 'Filter and rows are compared by looser rules.'
  return { name, breaks, caughtBy, make: (driver) => queryByHand(driver, { see }) }
}

function changeFilters(
  driver: StorageDriver,
  operations: readonly OperationName[],
  change: FilterChange,
): StorageDriver {
  return changeRequests(driver, operations, (request: { filter: FilterNode }) => ({
    ...request,
    filter: change(request.filter),
  }))
}

/** Changes a filter from its leaves up. */
function deepen(node: FilterNode, change: FilterChange): FilterNode {
  if (node.kind === 'not') return change({ ...node, node: deepen(node.node, change) })
  if ('nodes' in node) return change({ ...node, nodes: node.nodes.map((one) => deepen(one, change)) })
  return change(node)
}

function onlyComparisons(filter: FilterNode): FilterNode {
  if (filter.kind === 'compare') return filter
  return filter.kind === 'and' ? { ...filter, nodes: filter.nodes.map(onlyComparisons) } : matchAll
}

function leave(plan: QueryPlan, pushed: FilterNode, residual: FilterNode): QueryPlan {
  return { ...plan, pushed, residual, limit: 'core' }
}

function also(...nodes: FilterNode[]): FilterNode {
  return { kind: 'and', nodes }
}

function isThere(path: string): FilterNode {
  return { kind: 'exists', path, exists: true }
}

function isNull(path: string): FilterNode {
  return { kind: 'compare', path, operator: '$eq', value: null }
}

function isNotNull(path: string): FilterNode {
  return { kind: 'compare', path, operator: '$ne', value: null }
}
