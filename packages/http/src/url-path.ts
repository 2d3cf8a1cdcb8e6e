import { invalidArgument } from '@stowage/core/driver'

/**
 * Encodes a name as one segment of a URL's path.
 *
 * @throws StorageError `invalid-argument` for what can't be one: nothing, `.` and `..`, which URLs resolve, half a surrogate pair
 */
export function encodeSegment(name: string): string {
  if (name === '') throw invalidArgument("an empty name can't be part of a URL: give one")
  return encode(name, name)
}

/**
 * Encodes a key as a path: each `/` stays, also several in a row and at the ends, everything else is encoded.
 *
 * @throws StorageError `invalid-argument` for a key with a segment `.` or `..`, which URLs resolve, or with half a surrogate pair
 */
export function encodeKey(key: string): string {
  return key
    .split('/')
    .map((segment) => encode(segment, key))
    .join('/')
}

function encode(segment: string, whole: string): string {
  if (segment === '.' || segment === '..' || !isWellFormed(segment)) {
    throw invalidArgument(
      `${JSON.stringify(whole)} can't be part of a URL without becoming something else: use another name`,
    )
  }
  return encodeURIComponent(segment)
}

function isWellFormed(text: string): boolean {
  // Node has the method; the type library of ES2024 that is configured may not.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
