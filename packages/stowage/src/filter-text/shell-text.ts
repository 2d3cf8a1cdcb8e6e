import { parse as parseShell, ParseMode } from '@mongodb-js/shell-bson-parser'
import type { StorageError } from '@stowage/core/driver'
import { parse as parseProgram, type Program } from 'acorn'
import { lowerBson } from './lower-bson.ts'
import { ShellGate } from './shell-gate.ts'
import type { ParsedText, SourceText } from './source-text.ts'
import { plainText, textError, tooDeep } from './text-error.ts'

const opening = '(\n'

/**
 * Reads text in the syntax of the MongoDB shell.
 *
 * The shell's parser alone can be made to call functions, so it sees only text whose syntax tree {@link ShellGate} has let through: both
 * read the text with the same parser, the same settings and in the same parentheses.
 */
export function readShell(source: SourceText): ParsedText {
  refuseLineSeparators(source)
  const gate = new ShellGate(source, opening.length)
  gate.check(parseTree(source))
  return { value: lowerBson(source, evaluate(source)), places: gate.places }
}

/** JSON text may hold them, the shell's syntax takes them for the end of a line, and nobody sees them: a comment would end in secret. */
function refuseLineSeparators(source: SourceText): void {
  const offset = source.text.search(/[\u2028\u2029]/)
  if (offset === -1) return
  const escape = source.text[offset] === '\u2028' ? '\\u2028' : '\\u2029'
  throw textError(source, offset, `there is an invisible line separator: write ${escape} within quotes, or remove it`)
}

function parseTree(source: SourceText): Program {
  try {
    return parseProgram(`${opening}${source.text}\n)`, { ecmaVersion: 6 })
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw syntaxError(source, error)
    throw error
  }
}

function syntaxError(source: SourceText, error: Error & { readonly pos?: number }): StorageError {
  const offset = Math.min(Math.max(0, (error.pos ?? 0) - opening.length), source.text.length)
  // The parser is recursive, and what is nested hundreds of levels deep exhausts its stack: it says so in either way.
  if (error instanceof RangeError || error.message.includes('stack space')) return tooDeep(source, offset)
  const problem = plainText(error.message.replace(/ \(\d+:\d+\)$/, '').slice(0, 100))
  const advice = 'write it as in {country: "CZ", balance: {$gte: 1000}}; keys with a dot, a dash or a space need quotes'
  return textError(source, offset, `${problem}: ${advice}`)
}

function evaluate(source: SourceText): unknown {
  try {
    return parseShell(source.text, { mode: ParseMode.Strict, allowComments: true }) as unknown
  } catch (error) {
    throw textError(source, 0, `can't be read (${String(error).slice(0, 100)}): write it as JSON`)
  }
}
