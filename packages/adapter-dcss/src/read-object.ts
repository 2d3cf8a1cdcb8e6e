import type { ByteRange } from '@stowage/core'
import { type CallContext, StorageError } from '@stowage/core/driver'
import type { ByteResponse } from '@stowage/http'
import { s3CodeOf, statusOf } from './errors.ts'
import { type ObjectHead, readHead } from './object-head.ts'
import { missingPart, type ObjectLookup, type ObjectPlace, type PartLayout, partKey } from './parts.ts'
import type { S3Requests } from './s3-requests.ts'

/** What is read of a file. */
export interface ReadRequest {
  /** The key in the bucket. */
  readonly key: string
  /** The bytes wanted; undefined for all. */
  readonly range: ByteRange | undefined
  /** Only this version. */
  readonly ifEtag: string | undefined
  /** Whether chunks may be lent. */
  readonly mayLend: boolean
}

/** What is known of a file: one object, or several parts. */
export interface StoredFile {
  /** Its length. */
  readonly sizeBytes: number
  /** Tells its versions apart. */
  readonly etag: string
  /** How many objects it is stored as. */
  readonly parts: number
  /** What is known of its object, or of its first part. */
  readonly head: ObjectHead
}

/** A file's bytes on their way. */
export interface StoredContent {
  /** The file. */
  readonly file: StoredFile
  /** How many bytes come. */
  readonly sizeBytes: number
  /** The bytes. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Reads files: the plain key first, its parts where there is none (contract section 6, trap 5). */
export class ObjectReader {
  readonly #requests: S3Requests
  readonly #lookup: ObjectLookup

  /**
   * @param requests - sends them
   * @param lookup - looks at parts
   */
  constructor(requests: S3Requests, lookup: ObjectLookup) {
    this.#requests = requests
    this.#lookup = lookup
  }

  /** Gives what is known of a file; undefined without it. */
  async stat(place: ObjectPlace, key: string, call: CallContext): Promise<StoredFile | undefined> {
    const head = await this.#lookup.head(place, key, call)
    if (head !== undefined) return plainFile(head)
    const layout = await this.#lookup.layout(place, key, call)
    return layout === undefined ? undefined : fileOfLayout(layout)
  }

  /** Begins to read; undefined without the file. */
  async read(place: ObjectPlace, request: ReadRequest, call: CallContext): Promise<StoredContent | undefined> {
    const { key, range, ifEtag } = request
    if (range !== undefined && range.end === range.start) return this.#nothing(place, request, call)
    try {
      const condition = ifEtag === undefined || isLayoutEtag(ifEtag) ? {} : { 'if-match': `"${ifEtag}"` }
      const response = await this.#get(place, key, range, { ...condition }, request.mayLend, call)
      return await plainContent(response, range, ifEtag)
    } catch (error) {
      const code = s3CodeOf(error)
      if (statusOf(error) === 404 && code !== 'NoSuchBucket') return this.#parted(place, request, call)
      if (statusOf(error) === 416 && range !== undefined) throw pastEnd(range, error)
      throw error
    }
  }

  async #nothing(place: ObjectPlace, request: ReadRequest, call: CallContext): Promise<StoredContent | undefined> {
    const file = await this.stat(place, request.key, call)
    if (file === undefined) return undefined
    checkVersion(file, request.ifEtag)
    const { start = 0 } = request.range ?? {}
    if (start > file.sizeBytes) throw pastEnd({ start })
    return { file, sizeBytes: 0, body: noChunks() }
  }

  async #parted(place: ObjectPlace, request: ReadRequest, call: CallContext): Promise<StoredContent | undefined> {
    const layout = await this.#lookup.layout(place, request.key, call)
    if (layout === undefined) return undefined
    const file = fileOfLayout(layout)
    checkVersion(file, request.ifEtag)
    const { start = 0, end = Number.POSITIVE_INFINITY } = request.range ?? {}
    if (request.range !== undefined && start >= file.sizeBytes) throw pastEnd(request.range)
    const bytes = { start, end: Math.min(end, file.sizeBytes) }
    return { file, sizeBytes: bytes.end - start, body: this.#bodyOfParts(place, request, layout, bytes, call) }
  }

