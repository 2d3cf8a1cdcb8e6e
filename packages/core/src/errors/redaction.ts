import { isSecretName, mask, maskPatterns } from './secret-patterns.ts'

/** Gives a copy of a value without its secrets; see {@link redact}. */
export type Redactor = <Value>(value: Value) => Value

// A shorter text stands in too many harmless places: masking it would make messages unreadable and say what it is.
const shortestSecret = 4
const deepestLevel = 32

const registered = new Map<string, number>()
let registeredPattern: RegExp | undefined

/**
 * Gives a copy of a value with its secrets masked; the value itself stays as it is.
 *
 * Masked are registered secrets wherever they appear ({@link registerSecret}), credentials in URLs and headers, tokens of
 * known forms, and everything under names such as `password` or `accessToken`. Objects of classes come back as plain
 * objects, failures as their name and message, cycles as `[circular]`.
 *
 * @param value - text, or anything that holds text
 */
export const redact: Redactor = (value) => new Redaction(registeredPattern).copy(value)

/**
 * Has a secret masked wherever Stowage shows text, in every spelling a URL or JSON gives it, until the returned function
 * is called. Texts of fewer than 4 characters, and of asterisks alone, are not taken.
 *
 * @param value - the secret
 * @returns forgets the secret, unless somebody else registered it as well; calling it again does nothing
 */
export function registerSecret(value: string): () => void {
  if (!isMaskable(value)) return () => {}
  changeCount(value, 1)
  let isHeld = true
  return () => {
    if (isHeld) changeCount(value, -1)
    isHeld = false
  }
}

/**
 * Makes a redactor that masks these secrets beside everything {@link redact} does, and registers nothing.
 *
 * @param secrets - the secrets; the same ones are left out as in {@link registerSecret}
 */
export function createRedactor(secrets: Iterable<string>): Redactor {
  const own = patternOf([...secrets].filter(isMaskable))
  return (value) => new Redaction(registeredPattern, own).copy(value)
}

function isMaskable(value: string): boolean {
  return value.length >= shortestSecret && /[^*]/.test(value)
}

function changeCount(value: string, change: 1 | -1): void {
  const count = (registered.get(value) ?? 0) + change
  if (count === 0) registered.delete(value)
  else registered.set(value, count)
  registeredPattern = patternOf([...registered.keys()])
}

function patternOf(secrets: readonly string[]): RegExp | undefined {
  if (secrets.length === 0) return undefined
  // Of two secrets that begin alike the longer one must win, or its end would stay.
  const longestFirst = secrets.toSorted((left, right) => right.length - left.length)
  return new RegExp(longestFirst.map(spellings).join('|'), 'g')
}

/** A pattern for a text as it is, percent-encoded, form-encoded, or escaped as JSON writes it, in any mixture. */
function spellings(secret: string): string {
  return secret.replace(/[^]/gu, (character) => {
    const percent = [...Buffer.from(character)].map(percentEncoded).join('')
    const json = JSON.stringify(character).slice(1, -1)
    // Longer ways first: a `%` must not match the first character of `%25`.
    const ways = new Set([percent, literal(json), literal(`\\${character}`), literal(character)])
    if (character === ' ') ways.add('\\+')
    return `(?:${[...ways].join('|')})`
  })
}

function percentEncoded(byte: number): string {
  const hex = byte.toString(16).padStart(2, '0')
  return `%${hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)}`
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** One run of {@link redact}: remembers what was copied, for values that are held twice or hold themselves. */
class Redaction {
  readonly #patterns: readonly RegExp[]
  readonly #copies = new Map<object, unknown>()
  readonly #open = new Set<object>()

  constructor(...patterns: readonly (RegExp | undefined)[]) {
    this.#patterns = patterns.filter((pattern) => pattern !== undefined)
  }

  copy<Value>(value: Value): Value {
    return this.#copy(value) as Value
  }

  #copy(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
      case 'bigint':
        return this.#text(String(value)) === String(value) ? value : mask
      case 'function':
        return '[function]'
      default:
        return typeof value === 'object' && value !== null ? this.#object(value) : value
    }
  }

  #text(text: string): string {
    const withoutRegistered = this.#patterns.reduce((masked, pattern) => masked.replace(pattern, mask), text)
    return maskPatterns(withoutRegistered)
  }

  #object(value: object): unknown {
    if (this.#open.has(value)) return '[circular]'
    if (this.#open.size >= deepestLevel) return '[too deep]'
    if (this.#copies.has(value)) return this.#copies.get(value)
    this.#open.add(value)
    // A getter or proxy of somebody else's may throw, and an error that is being built must not fail on it.
    let copy: unknown = '[unreadable]'
    try {
      copy = this.#contents(value)
    } catch {}
    this.#open.delete(value)
    this.#copies.set(value, copy)
    return copy
  }

  #contents(value: object): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#copy(item))
    if (value instanceof Date) return value
    if (value instanceof URL || value instanceof RegExp) return this.#text(String(value))
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (value instanceof Set) return new Set([...value].map((item) => this.#copy(item)))
    if (value instanceof Map) return new Map([...value].map(([key, item]) => this.#entry(key, item)))
    const entries = Object.entries(value).map(([key, item]) => this.#entry(key, item))
    if (value instanceof Error) entries.unshift(['name', value.name], ['message', this.#text(value.message)])
    return Object.fromEntries(entries as [string, unknown][])
  }

  #entry(key: unknown, value: unknown): [unknown, unknown] {
    const isHidden = typeof key === 'string' && isSecretName(key) && !isHarmless(value)
    return [this.#copy(key), isHidden ? mask : this.#copy(value)]
  }
}

// That a token is missing, empty or switched off is worth reading and gives nothing away.
function isHarmless(value: unknown): boolean {
  return value === undefined || value === null || value === '' || typeof value === 'boolean'
}
