import { types } from 'node:util'
import { invalidArgument } from '../errors/storage-error.ts'
import { toJsonValue } from '../rows/json-value.ts'
import type { JsonValue } from '../rows/row.ts'
import { isArray, isObject, quote } from './field-path.ts'

const extendedJson = new Set([
  '$oid',
  '$date',
  '$numberLong',
  '$numberInt',
  '$numberDouble',
  '$numberDecimal',
  '$binary',
  '$uuid',
  '$timestamp',
  '$regularExpression',
])

/**
 * Checks and lowers a value of a filter or update, and takes a copy of it, so that what was checked stays what is used.
 *
 * @param place - how messages name the value, for example `filter: "a.b"`
 */
export function parseValue(value: unknown, place: string): JsonValue {
  if (types.isRegExp(value)) {
    throw invalidArgument(
      `${place} is a RegExp: only a field itself or $regex takes one, as in {"a": {"$regex": "^b"}}`,
    )
  }
  const lowered = toJsonValue(value, place)
  refuseOperators(lowered, place)
  return typeof lowered === 'object' && lowered !== null ? structuredClone(lowered) : lowered
}

/** A plain object as the caller wrote it. */
export type InputObject = Readonly<Record<string, unknown>>

/** Tells whether a value is a plain object, as opposed to an array, a Date or another class's instance. */
export function isPlainObject(value: unknown): value is InputObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // The second look accepts objects of another realm: their Object.prototype is not ours, but also the end of the chain.
  return prototype === null || prototype === Object.prototype || isForeignObjectPrototype(prototype)
}

/** Gives the entries of a plain object; fails on anything else. */
export function entriesOf(value: unknown, place: string, example: string): [key: string, value: unknown][] {
  if (!isPlainObject(value)) throw invalidArgument(`${place} must be a plain object, as in ${example}`)
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw invalidArgument(`${place} has a symbol as a key: use text keys only`)
  }
  return Object.entries(value)
}

function isForeignObjectPrototype(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype as object, 'isPrototypeOf')
  )
}

/** A `$` key inside a value is a misplaced operator far more often than data, and no stored data would equal it. */
function refuseOperators(value: JsonValue, place: string): void {
  if (isArray(value)) {
    for (const item of value) refuseOperators(item, place)
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key.startsWith('$')) throw operatorInValue(key, place)
      refuseOperators(item, place)
    }
  }
}

function operatorInValue(key: string, place: string): Error {
  const remedy =
    extendedJsonAdvice(key) ??
    'operators go directly below a field, and nested fields are written as dotted paths, as in {"a.b": {"$gt": 5}}'
  return invalidArgument(`${place} has the key ${quote(key)} inside a value: ${remedy}`, { operator: key })
}

/** Says what to write instead of extended JSON; undefined for keys that are none of it. */
export function extendedJsonAdvice(key: string): string | undefined {
  return extendedJson.has(key) ? 'extended JSON is not understood; write the plain text or number' : undefined
}
