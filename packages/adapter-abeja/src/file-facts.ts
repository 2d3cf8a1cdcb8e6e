import type { FileInfo } from '@stowage/core'
import { type FileRequest, invalidArgument, StorageError } from '@stowage/core/driver'
import type { AbejaBucketFile, AbejaFile } from './answers.ts'
import { endOfLifetime } from './lifetime.ts'
import { isMarkName, readMark } from './mark.ts'

const octets = 'application/octet-stream'

/** Makes what core knows of a file of a channel. Its id changes whenever the content does, for content never changes: that is its etag. */
export function toChannelFileInfo(request: FileRequest, file: AbejaFile, sizeBytes: number): FileInfo {
  const { bucket, key } = request
  const mark = readMark(file.metadata)
  // A file always has a media type there, also when none was given.
  const hasType = file.contentType !== octets || mark.contentType === undefined
  return {
    bucket,
    key,
    sizeBytes,
    contentType: hasType ? file.contentType : undefined,
    etag: file.fileId,
    checksums: mark.crc32 === undefined ? {} : { crc32: mark.crc32 },
    metadata: withoutName(appMetadata(file.metadata), 'filename'),
    tags: [],
    expiresAt: endOfLifetime(file.lifetime, file.uploadedAt),
    modifiedAt: file.uploadedAt,
  }
}

/** Files whose etag may be the MD5 of their content: larger ones the service stores in parts. */
const wholeBytes = 5 * 1024 * 1024

/** Makes what core knows of a file of a bucket. */
export function toBucketFileInfo(request: FileRequest, file: AbejaBucketFile, verifyEtags: boolean): FileInfo {
  const { bucket, key } = request
  const sizeBytes = file.sizeBytes ?? withoutSize(key)
  const mark = readMark(file.metadata)
  // A note of another length belongs to another content.
  const crc32 = mark.sizeBytes === sizeBytes ? mark.crc32 : undefined
  const isMd5 = verifyEtags && sizeBytes <= wholeBytes && file.etag !== undefined && /^[0-9a-f]{32}$/.test(file.etag)
  return {
    bucket,
    key,
    sizeBytes,
    contentType: mark.contentType || undefined,
    etag: file.etag ?? file.lastModified?.toISOString(),
    checksums: crc32 !== undefined ? { crc32 } : isMd5 && file.etag !== undefined ? { md5: file.etag } : {},
    metadata: appMetadata(file.metadata),
    tags: [],
    expiresAt: endOfLifetime(file.lifetime ?? mark.lifetime, file.uploadedAt),
    modifiedAt: file.lastModified ?? file.uploadedAt,
  }
}

/** Gives the app's own metadata: all but our notes. */
export function appMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !isMarkName(name)))
}

/**
 * Refuses metadata that could not be told from the service's or ours.
 *
 * @param reserved - what else has a meaning of its own
 * @throws StorageError `invalid-argument`
 */
export function checkAppMetadata(metadata: Readonly<Record<string, string>>, reserved?: string): void {
  for (const name of Object.keys(metadata)) {
    const lower = name.toLowerCase()
    const isReserved = lower === reserved || lower === 'content-type' || lower === 'content_type'
    if (!isReserved && !isMarkName(name) && !lower.startsWith('x-abeja-')) continue
    throw invalidArgument(`metadata "${name}" has a meaning of its own on ABEJA: choose another name`)
  }
}

/** Says that a file isn't there. */
export function notFound({ bucket, key }: FileRequest): never {
  throw new StorageError({ code: 'not-found', message: `there is no file ${key} in ${bucket}` })
}

/** Makes the error for what ABEJA can't do. */
export function unsupported(message: string): StorageError {
  return new StorageError({ code: 'unsupported', message })
}

function withoutName(metadata: Readonly<Record<string, string>>, without: string): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== without))
}

function withoutSize(key: string): never {
  const message = `the service gave no size of ${key}: ask its support`
  throw new StorageError({ code: 'unavailable', message, retryable: false })
}
