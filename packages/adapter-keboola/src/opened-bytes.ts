import type { ByteRange } from '@stowage/core'
import { invalidArgument, StorageError } from '@stowage/core/driver'
import type { ByteResponse } from '@stowage/http'
import { isTransient } from './errors.ts'
import { releasing } from './releasing.ts'

/** Asks for bytes, all or a range. Any status is an answer. */
export type AskForBytes = (range: ByteRange | undefined) => Promise<ByteResponse>

/** Bytes on their way. */
export interface OpenedBytes {
  /** The length of the whole. */
  readonly totalBytes: number | undefined
  /** How many bytes `body` gives. */
  readonly sizeBytes: number | undefined
  /** The etag, without quotes. */
  readonly etag: string | undefined
  /** The media type. */
  readonly contentType: string | undefined
  /** The bytes; where the connection breaks off they are asked for again from there. */
  readonly body: AsyncIterableIterator<Uint8Array, void, undefined>
}

/** How often a body that breaks off is taken up again without a byte in between. */
const maxResumes = 3

/**
 * Begins to read bytes. A host that ignores ranges is read past what isn't wanted.
 *
 * @param name - what is read, for messages
 * @throws HttpError for a status that is no success; StorageError `invalid-argument` for a range that begins past the end
 */
export async function openBytes(ask: AskForBytes, range: ByteRange | undefined, name: string): Promise<OpenedBytes> {
  const first = await askFrom(ask, range, name)
  const { etag, totalBytes } = first
  const start = range?.start ?? 0
  const end = Math.min(range?.end ?? Number.POSITIVE_INFINITY, totalBytes ?? Number.POSITIVE_INFINITY)
  const sizeBytes = end === Number.POSITIVE_INFINITY ? undefined : Math.max(0, end - start)
  const isEndKnown = totalBytes !== undefined
  const body = releasing(resuming(ask, first, { start, end, isEndKnown }, name), first.body)
  return { totalBytes, sizeBytes, etag, contentType: first.contentType, body }
}

interface Answer {
  readonly etag: string | undefined
  readonly totalBytes: number | undefined
  readonly contentType: string | undefined
  /** Gives bytes from where they were asked for. */
  readonly body: AsyncIterableIterator<Uint8Array, unknown, undefined>
}

/** What is wanted of the whole. */
interface Wanted {
  readonly start: number
  readonly end: number
  /** Whether there are bytes up to the end; otherwise they may come to theirs before. */
  readonly isEndKnown: boolean
}

async function askFrom(ask: AskForBytes, range: ByteRange | undefined, name: string): Promise<Answer> {
  const response = await ask(range)
  const { status, headers } = response
  const known = { etag: headers['etag']?.replace(/^W\//, '').replaceAll('"', ''), contentType: headers['content-type'] }
  const start = range?.start ?? 0
  if (status === 416 && range !== undefined) {
    await response.discard()
    const totalBytes = Number(/\/(\d{1,15})$/.exec(headers['content-range'] ?? '')?.[1] ?? '0')
    if (start > 0) throw pastEnd(name, start, totalBytes)
    return { ...known, totalBytes, body: nothing() }
  }
  if (status === 206 && range !== undefined) {
    const [, from, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(headers['content-range'] ?? '') ?? []
    if (Number(from) === start) return { ...known, totalBytes: Number(total), body: response.body }
    await response.discard()
    throw damaged(`${name} was not served in the range it was asked for`)
  }
  if (status !== 200) throw await response.error()
  const totalBytes = response.sizeBytes
  if (totalBytes !== undefined && start > 0 && start >= totalBytes) {
    await response.discard()
    throw pastEnd(name, start, totalBytes)
  }
  return { ...known, totalBytes, body: start === 0 ? response.body : skip(response.body, start, name) }
}

async function* resuming(
  ask: AskForBytes,
  first: Answer,
  { start, end, isEndKnown }: Wanted,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = start
  let failures = 0
  for (let answer = first; ;) {
    try {
      for await (const chunk of answer.body) {
        if (position >= end) return
        const wanted = chunk.subarray(0, end - position)
        yield wanted
        position += wanted.byteLength
        failures = 0
        if (position >= end) return
      }
      if (!isEndKnown || position >= end) return
      throw damaged(`${name} came to its end after ${position - start} of ${end - start} bytes`)
    } catch (error) {
      failures += 1
      // Bytes of another version must never follow those of this one.
      if (failures > maxResumes || first.etag === undefined || !isPassing(error)) throw error
      if (position >= end) return
      answer = await askFrom(ask, { start: position, end: end === Number.POSITIVE_INFINITY ? undefined : end }, name)
      if (answer.etag !== first.etag) throw changed(name)
    }
  }
}

function isPassing(error: unknown): boolean {
  return isTransient(error) || (StorageError.is(error, 'corrupt-data') && error.retryable)
}

async function* skip(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count
  for await (const chunk of chunks) {
    const wanted = chunk.subarray(left)
    left -= chunk.byteLength - wanted.byteLength
    if (wanted.byteLength > 0) yield wanted
  }
  if (left > 0) throw pastEnd(name, count, count - left)
}

// oxlint-disable-next-line typescript/require-await -- bodies are asynchronous
async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

function pastEnd(name: string, start: number, totalBytes: number): StorageError {
  return invalidArgument(`the range begins at ${start}, but ${name} has ${totalBytes} bytes`, { totalBytes })
}

function damaged(what: string): StorageError {
  return new StorageError({ code: 'corrupt-data', message: `${what}: try again`, retryable: true })
}

function changed(name: string): StorageError {
  const message = `${name} was replaced while it was read: read it again`
  return new StorageError({ code: 'conflict', message, retryable: true })
}
