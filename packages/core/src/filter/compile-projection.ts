import type { JsonValue, Row } from '../rows/row.ts'
import { isArray, isObject, type JsonObject, setOwn } from './field-path.ts'
import type { Projection } from './tree.ts'

/**
 * Compiles a projection to a function that gives a row with the fields that are wanted.
 *
 * Fields keep the order of the row and missing ones don't appear. Inside arrays, nested ones too, a dotted path applies
 * to each object: keeping removes elements that are no objects, leaving out lets them be. A number in a path is a key,
 * never an index. The row itself stays as it is; what the result keeps whole it shares with it.
 */
export function compileProjection(projection: Projection): (row: Row) => Row {
  const tree = treeOf(projection.paths)
  return projection.kind === 'include' ? (row) => include(row, tree) : (row) => exclude(row, tree)
}

/** The paths of a projection by their steps; a path ends at undefined. */
type PathTree = ReadonlyMap<string, PathTree | undefined>
type OpenTree = Map<string, OpenTree | undefined>

function treeOf(paths: readonly string[]): PathTree {
  const root: OpenTree = new Map()
  for (const path of paths) {
    const steps = path.split('.')
    const last = steps.pop() as string
    let branch = root
    for (const step of steps) {
      const next: OpenTree = branch.get(step) ?? new Map()
      branch.set(step, next)
      branch = next
    }
    branch.set(last, undefined)
  }
  return root
}

function include(object: JsonObject, tree: PathTree): JsonObject {
  const kept: Record<string, JsonValue> = {}
  for (const key of Object.keys(object)) {
    if (!tree.has(key)) continue
    const branch = tree.get(key)
    const value = object[key] as JsonValue
    const inner = branch === undefined ? value : includeInside(value, branch)
    if (inner !== undefined) setOwn(kept, key, inner)
  }
  return kept
}

function includeInside(value: JsonValue, tree: PathTree): JsonValue | undefined {
  if (isObject(value)) return include(value, tree)
  if (!isArray(value)) return undefined
  return value.map((item) => includeInside(item, tree)).filter((item) => item !== undefined)
}

function exclude(object: JsonObject, tree: PathTree): JsonObject {
  const kept: Record<string, JsonValue> = {}
  for (const key of Object.keys(object)) {
    const value = object[key] as JsonValue
    if (!tree.has(key)) setOwn(kept, key, value)
    else {
      const branch = tree.get(key)
      if (branch !== undefined) setOwn(kept, key, excludeInside(value, branch))
    }
  }
  return kept
}

function excludeInside(value: JsonValue, tree: PathTree): JsonValue {
  if (isObject(value)) return exclude(value, tree)
  return isArray(value) ? value.map((item) => excludeInside(item, tree)) : value
}
