import { UsageError } from '../usage-error.ts'

/** One `name=value` of a fault. */
export interface FaultField {
  readonly name: string
  /** Undefined without an equals sign. */
  readonly value: string | undefined
}

/**
 * Cuts a fault at its commas. A value in double quotes may have commas; `\` comes before `"` and `\` there.
 *
 * @throws UsageError that says where it can't be read
 */
export function splitFields(text: string): FaultField[] {
  const fields: FaultField[] = []
  let at = 0
  do {
    const nameEnd = indexOfAny(text, ',=', at)
    const name = text.slice(at, nameEnd).trim()
    if (name === '' || name.includes('"')) throw unreadable(text, at)
    const isNamed = text[nameEnd] === '='
    const { value, end } = isNamed ? readValue(text, nameEnd + 1) : { value: undefined, end: nameEnd }
    fields.push({ name, value })
    at = end + 1
  } while (at <= text.length)
  return fields
}

function indexOfAny(text: string, signs: string, start: number): number {
  for (let at = start; at < text.length; at += 1) if (signs.includes(text[at] as string)) return at
  return text.length
}

interface ReadValue {
  readonly value: string
  /** Where the comma behind it is, or the end. */
  readonly end: number
}

function readValue(text: string, start: number): ReadValue {
  let quote = start
  while (text[quote] === ' ') quote += 1
  if (text[quote] === '"') return readQuoted(text, quote)
  const end = indexOfAny(text, ',', start)
  const value = text.slice(start, end).trim()
  if (value.includes('"')) throw unreadable(text, start)
  return { value, end }
}

function readQuoted(text: string, quote: number): ReadValue {
  let value = ''
  let at = quote + 1
  for (; at < text.length && text[at] !== '"'; at += 1) {
    if (text[at] === '\\') at += 1
    value += text[at] ?? ''
  }
  const end = indexOfAny(text, ',', at)
  if (text[at] !== '"' || text.slice(at + 1, end).trim() !== '') throw unreadable(text, quote)
  return { value, end }
}

function unreadable(text: string, at: number): UsageError {
  const place = at === 0 ? 'at its beginning' : `behind ${text.slice(0, at)}`
  return new UsageError(`--fault: ${JSON.stringify(text)} can't be read ${place}: write name=value,name=value`)
}
