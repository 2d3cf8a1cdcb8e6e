/** What the path of an authorization names. */
export interface ObjectPath {
  /** The action, as it was written. */
  readonly action: string
  /** The full name of the bucket. */
  readonly bucket: string
  /** The key or prefix; may be empty. */
  readonly object: string
}

// A byte order mark may begin a key.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads `{action}/{bucket}/{object}` from the raw path: cut at slashes first, then percent-decoded once. In a path `+` is a
 * plus. Nothing is normalised: `..` and `//` are parts of keys.
 *
 * @returns undefined when an escape isn't one, or the bytes aren't UTF-8
 */
export function readObjectPath(raw: string): ObjectPath | undefined {
  const [action = '', bucket = '', ...rest] = raw.split('/')
  try {
    return { action: decode(action), bucket: decode(bucket), object: decode(rest.join('/')) }
  } catch {
    return undefined
  }
}

function decode(raw: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) throw new RangeError('an escape without two hex digits')
  // Node gives each byte of the request line as one character.
  const bytes = raw.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return utf8.decode(Buffer.from(bytes, 'latin1'))
}
