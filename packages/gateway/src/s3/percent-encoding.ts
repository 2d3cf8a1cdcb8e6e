import { S3Error } from './s3-error.ts'

// A byte order mark at the start of a key is part of the key.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes percent-encoded text as it came in a request line, once.
 *
 * Node hands over bytes above 0x7f as characters of the same number: they count as bytes here too.
 *
 * @throws S3Error `InvalidURI` for a `%` without two hex digits and for bytes that aren't UTF-8
 */
export function decodePercent(raw: string): string {
  if (/^[\x20-\x24\x26-\x7e]*$/.test(raw)) return raw
  const bytes = Buffer.from(raw, 'latin1')
  let length = 0
  for (let at = 0; at < bytes.length; at += 1, length += 1) {
    const byte = bytes[at] as number
    bytes[length] = byte === 0x25 ? escapedByte(raw, at) : byte
    if (byte === 0x25) at += 2
  }
  try {
    return utf8.decode(bytes.subarray(0, length))
  } catch {
    throw new S3Error('InvalidURI', { message: 'The URI holds bytes that are not UTF-8' })
  }
}

function escapedByte(raw: string, at: number): number {
  const digits = raw.slice(at + 1, at + 3)
  if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw new S3Error('InvalidURI')
  return Number.parseInt(digits, 16)
}

/** Decodes a name or value of a query: there `+` stands for a space. */
export function decodeQueryText(raw: string): string {
  return decodePercent(raw.replaceAll('+', ' '))
}

/** Encodes text the way signatures want it: everything but letters, digits and `-._~`. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Encodes a path the same way, leaving slashes. */
export function encodePath(path: string): string {
  return encodeStrictly(path).replaceAll('%2F', '/')
}

/** Encodes a key in a listing with `encoding-type=url`, as AWS does: a space becomes `+`, slashes stay. */
export function encodeListed(text: string): string {
  return encodePath(text).replaceAll('%20', '+')
}
