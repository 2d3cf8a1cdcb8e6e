import type { FileAttributes } from '../driver/file-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { CallPlace, Session } from './session.ts'

/** What may be set on a file beside its bytes. */
export interface FileAttributeOptions {
  /** Its media type. Default: none. */
  readonly contentType?: string | undefined
  /** The app's own text values. Default: none. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Tags. Default: none. */
  readonly tags?: readonly string[] | undefined
  /** When the backend may delete it by itself. Default: never. */
  readonly expiresAt?: Date | undefined
}

/** The names of the options that set attributes. */
export const attributeNames = ['contentType', 'metadata', 'tags', 'expiresAt'] as const

/** Checks attributes and that the backend keeps those that are given: none is dropped in silence. */
export function checkAttributes(session: Session, place: CallPlace, options: FileAttributeOptions): FileAttributes {
  const { contentType, metadata = {}, tags = [], expiresAt } = options
  if (contentType !== undefined) session.require('files.contentType', place)
  if (Object.keys(metadata).length > 0) session.require('files.metadata', place)
  if (tags.length > 0) session.require('files.tags', place)
  if (expiresAt !== undefined) session.require('files.expiry', place)
  if (
    contentType !== undefined &&
    (typeof contentType !== 'string' || !/^[\x21-\x7e][\x20-\x7e]*$/.test(contentType))
  ) {
    throw invalidArgument('contentType must be a media type such as "text/csv"')
  }
  if (expiresAt !== undefined && !(expiresAt instanceof Date && Number.isFinite(expiresAt.getTime()))) {
    throw invalidArgument('expiresAt must be a valid Date')
  }
  return { contentType, metadata: checkMetadata(metadata), tags: checkTags(tags), expiresAt }
}

/** Checks that metadata is text by name. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(metadata)) {
    if (name === '' || name === '__proto__') throw invalidArgument('a metadata name must not be empty or __proto__')
    if (typeof value !== 'string' || !value.isWellFormed() || !name.isWellFormed()) {
      throw invalidArgument(`metadata "${name}" must be well-formed text: write numbers and dates as text`)
    }
  }
  return metadata
}

/** Checks that tags are distinct texts. */
export function checkTags(tags: readonly string[]): readonly string[] {
  for (const tag of tags)
    if (typeof tag !== 'string' || tag === '') throw invalidArgument('a tag must be a text that is not empty')
  if (new Set(tags).size !== tags.length) throw invalidArgument('a tag is given twice')
  return tags
}
