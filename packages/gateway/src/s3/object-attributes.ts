import type { FileInfo, Storage } from '@stowage/core'
import { decodeHeaderText, encodeHeaderText } from './encoded-words.ts'
import { etagMetadataName, keptEtag, type EtagSubject } from './object-etag.ts'
import { encodings } from './request-body.ts'
import { S3Error } from './s3-error.ts'
import type { S3Context } from './s3-context.ts'
import type { S3Request } from './s3-request.ts'

/** What a client sets on an object beside its bytes. */
export interface ObjectAttributes {
  /** Its media type, where one was given. */
  readonly contentType: string | undefined
  /** Its metadata, and headers kept among them under reserved names. */
  readonly metadata: Readonly<Record<string, string>>
}

const userPrefix = 'x-amz-meta-'
// Adapters keep `stowage-` for notes of their own.
const reservedPrefix = 'x-stowage-s3-'
const maxMetadataBytes = 2048

/** Headers that are kept with an object and given back with it, in the case they are sent in. */
const keptHeaders = ['Cache-Control', 'Content-Disposition', 'Content-Encoding', 'Content-Language', 'Expires'] as const

/** The media type of an object that was given none. */
export const defaultContentType = 'binary/octet-stream'

/**
 * Reads what a request sets on an object.
 *
 * @throws S3Error `NotImplemented` for what can't be kept: dropping it in silence would be worse
 */
export function readAttributes(
  request: S3Request,
  { storage, acceptsEncryption, impliedMetadata }: Pick<S3Context, 'storage' | 'acceptsEncryption' | 'impliedMetadata'>,
): ObjectAttributes {
  refuseUnserved(request, acceptsEncryption)
  const contentType = request.headers.get('content-type') || undefined
  const metadata = new Map<string, string>()
  let bytes = 0
  for (const header of [...request.hoisted.keys(), ...request.headers.keys()]) {
    if (!header.startsWith(userPrefix)) continue
    const name = header.slice(userPrefix.length)
    if (name.startsWith(reservedPrefix)) {
      throw new S3Error('InvalidArgument', { message: `Metadata names may not begin with ${reservedPrefix}` })
    }
    const value = request.header(header) ?? ''
    bytes += name.length + value.length
    metadata.set(name, decodeHeaderText(value))
  }
  if (bytes > maxMetadataBytes) throw new S3Error('MetadataTooLarge')
  for (const [name, value] of Object.entries(impliedMetadata)) {
    if (value === null || metadata.get(name) === value) metadata.delete(name)
  }
  for (const header of keptHeaders) {
    const value = header === 'Content-Encoding' ? contentEncoding(request) : request.headers.get(header.toLowerCase())
    if (value !== undefined && value !== '')
      metadata.set(reservedPrefix + header.toLowerCase(), decodeHeaderText(value))
  }
  return {
    // Clients send a type whether anybody wants it or not; a storage that keeps none still takes their files.
    contentType: storage.supports('files.contentType') ? contentType : undefined,
    metadata: Object.fromEntries(metadata),
  }
}

/** Adds the ETag of content, where the storage keeps metadata. */
export function withEtag(attributes: ObjectAttributes, subject: EtagSubject, storage: Storage): ObjectAttributes {
  if (!storage.supports('files.metadata')) return attributes
  return { ...attributes, metadata: { ...attributes.metadata, [etagMetadataName]: keptEtag(subject) } }
}

/** Gives the headers that say what is set on an object. */
export function attributeHeaders(
  { contentType, metadata }: FileInfo,
  implied: S3Context['impliedMetadata'],
): Record<string, string> {
  const headers: Record<string, string> = { 'Content-Type': contentType ?? defaultContentType }
  for (const header of keptHeaders) {
    const value = metadata[reservedPrefix + header.toLowerCase()]
    if (value !== undefined) headers[header] = encodeHeaderText(value)
  }
  for (const [name, value] of Object.entries(implied)) if (value !== null) headers[userPrefix + name] = value
  let unsendable = 0
  for (const [name, value] of Object.entries(metadata)) {
    if (name.startsWith(reservedPrefix)) continue
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) headers[userPrefix + name.toLowerCase()] = encodeHeaderText(value)
    else unsendable += 1
  }
  if (unsendable > 0) headers['x-amz-missing-meta'] = String(unsendable)
  return headers
}

function contentEncoding(request: S3Request): string | undefined {
  // The framing is taken off; what is left is how the content itself is encoded.
  const names = encodings(request).filter((name) => name !== 'aws-chunked')
  return names.length === 0 ? undefined : names.join(',')
}

const harmlessValues: Readonly<Record<string, readonly string[]>> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control', 'bucket-owner-read'],
  'x-amz-storage-class': ['STANDARD'],
}

const unserved =
  /^x-amz-(?:acl$|grant-|storage-class$|tagging$|website-redirect-location$|object-lock-|server-side-encryption|write-offset-bytes$)/

function refuseUnserved(request: S3Request, acceptsEncryption: boolean): void {
  for (const header of [...request.headers.keys(), ...request.hoisted.keys()]) {
    const value = request.header(header) ?? ''
    if (!unserved.test(header) || harmlessValues[header]?.includes(value) === true) continue
    if (acceptsEncryption && header === 'x-amz-server-side-encryption' && value === 'AES256') continue
    throw new S3Error('NotImplemented', { fields: { Header: header } })
  }
}
