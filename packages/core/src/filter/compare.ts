import type { Cell, JsonValue } from '../rows/row.ts'
import { isArray, isObject, type JsonObject } from './field-path.ts'

/**
 * Compares two values in the total order of sorts: null and missing, numbers, text, objects, arrays, booleans.
 *
 * Text is ordered by code points. Objects are compared entry by entry in key order, so `{x: 1, y: 2}` and
 * `{y: 2, x: 1}` differ; arrays element by element, then by length.
 *
 * @returns a negative number, 0 or a positive number
 */
export function compareValues(left: Cell, right: Cell): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  const rank = typeRank(left)
  if (rank !== typeRank(right)) return rank - typeRank(right)
  if (isArray(left) && isArray(right)) return compareArrays(left, right)
  if (isObject(left) && isObject(right)) return compareObjects(left, right)
  return typeof left === 'boolean' ? Number(left) - Number(right) : 0
}

/** Tells whether two values are equal: same type, same content, and for objects the same keys in the same order. */
export function areEqual(left: Cell, right: Cell): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  return typeRank(left) === typeRank(right) && compareValues(left, right) === 0
}

/**
 * Compares two texts by code points, which is also the order of their UTF-8 bytes.
 *
 * @returns a negative number, 0 or a positive number
 */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a !== b) return a < 0xd800 || b < 0xd800 ? a - b : codePointRank(a) - codePointRank(b)
  }
  return left.length - right.length
}

/** The place of a type in the order of all values. */
export function typeRank(value: Cell): number {
  switch (typeof value) {
    case 'number':
      return 1
    case 'string':
      return 2
    case 'boolean':
      return 5
    case 'object':
      if (value === null) return 0
      return isArray(value) ? 4 : 3
    default:
      return 0
  }
}

/** Halves of surrogate pairs stand for code points above all others, though their units lie below U+E000. */
function codePointRank(unit: number): number {
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

function compareArrays(left: readonly JsonValue[], right: readonly JsonValue[]): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const order = compareValues(left[at], right[at])
    if (order !== 0) return order
  }
  return left.length - right.length
}

function compareObjects(left: JsonObject, right: JsonObject): number {
  const leftKeys = Object.keys(left)
  const rightKeys = Object.keys(right)
  const length = Math.min(leftKeys.length, rightKeys.length)
  for (let at = 0; at < length; at++) {
    const order = compareEntries(left, leftKeys[at] as string, right, rightKeys[at] as string)
    if (order !== 0) return order
  }
  return leftKeys.length - rightKeys.length
}

/** Type of the value first, then key, then value, as MongoDB does. */
function compareEntries(left: JsonObject, leftKey: string, right: JsonObject, rightKey: string): number {
  const a = left[leftKey]
  const b = right[rightKey]
  const order = typeRank(a) - typeRank(b)
  if (order !== 0) return order
  return compareText(leftKey, rightKey) || compareValues(a, b)
}
