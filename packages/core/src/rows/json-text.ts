import { invalidArgument } from '../errors/storage-error.ts'
import { maxValueDepth } from './json-value.ts'
import { parseExactNumber } from './number-text.ts'
import { shortText } from './row-check.ts'

/** What happens to a number in a text that a double can't hold exactly: the row fails, or the value stays text. */
export type InexactNumbers = 'refuse' | 'text'

// With fewer digits and shorter exponents a double holds every number. Digits within strings match too where a number could stand,
// and the careful reading sorts them out; those of hexadecimal ids would otherwise make it read most texts there are.
const longNumber = /[:,[]\s*-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/
const numbers = /[:,[]\s*(-?\d[\d.]*(?:[eE][+-]?\d+)?)/g
const bareNumber = /^\s*[-\d]/
const escapedKey = /\\.[^"\\]*"\s*:/
const tokens = /[[\]{}:,]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s[\]{}:,"]+/g

/**
 * Parses JSON without changing anything in it, which `JSON.parse` alone does in two ways: it reads 9007199254740993 as
 * 9007199254740992 and says nothing, and in current V8 it takes a key with an escape for another one it has seen before (nodejs/node#63785:
 * after a key `"\\\\"`, the key `"\\""` is read as a backslash).
 *
 * @param inexactNumbers - `text` keeps the digits of a number that a double can't hold as a string
 * @throws StorageError `invalid-argument` for such a number, and for text that is not JSON
 */
export function parseJsonExactly(text: string, inexactNumbers: InexactNumbers = 'refuse'): unknown {
  const value = parseOrRefuse(text)
  const mayBeInexact = bareNumber.test(text) || (longNumber.test(text) && hasInexactNumber(text))
  const isPlain = !mayBeInexact && !(text.includes('\\') && escapedKey.test(text))
  // What JSON.parse accepted needs no second check of its grammar.
  return isPlain ? value : new CarefulJson(text, inexactNumbers).value(0)
}

function parseOrRefuse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw invalidArgument(`is not JSON (${shortText(error.message, 100)})`)
  }
}

function hasInexactNumber(text: string): boolean {
  for (const [, number = ''] of text.matchAll(numbers)) if (parseExactNumber(number) === undefined) return true
  return false
}

/** Says that a number can't be held. */
export function inexactMessage(text: string): string {
  const advice = "make the column a string, or pass inexactNumbers: 'text'"
  return `has the number ${shortText(text)}, which a 64-bit float can't hold exactly: ${advice}`
}

/** Reads text that is known to be JSON, token by token. Slow, for the few texts `JSON.parse` may get wrong. */
class CarefulJson {
  readonly #tokens: Iterator<RegExpExecArray, undefined>
  readonly #inexactNumbers: InexactNumbers

  constructor(text: string, inexactNumbers: InexactNumbers) {
    this.#tokens = text.matchAll(tokens)
    this.#inexactNumbers = inexactNumbers
  }

  value(depth: number, token: string = this.#next()): unknown {
    if (depth > maxValueDepth) throw invalidArgument(`is nested deeper than ${maxValueDepth} levels: flatten it`)
    if (token === '{') return this.#object(depth + 1)
    if (token === '[') return this.#array(depth + 1)
    const isWordOrString = /^["tfn]/.test(token)
    return isWordOrString ? JSON.parse(token) : this.#number(token)
  }

  #next(): string {
    return this.#tokens.next().value?.[0] ?? ''
  }

  #object(depth: number): unknown {
    const object: Record<string, unknown> = {}
    for (let token = this.#next(); token !== '}'; token = this.#next()) {
      const key = String(JSON.parse(token === ',' ? this.#next() : token))
      if (key === '__proto__') throw invalidArgument('has a key __proto__: rename it')
      this.#next()
      object[key] = this.value(depth)
    }
    return object
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = []
    for (let token = this.#next(); token !== ']'; token = this.#next()) {
      array.push(token === ',' ? this.value(depth) : this.value(depth, token))
    }
    return array
  }

  #number(token: string): number | string {
    const value = parseExactNumber(token)
    if (value !== undefined) return value
    if (this.#inexactNumbers === 'text') return token
    throw invalidArgument(inexactMessage(token))
  }
}
