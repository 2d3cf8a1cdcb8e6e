import { parseExactNumber, parseJsonExactly } from '@stowage/core/driver'
import { maxTextDepth, type ParsedText, type PiecePlace, type SourceText, type TextPlaces } from './source-text.ts'
import { duplicateKey, inexactNumber, prototypeKey, tooDeep } from './text-error.ts'

// For text that is known to be JSON.
const tokens = /[[\]{}:,]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s[\]{}:,"]+/g

/**
 * Reads text that is known to be JSON, and refuses what `JSON.parse` would change without a word: keys written twice and
 * numbers a double can't hold.
 */
export function readJson(source: SourceText): ParsedText {
  const places = checkTokens(source)
  return { value: parseJsonExactly(source.text), places }
}

/** Looks at every token, without recursion: the text may be nested as deep as it is long. */
function checkTokens(source: SourceText): TextPlaces {
  const places: TextPlaces = { keys: [], values: [] }
  /** One set of keys for each open object, undefined for each open list. */
  const open: (Set<string> | undefined)[] = []
  let isKeyNext = false
  for (const { 0: token, index } of source.text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined)
      if (open.length > maxTextDepth) throw tooDeep(source, index)
    } else if (token === '}' || token === ']') {
      open.pop()
    } else if (isKeyNext) {
      places.keys.push(checkKey(source, index, token, open.at(-1)))
    } else if (token.startsWith('"')) {
      places.values.push({ piece: String(JSON.parse(token)), offset: index })
    } else {
      checkScalar(source, index, token)
    }
    isKeyNext = (token === '{' || token === ',') && open.at(-1) !== undefined
  }
  return places
}

function checkKey(source: SourceText, offset: number, token: string, siblings: Set<string> | undefined): PiecePlace {
  const key = String(JSON.parse(token))
  if (key === '__proto__') throw prototypeKey(source, offset)
  if (siblings?.has(key) === true) throw duplicateKey(source, offset, key)
  siblings?.add(key)
  return { piece: key, offset }
}

function checkScalar(source: SourceText, offset: number, token: string): void {
  if (/^[-\d]/.test(token) && parseExactNumber(token) === undefined) throw inexactNumber(source, offset, token)
}
