import type { IncomingHttpHeaders } from 'node:http'
import { StorageError } from '@stowage/core/driver'
import { encodePath, encodeStrictly } from '../s3/percent-encoding.ts'
import { AbejaError, invalidField } from './abeja-error.ts'

/** Metadata as it is sent: names in lower case with their prefix, values percent-encoded, exactly as they came. */
export type WireMetadata = Readonly<Record<string, string>>

/** Metadata as the storage keeps it. */
export type StoredMetadata = Readonly<Record<string, string>>

/** Stands before the names of what users set. */
export const userPrefix = 'x-abeja-meta-'

/**
 * Entries of a file's metadata that begin with this are no user's: gateways keep their own facts there. Adapters have another
 * beginning for theirs, `stowage-`.
 */
export const reservedPrefix = 'x-stowage-'

// In the storage an entry is plain text under its plain name, for whoever opens it there. Clients may encode otherwise than we
// would, and get back what they sent: such an entry is kept as it came, under this prefix and its name as it was sent.
const rawPrefix = 'x-stowage-abeja-raw-'

// Downloads carry metadata in headers, of which Node takes 16 KiB in all.
const mostBytes = 8192

/** Takes the user's metadata out of the headers of a request. */
export function metadataOfHeaders(headers: IncomingHttpHeaders): WireMetadata {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(userPrefix))
  return checkSize(entries.map(([name, value]) => checkEntry(name, String(value))))
}

/** Reads the metadata of a body. Names that are not the user's are left out: clients send the system's back. */
export function metadataOfBody(body: Readonly<Record<string, unknown>>): WireMetadata {
  const entries = Object.entries(body).map(([name, value]) => [name.toLowerCase(), value] as const)
  return checkSize(
    entries.filter(([name]) => name.startsWith(userPrefix)).map(([name, value]) => checkEntry(name, value)),
  )
}

type Entry = readonly [name: string, value: string]

function checkEntry(name: string, value: unknown): Entry {
  // What can't be the name of a header was never one.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || name === userPrefix) throw invalidField(name, 'is no name of metadata')
  if (typeof value !== 'string' || !value.isWellFormed() || hasControls(value)) {
    throw invalidField(name, 'must be text without control characters')
  }
  return [name, value]
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}

function checkSize(entries: readonly Entry[]): WireMetadata {
  const bytes = entries.reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0)
  if (bytes > mostBytes) throw new AbejaError(400, `metadata has ${bytes} bytes: ${mostBytes} are allowed`)
  return Object.fromEntries(entries)
}

/**
 * How entries are kept: `plain` as text under their own names where that gives back what was sent, `raw` all under names of ours.
 */
export type MetadataForm = 'plain' | 'raw'

/** Gives what the storage is to keep. */
export function toStored(metadata: WireMetadata, form: MetadataForm = 'plain'): StoredMetadata {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => storedEntry(name, value, form)))
}

/**
 * Writes metadata in plain form, and raw where the storage refuses that: a name may have a meaning of its own there.
 *
 * @param canRepeat - whether a second try can still be made
 */
export async function inEitherForm<Result>(
  write: (form: MetadataForm) => Promise<Result>,
  canRepeat: () => boolean = () => true,
): Promise<Result> {
  try {
    return await write('plain')
  } catch (error) {
    if (!StorageError.is(error, 'invalid-argument') || !canRepeat()) throw error
    // If it isn't a name that is wrong, the first refusal says more.
    return write('raw').catch((another: unknown) => {
      throw StorageError.is(another, 'invalid-argument') ? error : another
    })
  }
}

function storedEntry(name: string, value: string, form: MetadataForm): Entry {
  const suffix = name.slice(userPrefix.length)
  const plain = [decodeText(suffix), decodeText(value)] as const
  const isPlain =
    form === 'plain' && isStorable(plain[0]) && encodeName(plain[0]) === suffix && encodePath(plain[1]) === value
  return isPlain ? plain : [rawPrefix + suffix, value]
}

function isStorable(name: string): boolean {
  return name !== '' && name !== '__proto__' && !name.startsWith(reservedPrefix)
}

// Names travel as headers, in lower case, and the digits of their escapes with them.
function encodeName(name: string): string {
  return encodeStrictly(name).toLowerCase()
}

/** Gives back what was sent, or what would have been for a file that came into the storage by another way. */
export function fromStored(stored: StoredMetadata): WireMetadata {
  return Object.fromEntries(Object.entries(stored).flatMap(([name, value]) => wireEntry(name, value)))
}

function wireEntry(name: string, value: string): Entry[] {
  if (name.startsWith(rawPrefix)) return [[userPrefix + name.slice(rawPrefix.length), value]]
  return name.startsWith(reservedPrefix) ? [] : [[userPrefix + encodeName(name), encodePath(value)]]
}

/** Decodes percent-encoded text; one that isn't stays as it is. */
export function decodeText(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
