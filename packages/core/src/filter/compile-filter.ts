import type { Cell, JsonValue, Row } from '../rows/row.ts'
import { isArray, isObject, type PathStep, readStep, splitPath } from './field-path.ts'
import type { FilterNode } from './tree.ts'
import { type Condition, compileCondition, type ValueTest } from './value-test.ts'

/**
 * Compiles a filter to a function that tells whether a row matches.
 *
 * Compile once and call it for every row. It never throws, keeps nothing between calls, and takes time linear in the
 * size of the row, also for patterns.
 */
export function compileFilter(node: FilterNode): (row: Row) => boolean {
  return compileTree(node, (condition) => {
    const { test, isNegated } = compileCondition(condition)
    const matches = atPath(splitPath(condition.path), test)
    return isNegated ? (row) => !matches(row) : matches
  })
}

/** Compiles a filter whose paths all stand for one value; an array is a value like any other and is not opened. */
export function compileElementFilter(node: FilterNode): (element: JsonValue) => boolean {
  return compileTree(node, (condition) => {
    const { test, isNegated } = compileCondition(condition)
    return isNegated ? (element) => !test(element) : test
  })
}

type Test<Subject> = (subject: Subject) => boolean

function compileTree<Subject>(node: FilterNode, compileLeaf: (condition: Condition) => Test<Subject>): Test<Subject> {
  const compile = (child: FilterNode) => compileTree(child, compileLeaf)
  switch (node.kind) {
    case 'and':
      return allOf(node.nodes.map(compile))
    case 'or':
      return anyOf(node.nodes.map(compile))
    case 'nor':
      return noneOf(anyOf(node.nodes.map(compile)))
    case 'not':
      return noneOf(compile(node.node))
    default:
      return compileLeaf(node)
  }
}

function allOf<Subject>(tests: readonly Test<Subject>[]): Test<Subject> {
  const [first, second, ...rest] = tests
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (rest.length === 0) return (subject) => first(subject) && second(subject)
  return (subject) => {
    for (const test of tests) if (!test(subject)) return false
    return true
  }
}

function anyOf<Subject>(tests: readonly Test<Subject>[]): Test<Subject> {
  const [first, ...rest] = tests
  if (first === undefined) return () => false
  if (rest.length === 0) return first
  return (subject) => {
    for (const test of tests) if (test(subject)) return true
    return false
  }
}

function noneOf<Subject>(test: Test<Subject>): Test<Subject> {
  return (subject) => !test(subject)
}

/** Applies a test where a path leads: most paths are one plain field, which gets by without the walk. */
function atPath(steps: readonly PathStep[], test: ValueTest): Test<Row> {
  const [step] = steps as [PathStep]
  if (steps.length > 1) return (row) => holdsInObject(row, steps, 0, test)
  if (step.isInherited) return (row) => holdsAtEnd(readStep(row, step), test)
  const { name } = step
  return (row) => holdsAtEnd(row[name], test)
}

/** At the end of a path an array holds when the whole of it or any element does. */
function holdsAtEnd(value: Cell, test: ValueTest): boolean {
  if (test(value)) return true
  return typeof value === 'object' && isArray(value) && holdsForElement(value, test)
}

function holdsForElement(array: readonly JsonValue[], test: ValueTest): boolean {
  for (let index = 0; index < array.length; index++) if (test(array[index])) return true
  return false
}

/** Follows the steps from `at` on; a path that leads nowhere ends in a missing value, as if in undefined. */
function holdsAt(value: Cell, steps: readonly PathStep[], at: number, test: ValueTest): boolean {
  if (at === steps.length) return holdsAtEnd(value, test)
  if (isArray(value)) return holdsInArray(value, steps, at, test)
  return isObject(value) ? holdsInObject(value, steps, at, test) : test(undefined)
}

function holdsInObject(object: Row, steps: readonly PathStep[], at: number, test: ValueTest): boolean {
  return holdsAt(readStep(object, steps[at] as PathStep), steps, at + 1, test)
}

/**
 * An index step takes that element; besides, every step is tried on each element that is an object.
 *
 * An element that is no object lacks the field, and so does an array without elements (MongoDB does so from 9.0 on): null
 * finds them. Not so when the index leads to an element: then the path exists.
 */
function holdsInArray(array: readonly JsonValue[], steps: readonly PathStep[], at: number, test: ValueTest): boolean {
  const { index } = steps[at] as PathStep
  const isIndexed = index >= 0 && index < array.length
  if (isIndexed && holdsAt(array[index], steps, at + 1, test)) return true
  let lacksField = array.length === 0
  for (const element of array) {
    if (!isObject(element)) lacksField = true
    else if (holdsInObject(element, steps, at, test)) return true
  }
  return lacksField && !isIndexed && test(undefined)
}
