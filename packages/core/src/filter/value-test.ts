import type { Cell, JsonValue } from '../rows/row.ts'
import { areEqual, compareText, compareValues, typeRank } from './compare.ts'
import { compileRegex } from './regex.ts'
import type { FilterNode } from './tree.ts'

/** A condition on one path. */
export type Condition = Extract<FilterNode, { readonly path: string }>

/** Tests one value, without looking into arrays; undefined stands for a missing one. */
export type ValueTest = (value: Cell) => boolean

/** A condition as a test of values; `isNegated` says that the row matches when the test holds for none of them. */
export interface CompiledCondition {
  /** The test, in its positive form. */
  readonly test: ValueTest
  /** Whether the condition is the complement of "some value passes the test". */
  readonly isNegated: boolean
}

/** Compiles a condition. */
export function compileCondition(node: Condition): CompiledCondition {
  switch (node.kind) {
    case 'compare':
      return { test: compileComparison(node.operator, node.value), isNegated: node.operator === '$ne' }
    case 'in':
      return { test: compileMembership(node.values), isNegated: node.operator === '$nin' }
    case 'exists':
      return { test: (value) => value !== undefined, isNegated: !node.exists }
    case 'regex': {
      const isFound = compileRegex(node.pattern)
      return { test: (value) => typeof value === 'string' && isFound(value), isNegated: false }
    }
  }
}

type Comparison = Extract<FilterNode, { readonly kind: 'compare' }>['operator']

function compileComparison(operator: Comparison, operand: JsonValue): ValueTest {
  if (operator === '$eq' || operator === '$ne') return compileEquality(operand)
  // Null is equal to null and to nothing else, and nothing is beyond it.
  if (operand === null) return operator === '$gte' || operator === '$lte' ? isNullish : () => false
  switch (typeof operand) {
    case 'number':
      return compileNumberRange(operator, operand)
    case 'string':
      return compileTextRange(operator, operand)
    default:
      return compileRange(operator, operand)
  }
}

function isNullish(value: Cell): boolean {
  return value === null || value === undefined
}

function compileEquality(operand: JsonValue): ValueTest {
  if (operand === null) return isNullish
  if (typeof operand !== 'object') return (value) => value === operand
  return (value) => areEqual(value, operand)
}

function compileNumberRange(operator: Comparison, operand: number): ValueTest {
  switch (operator) {
    case '$gt':
      return (value) => typeof value === 'number' && value > operand
    case '$gte':
      return (value) => typeof value === 'number' && value >= operand
    case '$lt':
      return (value) => typeof value === 'number' && value < operand
    default:
      return (value) => typeof value === 'number' && value <= operand
  }
}

function compileTextRange(operator: Comparison, operand: string): ValueTest {
  // The engine compares UTF-16 units. That differs from code points only where both texts reach U+D800 or beyond.
  if (/[\ud800-\uffff]/.test(operand)) return compileFarTextRange(operator, operand)
  switch (operator) {
    case '$gt':
      return (value) => typeof value === 'string' && value > operand
    case '$gte':
      return (value) => typeof value === 'string' && value >= operand
    case '$lt':
      return (value) => typeof value === 'string' && value < operand
    default:
      return (value) => typeof value === 'string' && value <= operand
  }
}

function compileFarTextRange(operator: Comparison, operand: string): ValueTest {
  const isInRange = rangeOf(operator)
  return (value) => typeof value === 'string' && isInRange(compareText(value, operand))
}

function compileRange(operator: Comparison, operand: JsonValue): ValueTest {
  const isInRange = rangeOf(operator)
  const rank = typeRank(operand)
  return (value) => typeRank(value) === rank && isInRange(compareValues(value, operand))
}

function rangeOf(operator: Comparison): (order: number) => boolean {
  switch (operator) {
    case '$gt':
      return (order) => order > 0
    case '$gte':
      return (order) => order >= 0
    case '$lt':
      return (order) => order < 0
    default:
      return (order) => order <= 0
  }
}

function compileMembership(operands: readonly JsonValue[]): ValueTest {
  const scalars = new Set<Cell>(operands.filter((operand) => typeof operand !== 'object'))
  // A missing field is found by null.
  if (operands.includes(null)) scalars.add(null).add(undefined)
  const compounds = operands.filter((operand) => typeof operand === 'object' && operand !== null)
  if (compounds.length === 0) return (value) => scalars.has(value)
  return (value) => scalars.has(value) || compounds.some((operand) => areEqual(value, operand))
}
