import { invalidArgument } from '../errors/storage-error.ts'
import type { Cell, Row } from '../rows/row.ts'
import { compareText, compareValues } from './compare.ts'
import { isArray, isObject, type PathStep, quote, readStep, splitPath } from './field-path.ts'
import type { SortKey } from './tree.ts'

/**
 * Compiles a sort to a comparison of rows, negative when the first row comes first.
 *
 * A missing field sorts as null. An array sorts by its smallest element when ascending and its largest when descending,
 * and below null when it is empty. Rows that are equal in every key compare as 0: use a stable sort, or add a unique
 * field as the last key.
 *
 * The comparison throws `invalid-argument` when two keys lead into the same array: it is open from which element each
 * of them would come.
 */
export function compileSort(keys: readonly SortKey[]): (left: Row, right: Row) => number {
  const [first, ...rest] = keys.map(compileKey)
  if (first === undefined) return () => 0
  if (rest.length === 0) return first
  const compareKeys = (left: Row, right: Row) => {
    let order = first(left, right)
    for (let index = 0; order === 0 && index < rest.length; index++) {
      order = (rest[index] as typeof first)(left, right)
    }
    return order
  }
  const prefixes = commonPrefixes(keys)
  if (prefixes.length === 0) return compareKeys
  return (left, right) => {
    refuseSharedArrays(left, prefixes)
    refuseSharedArrays(right, prefixes)
    return compareKeys(left, right)
  }
}

type Direction = SortKey['direction']

/** Stands for an empty array, which comes before everything. */
const nothing = Symbol('empty array')
type Candidate = Cell | typeof nothing

function compileKey({ path, direction }: SortKey): (left: Row, right: Row) => number {
  const steps = splitPath(path)
  const [step] = steps as [PathStep]
  const candidateOf = (row: Row, value: Cell): Candidate =>
    steps.length === 1 && !isArray(value) ? value : pick(row, steps, direction)
  return (left, right) => {
    const a = readStep(left, step)
    const b = readStep(right, step)
    if (steps.length === 1) {
      if (typeof a === 'number' && typeof b === 'number') return direction * (a - b)
      if (typeof a === 'string' && typeof b === 'string') return direction * compareText(a, b)
    }
    return direction * compareCandidates(candidateOf(left, a), candidateOf(right, b))
  }
}

function compareCandidates(left: Candidate, right: Candidate): number {
  if (typeof left !== 'symbol' && typeof right !== 'symbol') return compareValues(left, right)
  return Number(right === nothing) - Number(left === nothing)
}

/** Gives the value a row sorts by: the smallest of all a path leads to when ascending, the largest when descending. */
function pick(row: Row, steps: readonly PathStep[], direction: Direction): Candidate {
  let best: Candidate
  let isFirst = true
  visit(row, steps, 0, (candidate) => {
    if (isFirst || direction * compareCandidates(candidate, best) < 0) best = candidate
    isFirst = false
  })
  return best
}

function visit(value: Cell, steps: readonly PathStep[], at: number, take: (candidate: Candidate) => void): void {
  const step = steps[at]
  if (step === undefined) visitEnd(value, take)
  else if (isObject(value)) visit(readStep(value, step), steps, at + 1, take)
  else if (!isArray(value)) take(undefined)
  else if (step.index >= 0 && step.index < value.length) visit(value[step.index], steps, at + 1, take)
  else if (value.length === 0) take(undefined)
  else
    for (const item of value) visit(isObject(item) ? item : undefined, steps, isObject(item) ? at : steps.length, take)
}

function visitEnd(value: Cell, take: (candidate: Candidate) => void): void {
  if (!isArray(value)) take(value)
  else if (value.length === 0) take(nothing)
  else for (const item of value) take(item)
}

interface Prefix {
  readonly steps: readonly PathStep[]
  readonly paths: readonly [string, string]
}

/** Finds pairs of keys that begin with the same fields. */
function commonPrefixes(keys: readonly SortKey[]): Prefix[] {
  return keys.flatMap(({ path }, index) =>
    keys.slice(index + 1).flatMap((other) => {
      const steps = splitPath(path)
      const otherSteps = splitPath(other.path)
      let length = 0
      while (length < steps.length && steps[length]?.name === otherSteps[length]?.name) length += 1
      return length === 0 ? [] : [{ steps: steps.slice(0, length), paths: [path, other.path] as const }]
    }),
  )
}

function refuseSharedArrays(row: Row, prefixes: readonly Prefix[]): void {
  for (const { steps, paths } of prefixes) {
    let value: Cell = row
    for (const step of steps) {
      value = isObject(value) ? readStep(value, step) : undefined
      if (isArray(value)) throw sharedArray(paths)
    }
  }
}

function sharedArray([first, second]: readonly [string, string]): Error {
  return invalidArgument(
    `sort: ${quote(first)} and ${quote(second)} lead into the same array, and may take their values from different ` +
      'elements: sort by one of them',
    { paths: [first, second] },
  )
}
