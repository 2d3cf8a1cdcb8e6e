import { createHash } from 'node:crypto'

/** Where a file would like to lie, below the directory of all buckets. */
export interface NaturalPath {
  /** The directories, outermost (the bucket's) first. */
  readonly directories: readonly string[]
  /** The file's own name. */
  readonly name: string
}

// A name may have 255 bytes on usual file systems: this leaves room for what tells two versions apart.
const maxSegmentBytes = 200
const keptBytesOfLongSegment = 150
// macOS ends at 1,024 bytes for the whole path, and every directory on the way costs a check.
const maxPathBytes = 600
const maxExtensionBytes = 16

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const unsafeCharacters = /[\u0000-\u001f\u007f\\/:*?"<>|]|%(?=[0-9a-f]{2})|[. ]$|^\.\.?$/i
// oxlint-disable-next-line no-control-regex -- as above
const everyUnsafeCharacter = /[\u0000-\u001f\u007f\\/:*?"<>|]|%(?=[0-9a-f]{2})|[. ]$|^\.\.?$/gi
const reservedOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/**
 * Says where a key's file would lie: at the key itself, with what some system can't name percent-escaped.
 *
 * Two keys may come to the same path (after shortening, or where a file system folds case): whoever takes a path looks
 * whether it is free, and the index keeps the path that was taken. So this needs to be safe and readable, not unique.
 *
 * @param bucket - the bucket's name
 * @param key - the file's key
 */
export function naturalPath(bucket: string, key: string): NaturalPath {
  const segments = [bucket, ...key.split('/')].map(safeSegment)
  const length = segments.reduce((sum, segment) => sum + Buffer.byteLength(segment) + 1, 0)
  if (length > maxPathBytes) return hashedPath(bucket, key)
  const name = segments.pop() ?? ''
  return { directories: segments, name }
}

/** Says where a key's file lies whose natural path is too long or one the file system refuses. */
export function hashedPath(bucket: string, key: string): NaturalPath {
  return { directories: [safeSegment(bucket), '~long'], name: `${digest(key, 40)}${extensionOf(safeSegment(key))}` }
}

/** Gives a file name with something put before its extension. */
export function withSuffix(name: string, suffix: string): string {
  const extension = extensionOf(name)
  return `${name.slice(0, name.length - extension.length)}~${suffix}${extension}`
}

function safeSegment(segment: string): string {
  if (segment === '') return '%empty'
  let name = unsafeCharacters.test(segment) ? escapeUnsafe(segment) : segment
  if (reservedOnWindows.test(segment)) name = `${escaped(segment.charAt(0))}${name.slice(1)}`
  return Buffer.byteLength(name) > maxSegmentBytes ? shortened(name) : name
}

function escapeUnsafe(segment: string): string {
  return segment.replace(everyUnsafeCharacter, (text) => Array.from(text, escaped).join(''))
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function shortened(name: string): string {
  const extension = extensionOf(name)
  let kept = ''
  let bytes = 0
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > keptBytesOfLongSegment) break
    kept += character
  }
  return `${kept}~${digest(name, 16)}${extension}`
}

function extensionOf(name: string): string {
  const extension = /[^.](\.[A-Za-z0-9]+)$/.exec(name)?.[1] ?? ''
  return extension.length <= maxExtensionBytes ? extension : ''
}

function digest(text: string, hexDigits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, hexDigits)
}
