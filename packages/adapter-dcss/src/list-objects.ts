import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { type CallContext, StorageError } from '@stowage/core/driver'
import type { S3Access } from './access.ts'
import type { S3Clients } from './s3-clients.ts'
import { isSignedV2 } from './signed-url-facts.ts'

/** What is listed. */
export interface ObjectListing {
  /** The bucket's full name. */
  readonly bucket: string
  /** The beginning of keys. */
  readonly prefix: string
  /** Groups keys; undefined for none. A signed URL has none. */
  readonly delimiter?: string | undefined
  /** The most entries; a signed URL has its own number. */
  readonly maxKeys?: number | undefined
  /** Goes on where a page ended; not with signed URLs. */
  readonly continuationToken?: string | undefined
  /** Begins after this key; with signed URLs of version 2 only. */
  readonly startAfter?: string | undefined
}

/** An object as a listing shows it. */
export interface ListedObject {
  /** Its key. */
  readonly key: string
  /** Its length. */
  readonly sizeBytes: number
  /** Its ETag, without quotes. */
  readonly etag: string | undefined
  /** When it was written. */
  readonly modifiedAt: Date | undefined
  /** Its storage class, as S3 calls it. */
  readonly storageClass: string | undefined
}

/** An entry of a listing: an object, or a prefix that stands for several. */
export type ListedEntry =
  | {
      /** An object. */
      readonly kind: 'object'
      /** The object. */
      readonly object: ListedObject
    }
  | {
      /** A prefix. */
      readonly kind: 'prefix'
      /** Up to and including the delimiter. */
      readonly prefix: string
    }

/** One page as S3 gives it. */
export interface ObjectPage {
  /** Its entries by key, in code points. */
  readonly entries: readonly ListedEntry[]
  /** Whether there is more. */
  readonly isTruncated: boolean
  /** Asks for more. */
  readonly continuationToken: string | undefined
  /** Whether the URL was signed so that parameters may be added. */
  readonly isOpenEnded: boolean
}

/** Lists one page of a bucket, by ListObjectsV2. */
export async function listObjects(
  clients: S3Clients,
  access: S3Access,
  listing: ObjectListing,
  call: CallContext,
): Promise<ObjectPage> {
  const { signal, receipt } = call
  const { bucket, prefix } = listing
  const { ListObjectsV2Command } = await clients.module()
  if (access.kind !== 'authorized') {
    const command = new ListObjectsV2Command(inputOf(listing))
    receipt.requests += 1
    return toPage(await (await clients.client()).send(command, { abortSignal: signal }), true)
  }
  const action = { action: 'list_objects_v2', bucket, key: prefix, headers: {} } as const
  const { url } = await access.prepare(action, call)
  const isOpenEnded = isSignedV2(url)
  const target = isOpenEnded ? withStart(url, listing.startAfter) : url
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix })
  // A documented hook, after signing: the request becomes that of the signed URL, byte for byte.
  command.middlewareStack.add((next) => (args) => next({ ...args, request: redirected(args.request, target) }), {
    step: 'finalizeRequest',
    priority: 'low',
    name: 'sendSignedUrl',
  })
  receipt.requests += 1
  return toPage(await (await clients.client()).send(command, { abortSignal: signal }), isOpenEnded)
}

function inputOf({ bucket, prefix, delimiter, maxKeys, continuationToken, startAfter }: ObjectListing): {
  readonly Bucket: string
  readonly Prefix: string
  readonly EncodingType: 'url'
} {
  return {
    Bucket: bucket,
    Prefix: prefix,
    // XML has no way to write most control characters, and changes line breaks.
    EncodingType: 'url',
    ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
    ...(maxKeys === undefined ? {} : { MaxKeys: maxKeys }),
    ...(continuationToken === undefined ? {} : { ContinuationToken: continuationToken }),
    ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
  }
}

/** Version 2 doesn't sign the parameters of a listing, so they may be added (contract section 10). */
function withStart(url: string, startAfter: string | undefined): string {
  return startAfter === undefined ? url : `${url}&start-after=${encodeURIComponent(startAfter)}`
}

function redirected(request: unknown, url: string): unknown {
  const { protocol, hostname, port } = new URL(url)
  const pathAndQuery = url.slice(url.indexOf('/', url.indexOf('://') + 3))
  const place = { protocol, hostname, port: port === '' ? undefined : Number(port) }
  return { ...(request as object), ...place, path: pathAndQuery, query: {}, headers: {} }
}

function toPage(output: ListObjectsV2CommandOutput, isOpenEnded: boolean): ObjectPage {
  const { Contents = [], CommonPrefixes = [], IsTruncated, NextContinuationToken, EncodingType, KeyCount } = output
  if (IsTruncated === undefined || (KeyCount !== undefined && KeyCount !== Contents.length + CommonPrefixes.length)) {
    const message = "the answer is no whole listing of S3's: check s3Url and what lies in between, or try again"
    throw new StorageError({ code: 'corrupt-data', message, retryable: true })
  }
  const decode = EncodingType === 'url' ? decodeListed : (text: string) => text
  const objects = Contents.map(({ Key = '', Size = 0, ETag, LastModified, StorageClass }): ListedEntry => {
    const etag = ETag?.replace(/^"(.*)"$/, '$1')
    const facts = { key: decode(Key), sizeBytes: Size, etag, modifiedAt: LastModified, storageClass: StorageClass }
    return { kind: 'object', object: facts }
  })
  const prefixes = CommonPrefixes.map(({ Prefix = '' }): ListedEntry => ({ kind: 'prefix', prefix: decode(Prefix) }))
  const entries = prefixes.length === 0 ? objects : [...objects, ...prefixes].toSorted(compareEntries)
  return { entries, isTruncated: IsTruncated, continuationToken: NextContinuationToken, isOpenEnded }
}

/** Servers write a space as `+` or as `%20`, and `+` itself always as `%2B`. */
function decodeListed(text: string): string {
  return decodeURIComponent(text.replaceAll('+', '%20'))
}

/** Gives an entry's key or prefix. */
export function nameOfEntry(entry: ListedEntry): string {
  return entry.kind === 'object' ? entry.object.key : entry.prefix
}

function compareEntries(left: ListedEntry, right: ListedEntry): number {
  return compareKeys(nameOfEntry(left), nameOfEntry(right))
}

/** Compares keys as S3 sorts them: by UTF-8 bytes, which is by code points. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
