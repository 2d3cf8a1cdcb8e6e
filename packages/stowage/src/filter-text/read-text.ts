import { invalidArgument } from '@stowage/core/driver'
import { readJson } from './json-text.ts'
import type { ParsedText, SourceText } from './source-text.ts'
import { notAnObject } from './text-error.ts'

const maxBytes = 64 * 1024
const emptyAdvice = {
  filter: '{} finds every row',
  sort: 'leave it out for no order',
  projection: '{} keeps all fields',
  update: 'write what changes, such as {$set: {done: true}}',
}

/**
 * Reads a text as plain data: JSON by itself, anything else with the shell's parser, which is loaded only then.
 *
 * @throws `StorageError` `invalid-argument`
 */
export async function readText(source: SourceText): Promise<ParsedText> {
  refuseUnreadable(source)
  if (isJson(source.text)) return refuseBare(source, readJson(source))
  const { readShell } = await import('./shell-text.ts')
  return readShell(source)
}

/** Checks what the types promise too: the text may come from a program without types. */
function refuseUnreadable({ what, text }: SourceText): void {
  if (typeof text !== 'string') throw invalidArgument(`${what} text must be a string, not ${typeof text}`)
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    const advice = 'pass a long list of values as an object in a program, or split it'
    throw invalidArgument(`${what} text is longer than ${maxBytes / 1024} KiB: ${advice}`)
  }
  if (text.trim() === '') throw invalidArgument(`${what} text is empty: ${emptyAdvice[what]}`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Refuses what JSON can be besides an object or list, in the same words as for other text. */
function refuseBare(source: SourceText, parsed: ParsedText): ParsedText {
  const { value } = parsed
  const isWanted = Array.isArray(value) ? source.what !== 'filter' : typeof value === 'object' && value !== null
  if (isWanted) return parsed
  throw notAnObject(source)
}
