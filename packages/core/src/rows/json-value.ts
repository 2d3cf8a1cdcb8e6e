import { types } from 'node:util'
import { invalidArgument, type StorageError } from '../errors/storage-error.ts'
import type { JsonValue } from './row.ts'

/** How deep objects and arrays may be nested in one value. */
export const maxValueDepth = 200

/**
 * Checks that a value is one JSON can hold, and gives it with every `Date` replaced by its ISO 8601 text.
 *
 * Nothing is dropped or rounded on the way: what JSON would lose silently (undefined, NaN, a hole in an array, a Map)
 * fails. -0 becomes 0, its JSON equal. When nothing had to be replaced the result is the argument itself; otherwise
 * only what holds a replaced value is copied, and the argument is never changed.
 *
 * @param value - anything
 * @param place - how messages name the value, for example `rows[3].price`; what is wrong inside it is named by the path
 * on from there
 * @throws {@link StorageError} `invalid-argument`, with the full path in `details.place`
 */
export function toJsonValue(value: unknown, place: string): JsonValue {
  return isReadyScalar(value) ? value : lower(value, place, [])
}

/** Tells whether a value is a scalar that {@link toJsonValue} gives back unchanged; cheap enough for every cell of a table. */
export function isReadyScalar(value: unknown): value is string | number | boolean | null {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value)
    case 'number':
      // Infinity - Infinity and NaN - NaN are NaN, which equals nothing; -0 has to be replaced.
      return value - value === 0 && !Object.is(value, -0)
    case 'boolean':
      return true
    default:
      return value === null
  }
}

/** Tells whether a text has no lone half of a surrogate pair, so that UTF-8 can hold it. */
export function isWellFormed(text: string): boolean {
  // Node has the method; the type library of ES2023 does not.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

type Path = (string | number)[]

/** Lowers what is not a ready scalar. The path is one stack for the whole value, read only when something is wrong. */
function lower(value: unknown, place: string, path: Path): JsonValue {
  if (typeof value === 'number' && Object.is(value, -0)) return 0
  if (typeof value !== 'object' || value === null) throw problem(place, path, scalarProblem(value))
  if (types.isDate(value)) return instantText(value, place, path)
  if (path.length >= maxValueDepth) {
    throw problem(place, [], `is nested deeper than ${maxValueDepth} levels, or contains itself: flatten it`)
  }
  return Array.isArray(value) ? lowerArray(value, place, path) : lowerObject(value, place, path)
}

function lowerArray(array: readonly unknown[], place: string, path: Path): JsonValue {
  let copy: JsonValue[] | undefined
  for (let index = 0; index < array.length; index++) {
    const item = array[index]
    if (isReadyScalar(item)) continue
    path.push(index)
    const lowered = lower(item, place, path)
    path.pop()
    if (!Object.is(lowered, item)) (copy ??= [...array] as JsonValue[])[index] = lowered
  }
  return copy ?? (array as readonly JsonValue[])
}

function lowerObject(object: object, place: string, path: Path): JsonValue {
  if (!isPlainObject(object))
    throw problem(place, path, `is a ${className(object)}: write it as a plain object, array or text`)
  if (Object.getOwnPropertySymbols(object).length > 0) {
    throw problem(place, path, 'has a symbol as a key: use text keys only')
  }
  const source = object as Readonly<Record<string, unknown>>
  let copy: Record<string, JsonValue> | undefined
  for (const key of Object.keys(source)) {
    checkKey(key, place, path)
    const item = source[key]
    if (isReadyScalar(item)) continue
    path.push(key)
    const lowered = lower(item, place, path)
    path.pop()
    if (!Object.is(lowered, item)) (copy ??= { ...source } as Record<string, JsonValue>)[key] = lowered
  }
  return copy ?? (source as { readonly [key: string]: JsonValue })
}

function checkKey(key: string, place: string, path: Path): void {
  // As an own key it is data here and a prototype in whatever copies it by assignment.
  if (key === '__proto__') throw problem(place, path, 'has a key __proto__: rename it')
  if (!isWellFormed(key)) throw problem(place, path, 'has a key with half a surrogate pair: use well-formed text')
}

/** Tells whether a value is an object made by a literal, JSON or `Object.create(null)`: no array, no class's. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  // A plain object of another realm, as a vm context or a worker's test runner makes them.
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  )
}

function instantText(date: Date, place: string, path: Path): string {
  const time = date.getTime()
  if (Number.isNaN(time)) throw problem(place, path, 'is an invalid Date: write a valid one, or null')
  const text = new Date(time).toISOString()
  // Years beyond 9999 get a sign and six digits, which RFC 3339 and the backends do not know.
  if (text.length !== 24)
    throw problem(place, path, `is a Date outside the years 0000 to 9999 (${text}): write it as text`)
  return text
}

function scalarProblem(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'is undefined: leave it out, or write null'
    case 'number':
      return `is ${value}, which JSON cannot hold: write null or text`
    case 'bigint':
      return `is a bigint: write text, or Number(${String(value).slice(0, 20)}) when that is exact`
    case 'string':
      return 'holds half a surrogate pair, which UTF-8 cannot hold: repair the text, for example with toWellFormed()'
    default:
      return `is a ${typeof value}: only text, numbers, booleans, null, Date, plain objects and arrays can be stored`
  }
}

function className(object: object): string {
  const maker: unknown = (object as { constructor?: unknown }).constructor
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'class instance'
}

function problem(place: string, path: Path, text: string): StorageError {
  const full = path.reduce<string>(
    (before, step) => (typeof step === 'number' ? `${before}[${step}]` : `${before}.${step}`),
    place,
  )
  return invalidArgument(`${full} ${text}`, { place: full })
}
