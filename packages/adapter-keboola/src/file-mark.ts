import { createHash } from 'node:crypto'
import type { FileInfo } from '@stowage/core'
import { invalidArgument } from '@stowage/core/driver'
import { fileBucket } from './bucket-name.ts'
import type { KeboolaFile } from './file-answers.ts'

const keyPrefix = 'stowage-key-'
/** The tag of a file that is being uploaded; with the tag of its key as well it is whole. */
export const uploadTag = 'stowage-upload'

/** Files keep the 15 days they are given unless they are to stay. */
const dayMs = 24 * 60 * 60 * 1000
const uploadDays = 15
/** An app reckons its date a while before the request is made, by another clock perhaps. */
const toleranceMs = 5 * 60 * 1000

/** Gives the tag that whole files with a key have: the service finds files by tags exactly, and by names only nearly. */
export function tagOfKey(key: string): string {
  return `${keyPrefix}${createHash('sha256').update(key).digest('hex').slice(0, 32)}`
}

/** Tells whether a tag is one of ours. */
export function isOwnTag(tag: string): boolean {
  return tag === uploadTag || tag.startsWith(keyPrefix)
}

/** Checks the tags an app gives a file. */
export function checkTags(tags: readonly string[]): void {
  const odd = tags.find((tag) => tag === '' || isOwnTag(tag))
  if (odd !== undefined)
    throw invalidArgument(`a file can't be tagged ${JSON.stringify(odd)}: leave it out, or name it otherwise`)
}

/**
 * Gives the key a file is shown under: its name where it was written through us, otherwise its id and name, for others give the same name
 * to many files. Undefined for one that isn't whole.
 */
export function keyOfFile({ id, name, tags }: KeboolaFile): string | undefined {
  if (tags.includes(tagOfKey(name))) return name
  return tags.includes(uploadTag) ? undefined : `${id}/${name}`
}

/** Reads the id from the key of a file that others wrote. */
export function idOfKey(key: string): string | undefined {
  return /^(\d{1,18})\//.exec(key)?.[1]
}

/**
 * Says whether a file is kept for ever: it is where nothing is asked for, and otherwise for fifteen days, which it must be then.
 *
 * @throws StorageError `invalid-argument` for any other instant
 */
export function isPermanent(expiresAt: Date | undefined, nowMs: number): boolean {
  if (expiresAt === undefined) return true
  if (Math.abs(expiresAt.getTime() - nowMs - uploadDays * dayMs) <= toleranceMs) return false
  throw invalidArgument(
    `expiresAt is ${expiresAt.toISOString()}: Keboola keeps files for ${uploadDays} days from now or for ever`,
  )
}

/** Tells what is known of a file. */
export function toFileInfo(key: string, file: KeboolaFile, sizeBytes: number): FileInfo {
  const { id, tags, createdAt, maxAgeDays } = file
  const isExpiring = maxAgeDays !== undefined && createdAt !== undefined
  return {
    bucket: fileBucket,
    key,
    sizeBytes,
    contentType: undefined,
    etag: id,
    checksums: {},
    metadata: {},
    tags: tags.filter((tag) => !isOwnTag(tag)),
    expiresAt: isExpiring ? new Date(createdAt.getTime() + maxAgeDays * dayMs) : undefined,
    modifiedAt: createdAt,
  }
}

/** Tells which of two files is newer: ids only grow. */
export function isNewer(file: KeboolaFile, than: KeboolaFile): boolean {
  if (file.id.length !== than.id.length) return file.id.length > than.id.length
  return file.id > than.id
}
