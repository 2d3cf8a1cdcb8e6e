import { types } from 'node:util'
import { invalidArgument } from '../errors/storage-error.ts'
import { checkPath, quote } from './field-path.ts'
import { entriesOf, extendedJsonAdvice, isPlainObject, parseValue } from './parsed-value.ts'
import { checkRegex } from './regex.ts'
import type { FilterNode } from './tree.ts'

const maxDepth = 100
const filterExample = '{"country": "CZ", "balance": {"$gte": 1000}}'
const operatorNames = '$eq $ne $gt $gte $lt $lte $in $nin $exists $regex $not'
const hints: Readonly<Record<string, string>> = {
  $where: 'filters never run code; ',
  $expr: 'filters never run code; ',
  $options: 'patterns take no flags: write a class such as [Aa] for both cases; ',
  $elemMatch: 'each operator is met by any element; use dotted paths such as "items.price"; ',
  $all: 'write one $eq for each value inside $and; ',
  $like: 'write a $regex; ',
}

/**
 * Checks a filter and turns it into a tree.
 *
 * Takes anything: what is not a filter fails. `Date` becomes ISO 8601 text, a RegExp without flags becomes `$regex`.
 * The tree shares nothing with the argument.
 *
 * @param filter - see `Filter`
 * @throws {@link StorageError} `invalid-argument`; the message names the field and what to write instead
 */
export function parseFilter(filter: unknown): FilterNode {
  return parseFilterAt(filter, 'filter', 0)
}

/** Parses a filter inside something else, which messages call `place`. */
export function parseFilterAt(filter: unknown, place: string, depth: number): FilterNode {
  refuseDepth(place, depth)
  const entries = entriesOf(filter, depth === 0 ? place : `${place}: each filter in a list`, filterExample)
  const nodes = entries.flatMap(([key, value]) =>
    key.startsWith('$') ? [parseLogical(key, value, place, depth)] : parseField(key, value, place, depth),
  )
  return joinNodes(nodes)
}

/** Parses an object of operators that apply to one path. */
export function parseOperators(path: string, value: unknown, place: string, depth = 0): FilterNode {
  refuseDepth(place, depth)
  const entries = entriesOf(value, place, '{"$gt": 5}')
  if (entries.length === 0) throw invalidArgument(`${place} has no operator: write one, as in {"$gt": 5}`, { path })
  return joinNodes(entries.map(([operator, operand]) => parseOperator(path, operator, operand, place, depth)))
}

/** Tells whether a value is an object of operators; fails when it mixes operators with fields. */
export function isOperatorObject(value: unknown, place: string): boolean {
  if (!isPlainObject(value)) return false
  const keys = Object.keys(value)
  const operators = keys.filter((key) => key.startsWith('$'))
  if (operators.length === 0) return false
  if (operators.length === keys.length) return true
  const field = keys.find((key) => !key.startsWith('$')) as string
  throw invalidArgument(
    `${place} mixes the operator ${quote(operators[0] as string)} with the field ${quote(field)}: ` +
      'write nested fields as dotted paths, as in {"a.b": {"$gt": 5}}',
  )
}

function joinNodes(nodes: readonly FilterNode[]): FilterNode {
  return nodes.length === 1 ? (nodes[0] as FilterNode) : { kind: 'and', nodes }
}

function parseLogical(operator: string, value: unknown, place: string, depth: number): FilterNode {
  if (operator !== '$and' && operator !== '$or' && operator !== '$nor') throw strayOperator(operator, place)
  const example = `{"${operator}": [{"a": 1}, {"b": 2}]}`
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidArgument(`${place}: ${operator} takes a list of at least one filter, as in ${example}`, { operator })
  }
  const filters: readonly unknown[] = value
  const kind = operator === '$and' ? 'and' : operator === '$or' ? 'or' : 'nor'
  return { kind, nodes: Array.from(filters, (one) => parseFilterAt(one, place, depth + 1)) }
}

function strayOperator(operator: string, place: string): Error {
  const hint = hints[operator] ?? ''
  return invalidArgument(
    `${place}: ${quote(operator)} cannot stand here; ${hint}` +
      `a filter has fields, $and, $or and $nor at this place, and ${operatorNames} below a field`,
    { operator },
  )
}

/** Gives one node for each operator, so that conditions on one field join those around them. */
function parseField(path: string, value: unknown, place: string, depth: number): FilterNode[] {
  checkPath(path, place)
  const field = `${place}: ${quote(path)}`
  if (types.isRegExp(value)) return [parseRegex(path, value, field)]
  if (!isOperatorObject(value, field)) {
    return [{ kind: 'compare', path, operator: '$eq', value: parseValue(value, field) }]
  }
  return entriesOf(value, field, '{"$gt": 5}').map(([operator, operand]) =>
    parseOperator(path, operator, operand, field, depth),
  )
}

function parseOperator(path: string, operator: string, operand: unknown, place: string, depth: number): FilterNode {
  const at = `${place}: ${operator}`
  switch (operator) {
    case '$eq':
    case '$ne':
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return { kind: 'compare', path, operator, value: parseValue(operand, at) }
    case '$in':
    case '$nin':
      return { kind: 'in', path, operator, values: parseList(operand, at) }
    case '$exists':
      if (typeof operand === 'boolean') return { kind: 'exists', path, exists: operand }
      throw invalidArgument(`${at} takes true or false`, { path, operator })
    case '$regex':
      return parseRegex(path, operand, at)
    case '$not':
      return { kind: 'not', node: parseNot(path, operand, at, depth) }
    default:
      throw unknownOperator(path, operator, place)
  }
}

function parseList(operand: unknown, place: string): ReturnType<typeof parseValue>[] {
  if (!Array.isArray(operand)) throw invalidArgument(`${place} takes a list of values, as in [1, 2]`)
  const list: readonly unknown[] = operand
  return Array.from(list, (value, index) => parseValue(value, `${place}[${index}]`))
}

function parseRegex(path: string, operand: unknown, place: string): FilterNode {
  const pattern = types.isRegExp(operand) ? sourceOf(operand, place) : operand
  if (typeof pattern !== 'string') throw invalidArgument(`${place} takes a pattern as text, as in "^ab"`, { path })
  checkRegex(pattern, place)
  return { kind: 'regex', path, pattern }
}

function sourceOf({ source, flags }: RegExp, place: string): string {
  if (flags !== '') {
    throw invalidArgument(
      `${place} has a RegExp with the flags ${quote(flags)}: write it without, ` +
        'for example with a class such as [Aa] instead of the flag i',
    )
  }
  // What `new RegExp('')` gives as its source.
  return source === '(?:)' ? '' : source
}

function parseNot(path: string, operand: unknown, place: string, depth: number): FilterNode {
  if (!isPlainObject(operand) || !isOperatorObject(operand, place)) {
    throw invalidArgument(`${place} takes an object of operators, as in {"$not": {"$gt": 5}}; for a value write $ne`, {
      path,
    })
  }
  return parseOperators(path, operand, place, depth + 1)
}

function unknownOperator(path: string, operator: string, place: string): Error {
  const advice = extendedJsonAdvice(operator)
  const hint = hints[operator] ?? (advice === undefined ? '' : `${advice}; `)
  const problem = operator.startsWith('$') ? 'unknown operator' : 'not an operator:'
  return invalidArgument(`${place}: ${problem} ${quote(operator)}; ${hint}use ${operatorNames}`, { path, operator })
}

function refuseDepth(place: string, depth: number): void {
  if (depth <= maxDepth) return
  throw invalidArgument(`${place} is nested deeper than ${maxDepth} levels, or contains itself: flatten it`)
}
