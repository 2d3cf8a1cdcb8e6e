import { invalidArgument } from '../errors/storage-error.ts'
import type { Cell, JsonValue } from '../rows/row.ts'

/** One step of a dotted path. */
export interface PathStep {
  /** The key it takes from an object. */
  readonly name: string
  /** The element it takes from an array; -1 when the name is no index. */
  readonly index: number
  /** Whether plain objects inherit something of that name, so that only a look at own keys is safe. */
  readonly isInherited: boolean
}

const maxSteps = 100
// Through arrays an index step has two readings, so a path of n of them can cost 2^n looks at nested data.
const maxIndexSteps = 10
const arrayIndex = /^(0|[1-9]\d{0,8})$/

/** Cuts a dotted path into its steps. */
export function splitPath(path: string): readonly PathStep[] {
  return path.split('.').map((name) => ({
    name,
    index: arrayIndex.test(name) ? Number(name) : -1,
    isInherited: name in Object.prototype,
  }))
}

/**
 * Checks a path of a filter, sort, projection or update.
 *
 * @param place - how messages name what holds the path, for example `filter`
 * @throws {@link StorageError} `invalid-argument`
 */
export function checkPath(path: string, place: string): void {
  const fail = (problem: string) => invalidArgument(`${place}: the path ${quote(path)} ${problem}`, { path })
  const steps = path.split('.')
  if (steps.length > 1 && steps.includes('')) {
    throw fail('has an empty part: remove the extra dot (a key that itself contains a dot cannot be addressed)')
  }
  if (steps.some((step) => step.startsWith('$'))) {
    throw fail('has a part that starts with $: put operators inside the value, as in {"a": {"$gt": 5}}')
  }
  if (steps.length > maxSteps) throw fail(`has more than ${maxSteps} parts`)
  if (steps.filter((step) => arrayIndex.test(step)).length > maxIndexSteps) {
    throw fail(`has more than ${maxIndexSteps} parts that are array indexes`)
  }
}

/** Tells whether one of two paths is the other or leads to it. */
export function pathsOverlap(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`)
}

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue }

/** Tells whether a value is an object, and neither null nor an array. */
export function isObject(value: Cell): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tells whether a value is an array. */
export function isArray(value: Cell): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Takes a step into an object: only its own keys count. */
export function readStep(object: JsonObject, step: PathStep): Cell {
  return step.isInherited && !Object.hasOwn(object, step.name) ? undefined : object[step.name]
}

/** Sets a key of an object being built, also where assignment would change the prototype. */
export function setOwn(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Names a key, path or operator in a message, cut to a readable length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)
}
