import { invalidArgument } from '@stowage/core/driver'

/** A value of metadata; numbers and booleans are stored as text. */
export type AbejaMetadataValue = string | number | boolean

/** Metadata as an app gives it: plain names, without the prefix. */
export type AbejaMetadata = Readonly<Record<string, AbejaMetadataValue>>

/**
 * What happens to capital letters in names of metadata. HTTP doesn't tell case apart, so as they are they come back small.
 *
 * `lower` writes them small, as the official clients end up with. `keep` percent-encodes them, which survives.
 */
export type MetadataCase = 'lower' | 'keep'

/** Metadata as the service gives it, decoded. */
export interface DecodedMetadata {
  /** What users set, by plain name. */
  readonly metadata: Readonly<Record<string, string>>
  /** What the platform set, without its prefix; any JSON value. Nobody but the platform can change it. */
  readonly system: Readonly<Record<string, unknown>>
  /** All of it, as it came. */
  readonly raw: Readonly<Record<string, unknown>>
}

const userPrefix = 'x-abeja-meta-'
const systemPrefix = 'x-abeja-sys-meta-'
const ignoredNames: ReadonlySet<string> = new Set(['content-type', 'content_type'])

/**
 * Encodes metadata as the wire has it, in headers and in JSON: `x-abeja-meta-` before each name, names and values percent-encoded.
 *
 * A name that has the prefix already loses it first. `content-type` is left out: it is no metadata.
 *
 * @throws StorageError `invalid-argument` for a name that is empty or holds `/`, which no header can, and for two that differ only in case
 */
export function encodeMetadata(metadata: AbejaMetadata, nameCase: MetadataCase = 'lower'): Record<string, string> {
  const encoded = new Map<string, string>()
  for (const [given, value] of Object.entries(metadata)) {
    const name = given.startsWith(userPrefix) ? given.slice(userPrefix.length) : given
    if (ignoredNames.has(name.toLowerCase())) continue
    const key = userPrefix + encodeName(name, nameCase)
    // The service may compare stored values byte for byte; header names it can't.
    if (encoded.has(key))
      throw invalidArgument(`metadata "${given}" is there twice: names must differ in more than case`)
    encoded.set(key, encodeValue(String(value)))
  }
  return Object.fromEntries(encoded)
}

/** Decodes metadata of an answer, tolerantly: what is no valid encoding stays as it is. */
export function decodeMetadata(raw: Readonly<Record<string, unknown>>): DecodedMetadata {
  const metadata = new Map<string, string>()
  const system = new Map<string, unknown>()
  for (const [key, value] of Object.entries(raw)) {
    if (isUnder(systemPrefix, key)) system.set(key.slice(systemPrefix.length), value)
    else if (isUnder(userPrefix, key)) metadata.set(decodeName(key), decodeText(toText(value)))
  }
  return { metadata: Object.fromEntries(metadata), system: Object.fromEntries(system), raw }
}

/** Encodes a value: all but letters, digits and `_ . - ~ /`, as the official client does. */
export function encodeValue(value: string): string {
  return encodeText(value).replaceAll('%2F', '/')
}

function encodeName(name: string, nameCase: MetadataCase): string {
  if (name === '' || name.includes('/'))
    throw invalidArgument(
      `metadata can't be called ${JSON.stringify(name)}: no header can carry that, choose another name`,
    )
  if (nameCase === 'lower') return encodeText(name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()))
  // Name characters that were encoded keep their capitals in %E5, which decode either way.
  return name.replaceAll(/[A-Z]+|[^A-Z]+/g, (part) => (/^[A-Z]/.test(part) ? encodeCapitals(part) : encodeText(part)))
}

function encodeCapitals(letters: string): string {
  return letters.replaceAll(/./g, escapeCharacter)
}

function encodeText(text: string): string {
  if (!text.isWellFormed()) throw invalidArgument(`metadata ${JSON.stringify(text)} holds half of a surrogate pair`)
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

// The official tutorial passes names with the prefix, which the official client then puts in front a second time.
function decodeName(key: string): string {
  let name = key
  while (isUnder(userPrefix, name)) name = name.slice(userPrefix.length)
  return decodeText(name)
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function isUnder(prefix: string, key: string): boolean {
  return key.length > prefix.length && key.slice(0, prefix.length).toLowerCase() === prefix
}
