import { types } from 'node:util'

const maxLength = 120
const maxDepth = 6

/** Writes a value as one line of JavaScript, cut when it is long; what can't be seen is escaped. */
export function codeText(value: unknown): string {
  const text = write(value, 0)
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}

function write(value: unknown, depth: number): string {
  // Values that contain themselves are among those that are shown.
  if (depth > maxDepth) return '…'
  if (typeof value === 'string') return textLiteral(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return '() => 1'
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
  if (types.isRegExp(value)) return String(value)
  if (types.isDate(value)) return `new Date(${Number.isNaN(value.getTime()) ? 'NaN' : textLiteral(dateText(value))})`
  if (types.isMap(value)) return 'new Map()'
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(', ')}]`
  const entries = Reflect.ownKeys(value).map(
    (key) => `${keyText(key)}: ${write((value as Record<string | symbol, unknown>)[key], depth + 1)}`,
  )
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

function keyText(key: string | symbol): string {
  if (typeof key === 'symbol') return `[Symbol(${textLiteral(key.description ?? '')})]`
  if (key === '__proto__') return "['__proto__']"
  return /^([A-Za-z_$][\w$]*|0|[1-9]\d*)$/.test(key) ? key : textLiteral(key)
}

function textLiteral(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped.replace(/[\p{M}\p{Z}\p{C}]/gu, (one) => (one === ' ' ? one : escapeOf(one)))}'`
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function dateText(date: Date): string {
  return date.toISOString().replace(/T00:00:00\.000Z$/, '')
}
