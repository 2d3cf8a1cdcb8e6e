import { invalidArgument, type StorageError } from '@stowage/core/driver'
import { maxTextDepth, type SourceText } from './source-text.ts'

const excerptBefore = 16
const excerptAfter = 40

/**
 * Builds the error for something at one place of a text.
 *
 * @param problem - what is wrong and what to write instead
 */
export function textError(
  source: SourceText,
  offset: number,
  problem: string,
  details: Readonly<Record<string, unknown>> = {},
): StorageError {
  const before = source.text.slice(0, offset).split(/\r\n|\r|\n/)
  const line = before.length
  const column = (before.at(-1) ?? '').length + 1
  const excerpt = excerptAt(source.text, offset)
  const place = `${source.what} text, line ${line}, column ${column}${excerpt === '' ? '' : ` (near ${excerpt})`}`
  return invalidArgument(`${place}: ${problem}`, { ...details, line, column, excerpt })
}

/** Gives what stands around a place, on one line and without what moves a terminal's cursor. */
function excerptAt(text: string, offset: number): string {
  const start = Math.max(0, offset - excerptBefore)
  const end = Math.min(text.length, offset + excerptAfter)
  const part = plainText(text.slice(start, end)).trim()
  return part === '' ? '' : `${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`
}

/** Replaces line breaks and control characters by spaces. */
export function plainText(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ')
}

export function notAnObject({ what }: SourceText): StorageError {
  const list = what === 'filter' ? '' : what === 'sort' ? ', or a list as in [["a", 1]]' : ', or a list as in ["a"]'
  return invalidArgument(`${what} text must be one object, as in {a: 1}${list}`)
}

export function duplicateKey(source: SourceText, offset: number, key: string): StorageError {
  const remedy =
    source.what === 'filter' ? 'join the conditions with $and, or in one object of operators' : 'remove one'
  return textError(source, offset, `the key ${quote(key)} is written twice in one object: ${remedy}`)
}

export function prototypeKey(source: SourceText, offset: number): StorageError {
  return textError(source, offset, 'the key __proto__ is refused: rename the field')
}

export function tooDeep(source: SourceText, offset: number): StorageError {
  return textError(source, offset, `nested deeper than ${maxTextDepth} levels: flatten it`)
}

export function inexactNumber(source: SourceText, offset: number, digits: string): StorageError {
  const problem = `the number ${shorten(digits)} can't be held exactly by a 64-bit float`
  return textError(source, offset, `${problem}: write it in quotes if the field holds text, or with fewer digits`)
}

/** Names a key or a piece of text in a message. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text))
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
