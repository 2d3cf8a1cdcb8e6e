import { invalidArgument } from '../errors/storage-error.ts'
import { parseExactNumber } from './number-text.ts'
import { shortText } from './row-check.ts'

/** What happens to a number in a text that a double can't hold exactly: the row fails, or the value stays text. */
export type InexactNumbers = 'refuse' | 'text'

// Below 16 digits and 3 digits of exponent a double holds every number. Digits within strings match too, and are sorted
// out by looking closer.
const suspicious = /\d[\d.]{15}|\d[eE][+-]?\d{3}/
const candidates = /-?\d[\d.]*(?:[eE][+-]?\d+)?/g

/**
 * Parses JSON without rounding numbers: `JSON.parse` reads 9007199254740993 as 9007199254740992 and says nothing.
 *
 * @param inexactNumbers - `text` keeps the digits of such a number as a string
 * @throws StorageError `invalid-argument` for a number that a double can't hold, and for text that is not JSON
 */
export function parseJsonExactly(text: string, inexactNumbers: InexactNumbers): unknown {
  try {
    return suspicious.test(text) && hasInexactCandidate(text) ? parseLooking(text, inexactNumbers) : JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw invalidArgument(`is not JSON (${shortText(error.message, 100)})`)
  }
}

function hasInexactCandidate(text: string): boolean {
  for (const [candidate] of text.matchAll(candidates)) if (parseExactNumber(candidate) === undefined) return true
  return false
}

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

function parseLooking(text: string, inexactNumbers: InexactNumbers): unknown {
  const look: SourceReviver = (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined || parseExactNumber(source) !== undefined) return value
    if (inexactNumbers === 'text') return source
    throw invalidArgument(inexactMessage(source))
  }
  // The third argument of a reviver is newer than the type library; every Node we support passes it.
  return JSON.parse(text, look as (key: string, value: unknown) => unknown)
}

/** Says that a number can't be held. */
export function inexactMessage(text: string): string {
  const advice = "make the column a string, or pass inexactNumbers: 'text'"
  return `has the number ${shortText(text)}, which a 64-bit float can't hold exactly: ${advice}`
}
