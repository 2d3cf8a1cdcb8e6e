import { S3Error } from './s3-error.ts'

/** What an object is told apart by. */
export interface ObjectVersion {
  /** Its ETag, without quotes. */
  readonly etag: string
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number
}

/** Gives a request's header, or undefined. */
export type HeaderLookup = (name: string) => string | undefined

/**
 * Weighs the conditions of a request on an object that is there. An ETag counts more than a date.
 *
 * @param header - gives `if-match`, `if-none-match`, `if-modified-since` and `if-unmodified-since`
 * @returns `unchanged` for a reader that has this version already
 * @throws S3Error `PreconditionFailed`
 */
export function weighConditions(header: HeaderLookup, version: ObjectVersion): 'go-on' | 'unchanged' {
  const ifMatch = header('if-match')
  if (ifMatch !== undefined && !namesEtag(ifMatch, version.etag)) throw failed('If-Match')
  const unmodifiedSince = readDate(header('if-unmodified-since'))
  if (ifMatch === undefined && unmodifiedSince !== undefined && wholeSeconds(version) > unmodifiedSince) {
    throw failed('If-Unmodified-Since')
  }
  const ifNoneMatch = header('if-none-match')
  if (ifNoneMatch !== undefined) return namesEtag(ifNoneMatch, version.etag) ? 'unchanged' : 'go-on'
  const modifiedSince = readDate(header('if-modified-since'))
  return modifiedSince !== undefined && wholeSeconds(version) <= modifiedSince ? 'unchanged' : 'go-on'
}

/** Tells whether a range counts: an `If-Range` of another version asks for all of this one. */
export function isRangeWanted(ifRange: string | undefined, version: ObjectVersion): boolean {
  if (ifRange === undefined) return true
  if (ifRange.startsWith('"')) return namesEtag(ifRange, version.etag)
  return readDate(ifRange) === wholeSeconds(version)
}

/** Tells whether a list of ETags, quoted or not, holds one, or is `*`. */
export function namesEtag(list: string, etag: string): boolean {
  return list.split(',').some((one) => {
    const name = one.trim().replace(/^(?:W\/)?"(.*)"$/, '$1')
    return name === '*' || name === etag
  })
}

/** The error of a condition that doesn't hold. */
export function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { fields: { Condition: condition } })
}

// Dates of headers have no fractions of seconds.
function wholeSeconds({ modifiedMs }: ObjectVersion): number {
  return Math.floor(modifiedMs / 1000) * 1000
}

function readDate(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
