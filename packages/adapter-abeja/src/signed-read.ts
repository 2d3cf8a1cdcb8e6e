import type { ByteRange } from '@stowage/core'
import { type Clock, invalidArgument, StorageError } from '@stowage/core/driver'
import type { ByteResponse, RequestCounter } from '@stowage/http'
import type { AbejaFile } from './answers.ts'
import type { AbejaWire } from './wire.ts'

/** What is read of a file. */
export interface SignedReadRequest<File extends AbejaFile> {
  /** The file, as it was last seen. */
  readonly file: File
  /** Asks the service for it again, with a fresh URL. */
  readonly refresh: () => Promise<File>
  /** The bytes wanted; undefined for all. */
  readonly range: ByteRange | undefined
  /** Whether chunks may be lent. */
  readonly mayLend: boolean
  /** Ends it. */
  readonly signal: AbortSignal | undefined
  /** Counts requests. */
  readonly receipt: RequestCounter | undefined
}

/** A file on its way. */
export interface SignedContent<File extends AbejaFile> {
  /** The file, as it was seen last. */
  readonly file: File
  /** The length of the whole file. */
  readonly totalBytes: number
  /** How many bytes `body` gives. */
  readonly sizeBytes: number
  /** The etag, without quotes. */
  readonly etag: string | undefined
  /** The media type it is served with. */
  readonly contentType: string | undefined
  /** The bytes. */
  readonly body: AsyncIterableIterator<Uint8Array>
}

/** A URL that expires sooner is not used any more. */
const worthUsingMs = 60_000

/**
 * Reads a file from the URL the service signed for it. One that has expired, or is refused with 403, is replaced by a fresh one, once.
 *
 * A store that ignores the range is read past what isn't wanted.
 *
 * @throws StorageError `invalid-argument` for a range that begins past the end
 */
export async function readSigned<File extends AbejaFile>(
  wire: AbejaWire,
  clock: Clock,
  request: SignedReadRequest<File>,
): Promise<SignedContent<File>> {
  const isFresh = isUsable(request.file, clock.now())
  let file = isFresh ? request.file : await request.refresh()
  let response = await get(wire, file, request)
  if (response.status === 403) {
    await response.discard()
    file = await request.refresh()
    response = await get(wire, file, request)
  }
  return toContent(file, response, request.range)
}

/**
 * Finds out the length of a file the service gives none of, by asking for its first byte. `HEAD` is no way: the URL is signed for `GET`.
 */
export async function probeSize<File extends AbejaFile>(
  wire: AbejaWire,
  clock: Clock,
  request: Pick<SignedReadRequest<File>, 'file' | 'refresh' | 'signal' | 'receipt'>,
): Promise<number> {
  const content = await readSigned(wire, clock, { ...request, range: { start: 0, end: 0 }, mayLend: false })
  await content.body.return?.()
  return content.totalBytes
}

function isUsable({ downloadUrl, urlExpiresAt }: AbejaFile, nowMs: number): boolean {
  if (downloadUrl === undefined || urlExpiresAt === undefined) return false
  return urlExpiresAt.getTime() - nowMs > worthUsingMs
}

function get<File extends AbejaFile>(
  wire: AbejaWire,
  file: File,
  { range, mayLend, signal, receipt }: SignedReadRequest<File>,
): Promise<ByteResponse> {
  const headers = range === undefined ? {} : { range: rangeHeader(range) }
  if (file.downloadUrl === undefined) {
    const message = `the service gave no URL to read ${file.fileId} from: it may not have been uploaded yet`
    throw new StorageError({ code: 'unavailable', message })
  }
  return wire.signed(file.downloadUrl, { method: 'GET', headers, mayLend, signal, receipt })
}

// HTTP knows no empty range: one byte is asked for and not used.
function rangeHeader({ start, end }: ByteRange): string {
  return `bytes=${start}-${end === undefined ? '' : Math.max(start, end - 1)}`
}

