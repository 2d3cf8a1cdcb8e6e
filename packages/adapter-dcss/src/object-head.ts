import { StorageError } from '@stowage/core/driver'
import type { ByteResponse } from '@stowage/http'

/** What the headers of an answer say of an object. */
export interface ObjectHead {
  /** The object's length in bytes, also where the answer holds a range of it. */
  readonly sizeBytes: number
  /** Its ETag, without quotes. */
  readonly etag: string
  /** Its media type, where somebody gave one. */
  readonly contentType: string | undefined
  /** When it was written, to the second. */
  readonly modifiedAt: Date | undefined
  /** The metadata `number-of-parts`, where it is a number: how many objects make up the file. */
  readonly parts: number | undefined
  /** The MD5 of the content, where the ETag is one. */
  readonly md5: string | undefined
  /** All metadata, by name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>
}

// What S3 says of objects nobody gave a type.
const defaultContentType = 'binary/octet-stream'
const metadataPrefix = 'x-amz-meta-'

/**
 * Reads what an answer to GET or HEAD says of its object.
 *
 * @throws StorageError `corrupt-data` for an answer that is none of S3's: every object has an ETag and a length, a page in between
 * (of a proxy, of a login) hasn't
 */
export function readHead(response: ByteResponse): ObjectHead {
  const { headers } = response
  const etag = headers['etag']?.replace(/^"(.*)"$/, '$1') ?? ''
  const sizeBytes = response.status === 206 ? totalOf(headers['content-range']) : response.sizeBytes
  if (etag === '' || sizeBytes === undefined) throw noObject(response)
  const contentType = headers['content-type']
  const modifiedAt = new Date(headers['last-modified'] ?? Number.NaN)
  return {
    sizeBytes,
    etag,
    contentType: contentType === defaultContentType ? undefined : contentType,
    modifiedAt: Number.isNaN(modifiedAt.getTime()) ? undefined : modifiedAt,
    parts: readParts(headers[`${metadataPrefix}number-of-parts`]),
    md5: isMd5(etag, headers) ? etag : undefined,
    metadata: readMetadata(headers),
  }
}

/** Tells the version of what a PUT has stored. */
export function etagOfPut({ headers }: ByteResponse): string | undefined {
  return headers['etag']?.replace(/^"(.*)"$/, '$1')
}

/** The ETag is the MD5 where it has its form and the server doesn't encrypt with a key of its own or of somebody else's. */
export function isMd5(etag: string, headers: Readonly<Record<string, string>>): boolean {
  const isOtherwise =
    headers['x-amz-server-side-encryption']?.startsWith('aws:kms') === true ||
    headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined
  return /^[0-9a-f]{32}$/.test(etag) && !isOtherwise
}

/** Gives the bytes a `content-range` says there are in all. */
export function totalOf(contentRange: string | undefined): number | undefined {
  const [, total] = /\/(\d{1,15})$/.exec(contentRange ?? '') ?? []
  return total === undefined ? undefined : Number(total)
}

function readParts(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined
}

function readMetadata(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(metadataPrefix))
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(metadataPrefix.length), value]))
}

function noObject({ status, headers }: ByteResponse): StorageError {
  const found = headers['content-type'] ?? 'something without a type'
  const message = `S3 answered ${status}, but with ${found} that is no object: check s3Url and what lies in between`
  return new StorageError({ code: 'corrupt-data', message, status, retryable: false })
}
