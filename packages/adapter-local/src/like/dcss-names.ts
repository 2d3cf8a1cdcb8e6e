import { invalidArgument } from '@stowage/core/driver'
import { maxKeyBytes } from '../keys.ts'

// Whose folder of the space `user` is the storage's: that of the published sample token, which the gateway of this service takes.
const userFolder = '-1/'

// A file of over 5 GiB is stored as `key.000`, `key.001`, …, so every key leaves room for that.
const partSuffixBytes = 4

/** The most bytes of a key that fits into every space but `user`, where the folder takes some. */
export const dcssKeyBytes: number = maxKeyBytes - partSuffixBytes

/** The most bytes of the name of a bucket. */
export const bucketBytes = 63

/** The most bytes of a space's name, whose bucket is `duckietown-NAME-storage`. */
export const dcssSpaceBytes: number = bucketBytes - 'duckietown--storage'.length

/** Gives a space's name as the service takes it, without spaces around it; refuses what makes no name of an S3 bucket. */
export function spaceName(name: string): string {
  const trimmed = name.trim()
  const isName = /^[a-z0-9.-]+$/.test(trimmed) && !trimmed.includes('..') && trimmed.length <= dcssSpaceBytes
  if (isName) return trimmed
  const rule = `lower-case letters, digits, dots and hyphens, at most ${dcssSpaceBytes}`
  throw invalidArgument(`DCSS has no space called ${JSON.stringify(name)}: its names have ${rule}`)
}

/** Gives the whole key of a file: in `user` it lies in the user's folder, with or without that in front. */
export function storedKey(space: string, key: string): string {
  const stored = storedPrefix(space, key)
  if (stored.startsWith('/')) {
    throw invalidArgument(`the key ${JSON.stringify(key)} begins with a slash, which DCSS drops: leave it out`)
  }
  if (stored.split('/').some((segment) => segment === '.' || segment === '..')) {
    const why = 'which the URLs of DCSS can not carry: HTTP clients resolve it to another key'
    throw invalidArgument(`the key ${JSON.stringify(key)} has a segment "." or "..", ${why}; rename it`)
  }
  if (stored.includes('\0')) {
    throw invalidArgument(
      `the key ${JSON.stringify(key)} holds a NUL, with which S3 servers break the connection: leave it out`,
    )
  }
  const bytes = Buffer.byteLength(stored)
  if (bytes <= dcssKeyBytes) return stored
  const room = `${dcssKeyBytes} with its folder, for DCSS may have to add the number of a part`
  throw invalidArgument(`the key takes ${bytes} bytes and may have ${room}: shorten it`, { keyBytes: bytes })
}

/** Gives the whole prefix of a listing: in `user` that of the user's folder. */
export function storedPrefix(space: string, prefix: string): string {
  return space === 'user' && !prefix.startsWith(userFolder) ? userFolder + prefix : prefix
}
