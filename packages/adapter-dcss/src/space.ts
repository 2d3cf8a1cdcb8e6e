import { invalidArgument, StorageError } from '@stowage/core/driver'

/** The most bytes of an S3 key (contract section 14, trap 11). */
export const maxKeyBytes = 1024

/** How space names become bucket names. */
export interface SpaceNames {
  /** Put in front of every bucket name, for example of a staging service. */
  readonly bucketPrefix: string
  /** The bucket of a space; `{space}` stands for its name. */
  readonly bucketTemplate: string
}

/**
 * Gives the S3 bucket of a space.
 *
 * The official client sends any name; S3's rules are checked here, so that a wrong one fails before anything is sent.
 *
 * @throws StorageError `invalid-argument` for a name that makes no bucket name
 */
export function bucketOfSpace(space: string, { bucketPrefix, bucketTemplate }: SpaceNames): string {
  const bucket = bucketPrefix + bucketTemplate.replace('{space}', () => space)
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..')
  if (isName && !/^[0-9.]+$/.test(bucket)) return bucket
  const rule = 'bucket names have 3 to 63 lower-case letters, digits, dots and hyphens'
  throw invalidArgument(`the space ${JSON.stringify(space)} would be the bucket ${JSON.stringify(bucket)}: ${rule}`)
}

/**
 * Gives the folder every key of a space lies in: `{uid}/` in the space `user`, none elsewhere (contract section 2).
 *
 * @param uid - of the token, or the impersonated one
 */
export function folderOfSpace(space: string, uid: number | undefined): string {
  if (space !== 'user') return ''
  if (uid !== undefined) return `${uid}/`
  const message = 'the space user belongs to whoever the token says: give `token`, or set DUCKIETOWN_TOKEN'
  throw new StorageError({ code: 'unauthenticated', message, applied: 'no' })
}

/** Puts a key or prefix into its folder, unless it lies there already, as the official client does. */
export function keyInFolder(folder: string, key: string): string {
  return key.startsWith(folder) ? key : folder + key
}

/**
 * Checks that a key can be stored as it is: refuses what a path of a signed URL can't carry, or what the service's own clients would
 * read under another name. Nothing is ever rewritten.
 *
 * @param suffixBytes - room for the suffix of a part
 * @throws StorageError `invalid-argument`
 */
export function checkKey(key: string, suffixBytes: number): string {
  const shown = JSON.stringify(key)
  if (key.startsWith('/')) throw invalidArgument(`the key ${shown} begins with a slash, which DCSS drops: leave it out`)
  if (key.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw invalidArgument(`the key ${shown} has a segment "." or "..", which HTTP clients resolve to another key`)
  }
  if (key.includes('\0')) {
    throw invalidArgument(`the key ${shown} holds a NUL, with which S3 servers break the connection: leave it out`)
  }
  const bytes = Buffer.byteLength(key) + suffixBytes
  if (bytes > maxKeyBytes) {
    throw invalidArgument(
      `the key ${shown.slice(0, 60)}… takes ${bytes} bytes with its folder and part suffix: at most ${maxKeyBytes}`,
    )
  }
  return key
}
