import { types } from 'node:util'
import { invalidArgument } from '@stowage/core/driver'

/** What is known of an object of the package `bson`, of any version: its mark, and what its class has. */
interface BsonObject {
  readonly _bsontype?: unknown
  readonly sub_type?: unknown
  readonly buffer?: unknown
  toHexString?(): unknown
  toNumber?(): unknown
  valueOf(): unknown
}

/**
 * Replaces what the package `bson` makes of ids, UUIDs and numbers by plain text and numbers, at any depth. All else stays as it is, also what
 * JSON can't hold: core refuses that.
 *
 * `JSON.stringify` alone would write a Long as an object of its halves, and others as nothing at all.
 *
 * @throws StorageError `invalid-argument` for a type without an exact JSON equal
 */
export function lowerBson(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || types.isDate(value) || types.isRegExp(value)) return value
  // Deeper values, and those that contain themselves, are refused with words by core.
  if (depth > 300) return value
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => lowerBson(item, depth + 1))
  // By prototype, not by the mark alone: that may be an ordinary key of a row.
  if (!isPlain(value)) return lowerInstance(value)
  const lowered: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const inner = lowerBson(item, depth + 1)
    if (key === '__proto__') Object.defineProperty(lowered, key, { value: inner, enumerable: true })
    else lowered[key] = inner
  }
  return lowered
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function lowerInstance(value: BsonObject): unknown {
  const mark = value._bsontype
  if (typeof mark !== 'string') return value
  const lowered = exactEqual(mark, value)
  if (lowered !== undefined) return lowered
  throw invalidArgument(`a value of BSON type ${mark} has no exact JSON equal: write text or a number`)
}

function exactEqual(mark: string, value: BsonObject): string | number | undefined {
  switch (mark) {
    case 'ObjectId':
    case 'ObjectID':
      return textOf(value.toHexString?.(), /^[0-9a-f]{24}$/)
    case 'Long':
      return numberOf(value.toNumber?.(), Number.isSafeInteger)
    case 'Int32':
    case 'Double':
      return numberOf(value.valueOf(), Number.isFinite)
    case 'UUID':
    case 'Binary':
      return value.sub_type === 4 ? uuidOf(value.buffer) : undefined
    default:
      return undefined
  }
}

/** The hyphenated text of 16 bytes; the parsers of ids accept other lengths. */
function uuidOf(bytes: unknown): string | undefined {
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== 16) return undefined
  const hex = Buffer.from(bytes).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function textOf(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}

function numberOf(value: unknown, isExact: (value: unknown) => boolean): number | undefined {
  return isExact(value) ? (value as number) : undefined
}
