import { createHash } from 'node:crypto'
import type { ArrivingPart, MultipartUpload, StagedPart, UploadName } from './multipart-uploads.ts'
import { copyResult } from './copy-object.ts'
import { findCopySource } from './copy-source.ts'
import { listedTime, owner } from './list-objects.ts'
import { readAttributes } from './object-attributes.ts'
import { encodeListed } from './percent-encoding.ts'
import { openObjectBody, telling } from './put-object.ts'
import { fileOf, type Operation } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import type { Query, S3Request } from './s3-request.ts'
import { bucketExists } from './storage-failure.ts'
import { element, textElement, xmlDocument } from './xml-writer.ts'

const mostParts = 10_000
const mostListed = 1000

/** CreateMultipartUpload. */
export const createMultipartUpload: Operation = async (context, { request, response }) => {
  const { bucket, key } = request
  const attributes = readAttributes(request, context)
  fileOf(context, bucket, key)
  if (!(await bucketExists(context, bucket))) throw new S3Error('NoSuchBucket', { fields: { BucketName: bucket } })
  const { id } = context.uploads.create(bucket, key, attributes, new Date(context.clock.now()))
  const parts = [textElement('Bucket', bucket), textElement('Key', key), textElement('UploadId', id)]
  const asked = ['x-amz-checksum-algorithm', 'x-amz-checksum-type'].flatMap((name) => {
    const value = request.header(name)
    return value === undefined || !/^[\w-]+$/.test(value) ? [] : [[name, value] as const]
  })
  response.xml(xmlDocument('InitiateMultipartUploadResult', ...parts), Object.fromEntries(asked))
}

/** UploadPart. */
export const uploadPart: Operation = async (context, exchange) => {
  const { request, response } = exchange
  const name = uploadName(request)
  const number = partNumber(request.query)
  context.uploads.find(name)
  const body = openObjectBody(context, exchange)
  const arriving = {
    number,
    chunks: body.chunks(),
    facts: () => ({ md5: body.md5, checksums: body.checksumHeaders, modifiedAt: new Date(context.clock.now()) }),
  }
  const { md5, checksums } = await telling(body, () => context.uploads.stage(name, arriving))
  response.empty(200, { ETag: `"${md5}"`, ...checksums })
}

/** UploadPartCopy: a part out of another object. */
export const uploadPartCopy: Operation = async (context, { request, response, signal }) => {
  const name = uploadName(request)
  const number = partNumber(request.query)
  context.uploads.find(name)
  const { file, info } = await findCopySource(context, request, signal)
  const range = copyRange(request.header('x-amz-copy-source-range'), info.sizeBytes)
  const whole = info.sizeBytes === 0 || range === undefined
  const source = file.stream({ ...(whole ? {} : { range }), ifEtag: info.etag, signal })
  const hash = createHash('md5')
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      hash.update(chunk)
      yield chunk
    }
  }
  const facts = (): ReturnType<ArrivingPart['facts']> => {
    return { md5: hash.digest('hex'), checksums: {}, modifiedAt: new Date(context.clock.now()) }
  }
  const part = await context.uploads.stage(name, { number, chunks: chunks(), facts })
  response.xml(copyResult('CopyPartResult', part.md5, part.modifiedAt))
}

/** AbortMultipartUpload. */
export const abortMultipartUpload: Operation = async ({ uploads }, { request, response }) => {
  await uploads.abort(uploadName(request))
  response.empty(204)
}

/** ListParts. */
export const listParts: Operation = async ({ uploads }, { request, response }) => {
  const name = uploadName(request)
  const { query } = request
  const marker = readCount(query, 'part-number-marker', 0)
  const most = Math.min(readCount(query, 'max-parts', mostListed), mostListed)
  const all = [...uploads.find(name).parts.values()].toSorted((one, other) => one.number - other.number)
  const after = all.filter(({ number }) => number > marker)
  const page = after.slice(0, most)
  const document = xmlDocument(
    'ListPartsResult',
    textElement('Bucket', name.bucket),
    textElement('Key', encoder(query)(name.key)),
    textElement('UploadId', name.id),
    textElement('PartNumberMarker', marker),
    textElement('NextPartNumberMarker', page.at(-1)?.number ?? 0),
    textElement('MaxParts', most),
    textElement('IsTruncated', page.length < after.length && page.length > 0),
    ...page.map(listedPart),
    element('Owner', owner),
    textElement('StorageClass', 'STANDARD'),
  )
  response.xml(document)
}

