import { once } from 'node:events'
import type { File, FileInfo } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { attributeHeaders } from './object-attributes.ts'
import { readRange, type WantedBytes } from './byte-ranges.ts'
import { isRangeWanted, type ObjectVersion, weighConditions } from './conditions.ts'
import { etagOf } from './object-etag.ts'
import { type Exchange, fileOf, lockName, type Operation, type S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import type { AnswerHeaders } from './s3-response.ts'

// A file that is replaced between looking at it and opening it is looked at again; nobody replaces one this often.
const maxTries = 5

/** GetObject. */
export const getObject: Operation = async (context, exchange) => {
  const { request } = exchange
  const file = await openFile(context, request)
  for (let attempt = 1; ; attempt += 1) {
    const info = await file.stat({ signal: exchange.signal })
    const plan = planAnswer(context, exchange, info)
    if (plan.status === 304 || plan.bytes.end === 0) return answerWithoutBody(exchange, plan)
    const body = bodyOf(context, file, info, plan, exchange.signal)
    try {
      // Nothing is promised before the version that was looked at is open.
      const first = await body.next()
      return await sendBody(exchange, plan, first, body)
    } catch (error) {
      if (!StorageError.is(error, 'conflict') || exchange.response.isBegun || attempt === maxTries) throw error
    }
  }
}

/** HeadObject. */
export const headObject: Operation = async (context, exchange) => {
  const file = await openFile(context, exchange.request)
  answerWithoutBody(exchange, planAnswer(context, exchange, await file.stat({ signal: exchange.signal })))
}

/** An answer before it is sent. */
interface AnswerPlan {
  readonly status: 200 | 206 | 304
  readonly headers: AnswerHeaders
  readonly bytes: WantedBytes
  readonly isWhole: boolean
}

async function openFile(context: S3Context, { bucket, key, query }: S3Request): Promise<File> {
  if (query.has('partNumber')) throw new S3Error('NotImplemented', { fields: { Parameter: 'partNumber' } })
  const versionId = query.get('versionId')
  if (versionId !== undefined && versionId !== 'null')
    throw new S3Error('NotImplemented', { fields: { Parameter: 'versionId' } })
  const file = fileOf(context, bucket, key)
  // A write that is being finished gives the object its ETag in a moment.
  await context.finishing.settled(lockName(bucket, key))
  return file
}

/** Gives the version of a file. */
export function versionOf(info: FileInfo): ObjectVersion {
  return { etag: etagOf(info), modifiedMs: info.modifiedAt?.getTime() ?? 0 }
}

function planAnswer({ impliedMetadata }: S3Context, exchange: Exchange, info: FileInfo): AnswerPlan {
  const { request } = exchange
  const version = versionOf(info)
  const basic = {
    ETag: `"${version.etag}"`,
    'Last-Modified': new Date(version.modifiedMs).toUTCString(),
    'Accept-Ranges': 'bytes',
  }
  const all = { start: 0, end: info.sizeBytes }
  const header = (name: string): string | undefined => request.headers.get(name)
  if (weighConditions(header, version) === 'unchanged') {
    return { status: 304, headers: basic, bytes: all, isWhole: true }
  }
  const wanted = isRangeWanted(header('if-range'), version) ? readRange(header('range'), info.sizeBytes) : undefined
  const bytes = wanted ?? all
  const headers = {
    ...basic,
    ...attributeHeaders(info, impliedMetadata),
    'Content-Length': String(bytes.end - bytes.start),
    ...(wanted === undefined
      ? checksumHeaders(request, info)
      : { 'Content-Range': `bytes ${bytes.start}-${bytes.end - 1}/${info.sizeBytes}` }),
    ...overrides(exchange),
  }
  return { status: wanted === undefined ? 200 : 206, headers, bytes, isWhole: wanted === undefined }
}

function checksumHeaders(request: S3Request, { checksums }: FileInfo): AnswerHeaders {
  if (request.header('x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED' || checksums.crc32 === undefined) return {}
  const crc32 = Buffer.from(checksums.crc32, 'hex').toString('base64')
  return { 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-type': 'FULL_OBJECT' }
}

const overridable = {
  'response-cache-control': 'Cache-Control',
  'response-content-disposition': 'Content-Disposition',
  'response-content-encoding': 'Content-Encoding',
  'response-content-language': 'Content-Language',
  'response-content-type': 'Content-Type',
  'response-expires': 'Expires',
} as const

function overrides({ request, isSigned }: Exchange): AnswerHeaders {
  const headers: Record<string, string> = {}
  for (const [parameter, header] of Object.entries(overridable)) {
    const value = request.query.get(parameter)
    if (value === undefined) continue
    if (!isSigned) {
      throw new S3Error('InvalidRequest', { message: 'Request specific response headers cannot be used anonymously' })
    }
    if (!/^[\x20-\x7e]+$/.test(value)) throw new S3Error('InvalidArgument', { fields: { ArgumentName: parameter } })
    headers[header] = value
  }
  return headers
}

function answerWithoutBody({ response }: Exchange, { status, headers }: AnswerPlan): void {
  response.begin(status, headers)
  response.raw.end()
}

function bodyOf(
  { storage }: S3Context,
  file: File,
  { etag }: FileInfo,
  { bytes, isWhole }: AnswerPlan,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (isWhole) return file.stream({ ifEtag: etag, signal })
  if (storage.supports('files.range')) return file.stream({ range: bytes, ifEtag: etag, signal })
  return cutOut(file.stream({ ifEtag: etag, signal }), bytes)
}

/** Takes a range out of a body, for storages that only give whole files. */
async function* cutOut(
  body: AsyncIterable<Uint8Array>,
  { start, end }: WantedBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = 0
  for await (const chunk of body) {
    const part = chunk.subarray(Math.max(start - position, 0), Math.max(end - position, 0))
    position += chunk.length
    if (part.length > 0) yield part
    if (position >= end) return
  }
}

/**
 * Sends a body. The last chunk is held back until the storage has found all of them right: an answer that went wrong ends
 * short, so that nobody takes it for the object.
 */
async function sendBody(
  { response, signal }: Exchange,
  { status, headers, bytes }: AnswerPlan,
  first: IteratorResult<Uint8Array, void>,
  body: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<void> {
  const { raw } = response
  const gone = new AbortController()
  const onClose = (): void => gone.abort()
  raw.on('close', onClose)
  if (raw.destroyed) onClose()
  const stopped = AbortSignal.any([gone.signal, signal])
  let left = bytes.end - bytes.start
  try {
    for (let next = first; ;) {
      if (next.done === true) throw new Error(`the storage gave ${left} bytes less than it had said`)
      const chunk = next.value
      left -= chunk.length
      next = await body.next()
      if (left < 0 || (next.done === true && left > 0))
        throw new Error('the storage gave another number of bytes than it had said')
      if (!response.isBegun) response.begin(status, headers)
      if (next.done === true) return void raw.end(chunk)
      if (!raw.write(chunk)) await once(raw, 'drain', { signal: stopped })
      stopped.throwIfAborted()
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error
  } finally {
    raw.off('close', onClose)
    await body.return()
  }
}
