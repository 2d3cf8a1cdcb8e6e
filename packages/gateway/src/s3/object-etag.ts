import { createHash } from 'node:crypto'
import type { FileInfo } from '@stowage/core'

/** The metadata name under which a file's ETag is kept; clients of S3 never see it. */
export const etagMetadataName = 'x-stowage-s3-etag'

/** What is known of content, to bind an ETag to it. */
export interface EtagSubject {
  /** The ETag, without quotes: an MD5 in hex, or that of a multipart upload. */
  readonly etag: string
  /** How many bytes the content has. */
  readonly sizeBytes: number
  /** Its CRC32 in hex, where it is known. */
  readonly crc32: string | undefined
}

/**
 * Writes an ETag the way it is kept with a file. It names the content it belongs to: whoever writes other content with
 * the same metadata through another door must not bring back the old ETag.
 */
export function keptEtag({ etag, sizeBytes, crc32 }: EtagSubject): string {
  return `${etag} ${sizeBytes} ${crc32 ?? '-'}`
}

/**
 * Gives a file's ETag, without quotes: the MD5 of its content where that is known, that of its multipart upload, or else
 * one made of what the storage tells versions apart by. The latter has the form of a multipart upload's, so that nobody takes
 * it for an MD5.
 */
export function etagOf(file: FileInfo): string {
  return readKept(file) ?? file.checksums.md5 ?? `${versionHash(file)}-1`
}

function readKept({ metadata, sizeBytes, checksums }: FileInfo): string | undefined {
  const kept = Object.hasOwn(metadata, etagMetadataName) ? metadata[etagMetadataName] : undefined
  const [, etag, size, crc32] = /^([0-9a-f]{32}(?:-\d{1,5})?) (\d+) ([0-9a-f]{8}|-)$/.exec(kept ?? '') ?? []
  if (Number(size) !== sizeBytes) return undefined
  return crc32 === '-' || checksums.crc32 === undefined || crc32 === checksums.crc32 ? etag : undefined
}

function versionHash({ etag, sizeBytes, checksums, modifiedAt }: FileInfo): string {
  const version = etag ?? [sizeBytes, checksums.sha256 ?? checksums.crc32, modifiedAt?.getTime()].join(' ')
  return createHash('md5').update(version).digest('hex')
}