  async *#bodyOfParts(
    place: ObjectPlace,
    { key, mayLend }: ReadRequest,
    layout: PartLayout,
    { start, end }: { readonly start: number; readonly end: number },
    call: CallContext,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { partBytes } = layout
    for (let position = start; position < end;) {
      const index = Math.min(Math.floor(position / partBytes), layout.count - 1)
      const offset = index * partBytes
      const isLast = index === layout.count - 1
      const partEnd = isLast ? layout.sizeBytes : offset + partBytes
      const range = { start: position - offset, end: Math.min(end, partEnd) - offset }
      yield* await this.#partBody(place, key, layout, { index, sizeBytes: partEnd - offset, range, mayLend }, call)
      position = offset + range.end
    }
  }

  async #partBody(
    place: ObjectPlace,
    key: string,
    layout: PartLayout,
    { index, sizeBytes, range, mayLend }: { index: number; sizeBytes: number; range: ByteRange; mayLend: boolean },
    call: CallContext,
  ): Promise<AsyncIterable<Uint8Array>> {
    const isWhole = range.start === 0 && range.end === sizeBytes
    const condition = index === 0 ? { 'if-match': `"${layout.first.etag}"` } : {}
    try {
      const wanted = isWhole ? undefined : range
      const response = await this.#get(place, partKey(key, index), wanted, condition, mayLend, call)
      const head = await readOrDiscard(response)
      if (head.sizeBytes === sizeBytes) {
        return (await plainContent(response, wanted, undefined)).body
      }
      await response.discard()
      const message = `part ${index + 1} of ${key} is ${head.sizeBytes} bytes long, not ${sizeBytes}: it was replaced meanwhile, or is damaged`
      throw new StorageError({ code: 'corrupt-data', message, retryable: false })
    } catch (error) {
      if (statusOf(error) === 404) throw missingPart(key, index, layout.count)
      throw error
    }
  }

  #get(
    { bucket, access }: ObjectPlace,
    key: string,
    range: ByteRange | undefined,
    condition: Readonly<Record<string, string>>,
    mayLend: boolean,
    call: CallContext,
  ): Promise<ByteResponse> {
    const header = rangeHeader(range)
    const headers = { ...condition, ...(header === undefined ? {} : { range: header }) }
    return this.#requests.send(access, { action: 'get_object', bucket, key, headers, mayLend }, call)
  }
}

/** What a plain object is as a file. */
export function plainFile(head: ObjectHead): StoredFile {
  return { sizeBytes: head.sizeBytes, etag: head.etag, parts: 1, head }
}

function fileOfLayout({ sizeBytes, etag, count, first }: PartLayout): StoredFile {
  return { sizeBytes, etag, parts: count, head: first }
}

async function plainContent(
  response: ByteResponse,
  range: ByteRange | undefined,
  ifEtag: string | undefined,
): Promise<StoredContent> {
  const head = await readOrDiscard(response)
  try {
    const file = plainFile(head)
    checkVersion(file, ifEtag)
    return { file, sizeBytes: checkRange(response, range, head.sizeBytes), body: response.body }
  } catch (error) {
    await response.discard()
    throw error
  }
}

async function readOrDiscard(response: ByteResponse): Promise<ObjectHead> {
  try {
    return readHead(response)
  } catch (error) {
    await response.discard()
    throw error
  }
}

/** Gives how many bytes come; a server that gives others than were asked for must not have them taken for those. */
function checkRange({ status, headers }: ByteResponse, range: ByteRange | undefined, sizeBytes: number): number {
  const { start = 0, end = sizeBytes } = range ?? {}
  const last = Math.min(end, sizeBytes)
  const isAll = start === 0 && last === sizeBytes
  const given = status === 206 ? headers['content-range'] : `bytes 0-${sizeBytes - 1}/${sizeBytes}`
  if ((isAll && status !== 206) || given === `bytes ${start}-${last - 1}/${sizeBytes}`) return last - start
  const message = `bytes ${start} to ${last} were asked for, and the answer holds "${given ?? 'no range'}" of ${sizeBytes}`
  throw new StorageError({ code: 'corrupt-data', message, retryable: false })
}

function checkVersion({ etag }: StoredFile, ifEtag: string | undefined): void {
  if (ifEtag === undefined || ifEtag === etag) return
  const message = `the file is another version now (${etag}, not ${ifEtag}): read it again`
  throw new StorageError({ code: 'conflict', message })
}

/** The ETag of a file in parts ends in their number and a time; no object's own does. */
function isLayoutEtag(etag: string): boolean {
  return /-\d+-[0-9a-z]+$/.test(etag)
}

function rangeHeader(range: ByteRange | undefined): string | undefined {
  if (range === undefined || (range.start === 0 && range.end === undefined)) return undefined
  return `bytes=${range.start}-${range.end === undefined ? '' : range.end - 1}`
}

function pastEnd({ start }: ByteRange, cause?: unknown): StorageError {
  const message = `byte ${start} is past the end of the file: ask for its length first`
  return new StorageError({ code: 'invalid-argument', message, details: { start } }, {}, cause)
}

// oxlint-disable-next-line typescript/require-await -- the contract is an asynchronous iterable
async function* noChunks(): AsyncGenerator<Uint8Array, void, undefined> {}
