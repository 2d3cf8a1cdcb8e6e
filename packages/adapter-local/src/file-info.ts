import type { FileInfo } from '@stowage/core'
import { type FileAttributes, parseJsonExactly, type UpdateFileRequest } from '@stowage/core/driver'
import type { FileRow } from './engine/files/file-row.ts'
import type { PublishItem } from './engine/files/file-publish.ts'
import { checkText } from './keys.ts'

/** Attributes as the index keeps them. */
export type StoredAttributes = Pick<PublishItem, 'contentType' | 'metadata' | 'tags' | 'expiresAt'>

const noMetadata: FileInfo['metadata'] = Object.freeze({})
const noTags: FileInfo['tags'] = Object.freeze([])

/** Gives what is known of a file from its row. */
export function fileInfoOf(row: FileRow): FileInfo {
  return {
    bucket: row.bucket,
    key: row.key,
    sizeBytes: row.sizeBytes,
    contentType: row.contentType ?? undefined,
    etag: row.etag,
    checksums: { crc32: row.crc32 },
    metadata: row.metadata === null ? noMetadata : (parseJsonExactly(row.metadata) as Record<string, string>),
    tags: row.tags === null ? noTags : (JSON.parse(row.tags) as string[]),
    expiresAt: row.expiresAt === null ? undefined : new Date(row.expiresAt),
    modifiedAt: new Date(row.modifiedAt),
  }
}

/** Gives attributes the form the index keeps them in. */
export function storedAttributes({ contentType, metadata, tags, expiresAt }: FileAttributes): StoredAttributes {
  if (contentType !== undefined) checkText(contentType, 'content type')
  return {
    contentType: contentType ?? null,
    metadata: storedMetadata(metadata),
    tags: storedTags(tags),
    expiresAt: expiresAt?.getTime() ?? null,
  }
}

/** Gives changes of attributes the form the index takes them in: undefined stays, null removes. */
export function storedChanges(request: UpdateFileRequest): {
  [Name in keyof StoredAttributes]: StoredAttributes[Name] | undefined
} {
  const { contentType, metadata, tags, expiresAt } = request
  if (typeof contentType === 'string') checkText(contentType, 'content type')
  return {
    contentType,
    metadata: metadata === undefined ? undefined : storedMetadata(metadata),
    tags: tags === undefined ? undefined : storedTags(tags),
    expiresAt: expiresAt instanceof Date ? expiresAt.getTime() : expiresAt,
  }
}

function storedMetadata(metadata: Readonly<Record<string, string>>): string | null {
  for (const _name in metadata) return JSON.stringify(metadata)
  return null
}

function storedTags(tags: readonly string[]): string | null {
  return tags.length === 0 ? null : JSON.stringify(tags)
}
