import type { FileInfo, PutOptions, Storage } from '@stowage/core'
import { etagMetadataName, type EtagSubject, keptEtag } from '../s3/object-etag.ts'
import {
  fromStored,
  type MetadataForm,
  reservedPrefix,
  type StoredMetadata,
  toStored,
  type WireMetadata,
} from './file-metadata.ts'
import { endOfLife, isLifetime, type Lifetime } from './lifetime.ts'

/**
 * What ABEJA knows of a file.
 *
 * In the storage it is a file of the container's bucket, its key the file's id (the path, in a bucket). The media type is the
 * storage's, metadata as `file-metadata.ts` says. What a storage has no word for is one entry of the metadata, `x-stowage-abeja`:
 * the instant of the upload, a number that orders uploads of one instant, and the lifetime. So all of it survives a restart. The
 * lifetime also becomes the storage's own expiry where it has one.
 */
export interface FileFacts {
  /** Its media type; undefined where none was given. */
  readonly contentType: string | undefined
  /** Its metadata, without the system's. */
  readonly metadata: WireMetadata
  /** When it was uploaded, in milliseconds since 1970. */
  readonly uploadedMs: number
  /** Orders uploads of one instant. */
  readonly sequence: number
  /** How long it is kept; undefined for ever. */
  readonly lifetime: Lifetime | undefined
}

const factsName = 'x-stowage-abeja'
const contentTypeName = 'x-stowage-abeja-content-type'

/** What is set on a file of the storage. */
export type FileAttributes = Required<Pick<PutOptions, 'contentType' | 'metadata' | 'expiresAt'>>

/** How files are kept: what the storage can, and whether its clock is ours. */
export interface KeepingRules {
  /** The storage. */
  readonly storage: Storage
  /** Whether the storage may delete by itself what has lived long enough: not when the gateway has a clock of its own. */
  readonly usesExpiry: boolean
}

/** Gives what is set on a file of the storage. */
export function toAttributes(
  facts: FileFacts,
  etag: EtagSubject | undefined,
  { storage, usesExpiry }: KeepingRules,
  form: MetadataForm,
): FileAttributes {
  const { contentType, uploadedMs, sequence, lifetime } = facts
  const keepsType = storage.supports('files.contentType')
  const endMs = endOfLife(uploadedMs, lifetime)
  return {
    contentType: keepsType ? contentType : undefined,
    metadata: {
      ...toStored(facts.metadata, form),
      [factsName]: `${uploadedMs} ${sequence} ${lifetime ?? '-'}`,
      ...(keepsType || contentType === undefined ? {} : { [contentTypeName]: contentType }),
      ...(etag === undefined ? {} : { [etagMetadataName]: keptEtag(etag) }),
    },
    expiresAt: endMs !== undefined && usesExpiry && storage.supports('files.expiry') ? new Date(endMs) : undefined,
  }
}

/** Reads what is known of a file, also of one that came into the storage by another way. */
export function readFacts({ metadata, contentType, modifiedAt }: FileInfo): FileFacts {
  const [, uploaded, sequence, lifetime] = /^(\d{1,16}) (\d{1,16}) (\w+|-)$/.exec(metadata[factsName] ?? '') ?? []
  return {
    contentType: contentType ?? metadata[contentTypeName],
    metadata: fromStored(metadata),
    uploadedMs: uploaded === undefined ? (modifiedAt?.getTime() ?? 0) : Number(uploaded),
    sequence: Number(sequence ?? 0),
    lifetime: isLifetime(lifetime) ? lifetime : undefined,
  }
}

/** Gives the entries that no user set, to be kept when the user's are replaced. */
export function reservedEntries({ metadata }: FileInfo): StoredMetadata {
  return Object.fromEntries(
    Object.entries(metadata).filter(
      ([name]) => name.startsWith(reservedPrefix) && !name.startsWith(`${factsName}-raw-`),
    ),
  )
}

/** Tells whether a file has lived long enough: then it isn't there any more, whether it was deleted yet or not. */
export function isExpired({ uploadedMs, lifetime }: FileFacts, nowMs: number): boolean {
  return (endOfLife(uploadedMs, lifetime) ?? Number.POSITIVE_INFINITY) <= nowMs
}
