import { types } from 'node:util'
import type { SourceText } from './source-text.ts'
import { textError } from './text-error.ts'

/**
 * Replaces what the shell's parser makes of `ObjectId(…)`, `UUID(…)` and its numbers by plain text and numbers. Dates and patterns
 * stay: core reads them. Anything else than data is refused.
 */
export function lowerBson(source: SourceText, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || types.isDate(value) || types.isRegExp(value)) return value
  if (Array.isArray(value)) return value.map((item: unknown) => lowerBson(source, item))
  // By prototype, not by `_bsontype`: that is an ordinary key of the text's own objects.
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lowerBson(source, item)]))
  }
  return lowerInstance(source, value)
}

// The parser loads its copy of bson as CommonJS and we would get another: its classes are known by their mark only.
interface BsonInstance {
  readonly _bsontype?: unknown
  readonly sub_type?: unknown
  toHexString?(): string
  toUUID?(): { toHexString(): string }
  toNumber?(): number
  valueOf(): unknown
}

function lowerInstance(source: SourceText, value: BsonInstance): unknown {
  const mark = value._bsontype
  const lowered = mark === 'Int32' ? value.valueOf() : mark === 'Long' ? value.toNumber?.() : idText(value)
  if (typeof lowered === 'string' || Number.isSafeInteger(lowered)) return lowered
  const type = typeof mark === 'string' ? mark : 'unknown'
  throw textError(source, 0, `a value of type ${type} has no exact JSON equal: write text or a number`)
}

function idText(value: BsonInstance): string | undefined {
  if (value._bsontype === 'ObjectId') return value.toHexString?.()
  return value._bsontype === 'Binary' && value.sub_type === 4 ? value.toUUID?.().toHexString() : undefined
}
