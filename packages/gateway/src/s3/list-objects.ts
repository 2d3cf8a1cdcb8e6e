import type { FileEntry, FileInfo } from '@stowage/core'
import { collectEntries, entryName, type ListedPage, type ListingStart } from './collect-entries.ts'
import type { ListedView } from './listing-cursors.ts'
import { etagOf } from './object-etag.ts'
import { encodeListed } from './percent-encoding.ts'
import { bucketOf, type Exchange, type Operation, type S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import type { Query } from './s3-request.ts'
import { element, textElement, xmlDocument } from './xml-writer.ts'

const mostKeys = 1000

/** What a listing asks for, read from its query. */
interface ListingQuery {
  readonly view: ListedView
  readonly maxKeys: number
  readonly isUrlEncoded: boolean
  /** Encodes names for the answer. */
  readonly encode: (text: string) => string
}

/** ListObjects, the first version: it goes on after the last name seen. */
export const listObjects: Operation = async (context, exchange) => {
  const { query } = exchange.request
  const listing = readQuery(exchange)
  const { view, encode } = listing
  const marker = query.get('marker') ?? ''
  const page = await collectPage(context, exchange, listing, startAfter(marker))
  const last = lastName(page)
  const isTruncated = page.nextToken !== undefined && last !== undefined
  if (isTruncated) context.cursors.remember(view, last, page.nextToken)
  const hasNextMarker = isTruncated && view.delimiter !== undefined
  const document = xmlDocument(
    'ListBucketResult',
    ...heading(listing),
    textElement('Marker', encode(marker)),
    hasNextMarker ? textElement('NextMarker', encode(last)) : '',
    textElement('IsTruncated', isTruncated),
    ...body(page, listing, true),
  )
  exchange.response.xml(document)
}

/** ListObjectsV2: it goes on by token. */
export const listObjectsV2: Operation = async (context, exchange) => {
  const { query } = exchange.request
  const listing = readQuery(exchange)
  const { view, encode } = listing
  const token = query.get('continuation-token')
  const after = query.get('start-after')
  const start: ListingStart =
    token === undefined ? startAfter(after ?? '') : { kind: 'token', token: context.cursors.open(view, token) }
  const page = await collectPage(context, exchange, listing, start)
  const nextToken = page.nextToken === undefined ? undefined : context.cursors.seal(view, page.nextToken)
  const document = xmlDocument(
    'ListBucketResult',
    ...heading(listing),
    textElement('KeyCount', page.entries.length),
    textElement('IsTruncated', nextToken !== undefined),
    token === undefined ? '' : textElement('ContinuationToken', token),
    nextToken === undefined ? '' : textElement('NextContinuationToken', nextToken),
    after === undefined ? '' : textElement('StartAfter', encode(after)),
    ...body(page, listing, query.get('fetch-owner') === 'true'),
  )
  exchange.response.xml(document)
}

/** Writes an instant as listings do: whole seconds, with zeros for the rest, which clients have come to expect. */
export function listedTime(time: Date | undefined): string {
  return (time ?? new Date(0)).toISOString().replace(/\.\d{3}Z$/, '.000Z')
}

/** Who owns everything here. */
export const owner: string = textElement('ID', 'stowage') + textElement('DisplayName', 'stowage')

function readQuery({ request: { bucket, query } }: Exchange): ListingQuery {
  const encoding = query.get('encoding-type')
  if (encoding !== undefined && encoding !== 'url') {
    throw new S3Error('InvalidArgument', { message: 'Invalid Encoding Method specified in Request' })
  }
  const isUrlEncoded = encoding === 'url'
  return {
    view: { bucket, prefix: query.get('prefix') ?? '', delimiter: query.get('delimiter') || undefined },
    maxKeys: readMaxKeys(query),
    isUrlEncoded,
    encode: isUrlEncoded ? encodeListed : (text) => text,
  }
}

function readMaxKeys(query: Query): number {
  const text = query.get('max-keys') ?? ''
  if (text === '') return mostKeys
  if (!/^\d{1,10}$/.test(text)) {
    throw new S3Error('InvalidArgument', { message: 'Argument max-keys must be an integer between 0 and 2147483647' })
  }
  return Math.min(Number(text), mostKeys)
}

function startAfter(name: string): ListingStart {
  return name === '' ? { kind: 'start' } : { kind: 'after', name }
}

async function collectPage(
  context: S3Context,
  { signal, request }: Exchange,
  { view, maxKeys }: ListingQuery,
  start: ListingStart,
): Promise<ListedPage> {
  const bucket = bucketOf(context, request.bucket)
  const source = { bucket, view, cursors: context.cursors, signal }
  // Nobody asks for no keys but to see whether the bucket is there.
  if (maxKeys === 0) await collectEntries(source, { kind: 'start' }, 1)
  return maxKeys === 0 ? { entries: [], nextToken: undefined } : collectEntries(source, start, maxKeys)
}

function lastName({ entries }: ListedPage): string | undefined {
  const last = entries.at(-1)
  return last === undefined ? undefined : entryName(last)
}

function heading({ view, maxKeys, encode, isUrlEncoded }: ListingQuery): string[] {
  return [
    textElement('Name', view.bucket),
    textElement('Prefix', encode(view.prefix)),
    view.delimiter === undefined ? '' : textElement('Delimiter', encode(view.delimiter)),
    textElement('MaxKeys', maxKeys),
    isUrlEncoded ? textElement('EncodingType', 'url') : '',
  ]
}

function body({ entries }: ListedPage, { encode }: ListingQuery, withOwner: boolean): string[] {
  const files = entries.filter((entry): entry is FileEntry & { kind: 'file' } => entry.kind === 'file')
  const groups = entries.filter((entry): entry is FileEntry & { kind: 'prefix' } => entry.kind === 'prefix')
  return [
    ...files.map(({ file }) => contents(file, encode, withOwner)),
    ...groups.map(({ prefix }) => element('CommonPrefixes', textElement('Prefix', encode(prefix)))),
  ]
}

function contents(file: FileInfo, encode: (text: string) => string, withOwner: boolean): string {
  return element(
    'Contents',
    textElement('Key', encode(file.key)),
    textElement('LastModified', listedTime(file.modifiedAt)),
    textElement('ETag', `"${etagOf(file)}"`),
    textElement('Size', file.sizeBytes),
    withOwner ? element('Owner', owner) : '',
    textElement('StorageClass', 'STANDARD'),
  )
}
