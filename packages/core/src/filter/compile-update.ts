import { invalidArgument } from '../errors/storage-error.ts'
import type { Cell, JsonValue, Row } from '../rows/row.ts'
import { areEqual } from './compare.ts'
import { compileElementFilter, compileFilter } from './compile-filter.ts'
import { isArray, isObject, type JsonObject, type PathStep, quote, readStep, setOwn, splitPath } from './field-path.ts'
import type { PullCondition, UpdateChange, UpdateTree } from './tree.ts'

/** A row after an update. */
export interface UpdatedRow {
  /** The new row; the old one itself when nothing changed. */
  readonly row: Row
  /** Whether the content changed: setting what is there, adding 0 and removing nothing don't count. */
  readonly isModified: boolean
}

/**
 * Compiles an update to a function that gives the new row and leaves the old one as it is.
 *
 * The function throws `invalid-argument` when a change doesn't fit the row: a path through a value that has no fields,
 * `$inc` of what is no number, `$push` or `$pull` on what is no array, or another `_id`.
 */
export function compileUpdate(tree: UpdateTree): (row: Row) => UpdatedRow {
  const applyAll = compileChanges(tree)
  return (row) => {
    const changed = applyAll(row)
    refuseNewId(row, changed)
    return { row: changed, isModified: changed !== row }
  }
}

/** Compiles the changes alone, for rows whose `_id` may still be set. */
export function compileChanges(tree: UpdateTree): (row: Row) => Row {
  const edits = tree.map(compileEdit)
  return (row) => edits.reduce((changed, edit) => editObject(changed, edit, 0), row)
}

/** Fails when a row that has an `_id` got another one. */
export function refuseNewId(before: Row, after: Row): void {
  const id = before['_id']
  if (id === undefined || areEqual(id, after['_id'])) return
  throw invalidArgument('update: the _id of a row cannot change: leave it out of the update', { path: '_id' })
}

interface Edit {
  readonly change: UpdateChange
  readonly steps: readonly PathStep[]
  /** Gives the new value, undefined to remove it, and the very same value when nothing changes. */
  readonly apply: (value: Cell) => Cell
  /** Whether a path that isn't there is made; else the edit does nothing then. */
  readonly makesPath: boolean
}

// Setting an element far beyond the end would fill the gap with nulls, in every row.
const maxPadding = 10_000

function compileEdit(change: UpdateChange): Edit {
  const makesPath = change.operator !== '$unset' && change.operator !== '$pull'
  return { change, steps: splitPath(change.path), apply: compileChange(change), makesPath }
}

function compileChange(change: UpdateChange): Edit['apply'] {
  switch (change.operator) {
    case '$set':
      return (value) => (areEqual(value, change.value) ? value : change.value)
    case '$unset':
      return () => undefined
    case '$inc':
      return (value) => add(value, change)
    case '$push':
      return (value) => {
        if (value === undefined) return [change.value]
        if (isArray(value)) return [...value, change.value]
        throw misfit(change, value, 'an array')
      }
    case '$pull': {
      const isPulled = compilePull(change.matches)
      return (value) => {
        if (value === undefined) return undefined
        if (isArray(value)) return without(value, isPulled)
        throw misfit(change, value, 'an array')
      }
    }
  }
}

function add(value: Cell, change: Extract<UpdateChange, { readonly operator: '$inc' }>): number {
  if (value === undefined) return change.value
  if (typeof value !== 'number') throw misfit(change, value, 'a number')
  const sum = value + change.value
  const isRounded = Number.isInteger(value) && Number.isInteger(change.value) && !Number.isSafeInteger(sum)
  if (sum === value || (Number.isFinite(sum) && !isRounded)) return sum
  throw invalidArgument(
    `update: $inc ${quote(change.path)} gives a number beyond what can be held exactly (${value} + ${change.value})`,
    { path: change.path },
  )
}

function compilePull(matches: PullCondition): (element: JsonValue) => boolean {
  switch (matches.kind) {
    case 'equal':
      return (element) => areEqual(element, matches.value)
    case 'element':
      return compileElementFilter(matches.filter)
    case 'object': {
      const holds = compileFilter(matches.filter)
      return (element) => isObject(element) && holds(element)
    }
  }
}

function without(array: readonly JsonValue[], isPulled: (element: JsonValue) => boolean): readonly JsonValue[] {
  const rest = array.filter((element) => !isPulled(element))
  return rest.length === array.length ? array : rest
}

/** Applies an edit below a value; every function here gives the value itself back when nothing changes. */
function editAt(value: Cell, edit: Edit, at: number): Cell {
  if (at === edit.steps.length) return edit.apply(value)
  if (isObject(value)) return editObject(value, edit, at)
  if (isArray(value)) return editArray(value, edit, at)
  if (!edit.makesPath) return value
  if (value === undefined) return editObject({}, edit, at)
  throw blocked(edit, at, value === null ? 'null' : `a ${typeof value}`)
}

function editObject(object: JsonObject, edit: Edit, at: number): JsonObject {
  const step = edit.steps[at] as PathStep
  const value = readStep(object, step)
  const changed = editAt(value, edit, at + 1)
  if (changed === value) return object
  const copy: Record<string, JsonValue> = { ...object }
  if (changed === undefined) delete copy[step.name]
  else setOwn(copy, step.name, changed)
  return copy
}

function editArray(array: readonly JsonValue[], edit: Edit, at: number): readonly JsonValue[] {
  const { index } = edit.steps[at] as PathStep
  if (!edit.makesPath && (index < 0 || index >= array.length)) return array
  if (index < 0) throw blocked(edit, at, 'an array, whose elements have numbers')
  if (index - array.length > maxPadding) throw blocked(edit, at, `an array that ends more than ${maxPadding} before it`)
  const value = array[index]
  // An element can't go missing: what is removed leaves null behind.
  const changed = editAt(value, edit, at + 1) ?? null
  if (changed === value) return array
  const copy = [...array]
  while (copy.length < index) copy.push(null)
  copy[index] = changed
  return copy
}

function blocked({ change, steps }: Edit, at: number, what: string): Error {
  const parent = steps
    .slice(0, at)
    .map(({ name }) => name)
    .join('.')
  return invalidArgument(
    `update: ${change.operator} ${quote(change.path)} does not fit a row: ${quote(parent)} is ${what}`,
    { path: change.path },
  )
}

function misfit(change: UpdateChange, value: JsonValue, wanted: string): Error {
  const found = value === null ? 'null' : isArray(value) ? 'an array' : `a ${typeof value}`
  return invalidArgument(
    `update: ${change.operator} ${quote(change.path)} needs ${wanted} and found ${found} in a row`,
    { path: change.path },
  )
}