/** ListMultipartUploads. */
export const listMultipartUploads: Operation = async (context, { request, response }) => {
  const { bucket, query } = request
  if (query.has('delimiter')) throw new S3Error('NotImplemented', { fields: { Parameter: 'delimiter' } })
  if (!(await bucketExists(context, bucket))) throw new S3Error('NoSuchBucket', { fields: { BucketName: bucket } })
  const prefix = query.get('prefix') ?? ''
  const most = Math.min(readCount(query, 'max-uploads', mostListed), mostListed)
  const after = uploadsAfter(context.uploads.of(bucket), query).filter(({ key }) => key.startsWith(prefix))
  const page = after.slice(0, most)
  const last = page.length < after.length ? page.at(-1) : undefined
  const encode = encoder(query)
  const document = xmlDocument(
    'ListMultipartUploadsResult',
    textElement('Bucket', bucket),
    textElement('KeyMarker', encode(query.get('key-marker') ?? '')),
    textElement('UploadIdMarker', query.get('upload-id-marker') ?? ''),
    last === undefined ? '' : textElement('NextKeyMarker', encode(last.key)),
    last === undefined ? '' : textElement('NextUploadIdMarker', last.id),
    textElement('Prefix', encode(prefix)),
    textElement('MaxUploads', most),
    query.get('encoding-type') === 'url' ? textElement('EncodingType', 'url') : '',
    textElement('IsTruncated', last !== undefined),
    ...page.map((upload) => listedUpload(upload, encode)),
  )
  response.xml(document)
}

/** Gives the upload a request names. */
export function uploadName({ bucket, key, query }: S3Request): UploadName {
  return { bucket, key, id: query.get('uploadId') ?? '' }
}

function partNumber(query: Query): number {
  const text = query.get('partNumber') ?? ''
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= mostParts) return Number(text)
  throw new S3Error('InvalidArgument', { message: `Part number must be an integer between 1 and ${mostParts}` })
}

function copyRange(
  text: string | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | undefined {
  if (text === undefined) return undefined
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(text) ?? []
  const start = Number(first)
  const end = Number(last) + 1
  if (start < end && end <= sizeBytes) return { start, end }
  throw new S3Error('InvalidArgument', {
    message: `The range ${text} is not within the ${sizeBytes} bytes of the source`,
  })
}

function readCount(query: Query, name: string, usual: number): number {
  const text = query.get(name) ?? ''
  if (text === '') return usual
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new S3Error('InvalidArgument', { message: `Argument ${name} must be an integer from 0` })
}

function uploadsAfter(all: readonly MultipartUpload[], query: Query): readonly MultipartUpload[] {
  const key = query.get('key-marker') ?? ''
  if (key === '') return all
  const id = query.get('upload-id-marker')
  const marked = all.findIndex((upload) => upload.key === key && upload.id === id)
  if (marked !== -1) return all.slice(marked + 1)
  return all.filter((upload) => Buffer.compare(Buffer.from(upload.key), Buffer.from(key)) > 0)
}

function encoder(query: Query): (text: string) => string {
  return query.get('encoding-type') === 'url' ? encodeListed : (text) => text
}

function listedPart({ number, modifiedAt, md5, sizeBytes, checksums }: StagedPart): string {
  return element(
    'Part',
    textElement('PartNumber', number),
    textElement('LastModified', listedTime(modifiedAt)),
    textElement('ETag', `"${md5}"`),
    textElement('Size', sizeBytes),
    ...Object.entries(checksums).map(([header, value]) => textElement(checksumElement(header), value)),
  )
}

/** Gives the name a checksum has in documents: `ChecksumCRC32` for `x-amz-checksum-crc32`. */
export function checksumElement(header: string): string {
  return `Checksum${header.slice('x-amz-checksum-'.length).toUpperCase()}`
}

function listedUpload({ key, id, startedAt }: MultipartUpload, encode: (text: string) => string): string {
  return element(
    'Upload',
    textElement('Key', encode(key)),
    textElement('UploadId', id),
    element('Initiator', owner),
    element('Owner', owner),
    textElement('StorageClass', 'STANDARD'),
    textElement('Initiated', listedTime(startedAt)),
  )
}
