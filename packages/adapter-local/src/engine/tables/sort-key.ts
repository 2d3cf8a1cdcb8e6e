import type { JsonValue, Row } from '@stowage/core'
import type { Cell, SortKey } from '@stowage/core/driver'

const arrayIndex = /^(0|[1-9]\d{0,8})$/
const end = 0x00
const escape = 0xff
const textEnd = 0x01
// Ranks leave room below for the end of a list, so that a shorter list comes first.
const ranks = { null: 0x10, number: 0x20, string: 0x30, object: 0x40, array: 0x50, boolean: 0x60 } as const

/** The key of an empty array at the end of a path: it comes before everything. */
const emptyArray = Uint8Array.of(end)

/**
 * Makes a function that gives the bytes a row sorts by: compared as bytes they are in the order of core's sort.
 *
 * So SQLite can sort by a path of any shape, and continue behind any row.
 */
export function sortKeyEncoder({ path, direction }: SortKey): (row: Row) => Uint8Array {
  const steps = path.split('.')
  return (row) => {
    let best: Uint8Array | undefined
    visit(row, steps, 0, (candidate) => {
      if (best === undefined || direction * Buffer.compare(candidate, best) < 0) best = candidate
    })
    return best ?? encodeValue(undefined)
  }
}

type Take = (candidate: Uint8Array) => void

function visit(value: Cell, steps: readonly string[], at: number, take: Take): void {
  const step = steps[at]
  if (step === undefined) visitEnd(value, take)
  else if (Array.isArray(value)) visitArray(value as readonly JsonValue[], steps, at, take)
  else visit(readField(value, step), steps, at + 1, take)
}

function visitArray(array: readonly JsonValue[], steps: readonly string[], at: number, take: Take): void {
  const step = steps[at] as string
  const index = arrayIndex.test(step) ? Number(step) : -1
  if (index >= 0 && index < array.length) visit(array[index], steps, at + 1, take)
  else if (array.length === 0) take(encodeValue(undefined))
  else {
    for (const item of array) {
      if (isObject(item)) visit(item, steps, at, take)
      else take(encodeValue(undefined))
    }
  }
}

function visitEnd(value: Cell, take: Take): void {
  if (!Array.isArray(value)) take(encodeValue(value))
  else if (value.length === 0) take(emptyArray)
  else for (const item of value as readonly JsonValue[]) take(encodeValue(item))
}

function readField(value: Cell, name: string): Cell {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function isObject(value: Cell): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Gives the bytes of a value, in the order of {@link compareValues}. */
export function encodeValue(value: Cell): Uint8Array {
  const parts: Uint8Array[] = []
  writeValue(parts, value)
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
}

function writeValue(parts: Uint8Array[], value: Cell): void {
  parts.push(Uint8Array.of(rankOf(value)))
  writeContent(parts, value)
}

function writeContent(parts: Uint8Array[], value: Cell): void {
  if (value === null || value === undefined) return
  if (typeof value === 'number') parts.push(numberBytes(value))
  else if (typeof value === 'string') parts.push(textBytes(value))
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? 1 : 0))
  else {
    if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) writeValue(parts, item)
    else writeEntries(parts, value as { readonly [key: string]: JsonValue })
    parts.push(Uint8Array.of(end))
  }
}

// An entry is compared by the type of its value, then by its key, then by the value.
function writeEntries(parts: Uint8Array[], object: { readonly [key: string]: JsonValue }): void {
  for (const key of Object.keys(object)) {
    parts.push(Uint8Array.of(rankOf(object[key])), textBytes(key))
    writeContent(parts, object[key])
  }
}

function rankOf(value: Cell): number {
  if (value === null || value === undefined) return ranks.null
  if (Array.isArray(value)) return ranks.array
  return ranks[typeof value as 'number' | 'string' | 'object' | 'boolean']
}

/** Big-endian with the sign turned over: negative numbers come first, the largest of them last. */
function numberBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  // Adding 0 turns -0 into 0: they are equal.
  bytes.writeDoubleBE(value + 0)
  const isNegative = (bytes[0] as number) >= 0x80
  if (!isNegative) bytes[0] = (bytes[0] as number) | 0x80
  else for (let index = 0; index < 8; index++) bytes[index] = ~(bytes[index] as number)
  return bytes
}

/** UTF-8, whose order is that of code points; a NUL inside is marked so that the end still comes first. */
function textBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  if (!bytes.includes(end)) return Buffer.concat([bytes, Uint8Array.of(end, textEnd)])
  const escaped: number[] = []
  for (const byte of bytes) escaped.push(...(byte === end ? [end, escape] : [byte]))
  return Uint8Array.from([...escaped, end, textEnd])
}