async function toContent<File extends AbejaFile>(
  file: File,
  response: ByteResponse,
  range: ByteRange | undefined,
): Promise<SignedContent<File>> {
  const { status, headers } = response
  if (status === 416 && range !== undefined) {
    const totalBytes = totalOf(headers['content-range'])
    await response.discard()
    if (totalBytes === undefined) throw withoutLength(file)
    return content(file, response, { start: range.start, totalBytes, sizeBytes: pastEnd(range, totalBytes) })
  }
  if (status === 206 && range !== undefined) return partOf(file, response, range)
  if (status !== 200) throw await response.error()
  const totalBytes = response.sizeBytes
  if (totalBytes === undefined) {
    await response.discard()
    throw withoutLength(file)
  }
  if (range === undefined) return content(file, response, { start: 0, totalBytes, sizeBytes: totalBytes })
  if (range.start >= totalBytes) {
    await response.discard()
    return {
      ...content(file, response, { start: 0, totalBytes, sizeBytes: pastEnd(range, totalBytes) }),
      body: nothing(),
    }
  }
  const end = Math.min(range.end ?? totalBytes, totalBytes)
  const place = { start: range.start, totalBytes, sizeBytes: Math.max(0, end - range.start) }
  return { ...content(file, response, place), body: cut(response, place.start, place.sizeBytes) }
}

async function partOf<File extends AbejaFile>(
  file: File,
  response: ByteResponse,
  { start, end }: ByteRange,
): Promise<SignedContent<File>> {
  const [, from, to, total] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(response.headers['content-range'] ?? '') ?? []
  const totalBytes = Number(total)
  const sizeBytes = Math.min(end ?? totalBytes, totalBytes) - start
  const isRight = Number(from) === start && Number(to) === start + Math.max(sizeBytes, 1) - 1
  if (total === undefined || !isRight) {
    await response.discard()
    const message = `${file.fileId} was not served in the range it was asked for: try again`
    throw new StorageError({ code: 'corrupt-data', message, retryable: true })
  }
  const place = { start, totalBytes, sizeBytes: Math.max(0, sizeBytes) }
  if (sizeBytes > 0) return content(file, response, place)
  await response.discard()
  return { ...content(file, response, place), body: nothing() }
}

function content<File extends AbejaFile>(
  file: File,
  response: ByteResponse,
  { totalBytes, sizeBytes }: { readonly start: number; readonly totalBytes: number; readonly sizeBytes: number },
): SignedContent<File> {
  const { headers } = response
  const etag = headers['etag']?.replace(/^W\//, '').replaceAll('"', '')
  const body = response.status === 416 ? nothing() : response.body
  return { file, totalBytes, sizeBytes, etag, contentType: headers['content-type'], body }
}

async function* cut(
  response: ByteResponse,
  start: number,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let skip = start
  let left = sizeBytes
  try {
    if (left === 0) return
    for await (const chunk of response.body) {
      const wanted = chunk.subarray(Math.min(skip, chunk.byteLength)).subarray(0, left)
      skip -= Math.min(skip, chunk.byteLength)
      left -= wanted.byteLength
      if (wanted.byteLength > 0) yield wanted
      if (left === 0) return
    }
  } finally {
    await response.body.return?.()
  }
}

// oxlint-disable-next-line typescript/require-await -- bodies are asynchronous
async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

function totalOf(contentRange: string | undefined): number | undefined {
  const total = /^bytes (?:\*|\d+-\d+)\/(\d{1,15})$/.exec(contentRange ?? '')?.[1]
  return total === undefined ? undefined : Number(total)
}

/** @throws StorageError `invalid-argument` for a start past the last byte; only a file without bytes can be read from its start */
function pastEnd({ start }: ByteRange, totalBytes: number): number {
  if (start === 0) return 0
  throw invalidArgument(`the range begins at ${start}, but the file has ${totalBytes} bytes`, { totalBytes })
}

function withoutLength({ fileId }: AbejaFile): StorageError {
  const message = `${fileId} is served without its length, so nobody could tell whether it is whole: try again`
  return new StorageError({ code: 'unavailable', message })
}
