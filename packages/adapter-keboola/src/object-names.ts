import type { ByteRange } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'

/** Encodes as signatures are made: all but unreserved characters, and slashes of a key. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * Encodes the key of an object as a path.
 *
 * @throws StorageError `corrupt-data` for one that URLs would resolve to something else
 */
export function encodeObjectKey(key: string): string {
  const isOdd = key === '' || key.split('/').some((segment) => segment === '.' || segment === '..')
  if (!isOdd) return key.split('/').map(encodeStrictly).join('/')
  throw badPlace('the key of the object is empty or has dots for a part')
}

/** Tells of a place in a store that the service gave and nothing is sent to. */
export function badPlace(why: string): StorageError {
  return new StorageError({ code: 'corrupt-data', message: `${why}: nothing was sent there, ask Keboola's support` })
}

/** Writes a range as a header. HTTP knows no empty range: one byte is asked for and not used. */
export function rangeHeaders(range: ByteRange | undefined): Record<string, string> {
  if (range === undefined) return {}
  const { start, end } = range
  return { range: `bytes=${start}-${end === undefined ? '' : Math.max(start, end - 1)}` }
}

/** Writes the name a browser saves a file under. */
export function disposition(fileName: string): string {
  return /^[\w.-]+$/.test(fileName)
    ? `attachment; filename=${fileName};`
    : `attachment; filename*=UTF-8''${encodeStrictly(fileName)}`
}
