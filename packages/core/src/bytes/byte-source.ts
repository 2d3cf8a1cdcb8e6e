import { stat } from 'node:fs/promises'
import { isReadable, Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { fileURLToPath } from 'node:url'
import type { ByteRange } from '../contract/file.ts'
import type { ByteSource } from '../driver/file-driver.ts'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { fileChunkBytes, fileChunks } from './file-chunks.ts'
import { streamChunks } from './stream-chunks.ts'

/**
 * What bytes may be given as.
 *
 * - a path or `file:` URL of a regular file; a text is always a path, never content
 * - bytes in memory: `Uint8Array` (so `Buffer`), any other view, or `ArrayBuffer`. Don't change them before the call is done
 * - a `Blob`, such as `fs.openAsBlob` gives
 * - a stream: Node's `Readable`, a web `ReadableStream`, or any async iterable of byte chunks or texts (taken as UTF-8).
 *   It is read once and ended (destroyed, cancelled) when reading stops early
 */
export type FileInput =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Readable
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>

/**
 * Makes a source of what an app gave: files, bytes and blobs can be opened again and read by range, streams only once and
 * whole.
 *
 * @param sizeBytes - how many bytes there have to be. A stream that ends earlier fails with `corrupt-data`, one that goes on
 * fails at the first byte beyond. Default: whatever comes
 * @throws {@link StorageError} `not-found` without such a file; `invalid-argument` for what is no regular file or a stream
 * that was used already; `corrupt-data` when a file or buffer has another size than stated
 */
export async function toByteSource(input: FileInput, sizeBytes?: number): Promise<ByteSource> {
  if (sizeBytes !== undefined && !(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0)) {
    throw invalidArgument(`sizeBytes is ${sizeBytes}: give a whole number of bytes from 0, or leave it out`)
  }
  const source = await makeSource(input, sizeBytes)
  if (sizeBytes !== undefined && source.sizeBytes !== sizeBytes) {
    const message = `The source has ${source.sizeBytes} bytes where ${sizeBytes} were announced`
    throw new StorageError({
      code: 'corrupt-data',
      message,
      details: { sizeBytes: source.sizeBytes, announced: sizeBytes },
    })
  }
  return source
}

async function makeSource(input: unknown, sizeBytes: number | undefined): Promise<ByteSource> {
  if (typeof input === 'string') return fileSource(input)
  if (input instanceof URL) return fileSource(pathOf(input))
  if (input instanceof Uint8Array) return bytesSource(input)
  if (ArrayBuffer.isView(input)) return bytesSource(new Uint8Array(input.buffer, input.byteOffset, input.byteLength))
  if (input instanceof ArrayBuffer || input instanceof SharedArrayBuffer) return bytesSource(new Uint8Array(input))
  if (input instanceof Blob) return blobSource(input)
  if (isAsyncIterable(input)) return streamSource(input, sizeBytes)
  throw invalidArgument(
    `The source is ${input === null ? 'null' : `a ${typeof input}`}: give a path, bytes, a Blob or a stream of bytes`,
  )
}

function pathOf(url: URL): string {
  if (url.protocol === 'file:') return fileURLToPath(url)
  throw invalidArgument(`The source is a ${url.protocol} URL: fetch it and pass the body of the response instead`)
}

async function fileSource(path: string): Promise<ByteSource> {
  if (path === '' || path.includes('\0'))
    throw invalidArgument('The path of the source is empty or holds a NUL: check it')
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
    const message = `There is no file ${path}: check the path`
    throw new StorageError({ code: 'not-found', message, details: { path } }, {}, error)
  })
  if (!stats.isFile())
    throw invalidArgument(`${path} is not a regular file: open it yourself and pass the stream`, { path })
  const state = { path, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }
  return {
    sizeBytes: stats.size,
    isReopenable: true,
    bytes: undefined,
    open: (range) => fileChunks(state, checkRange(range)),
  }
}

function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.byteLength,
    isReopenable: true,
    bytes,
    open: (range) => slices(bytes, checkRange(range)),
  }
}

// oxlint-disable-next-line typescript/require-await -- callers iterate every source the same way
async function* slices(bytes: Uint8Array, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
  const end = Math.min(range?.end ?? bytes.byteLength, bytes.byteLength)
  for (let start = range?.start ?? 0; start < end; start += fileChunkBytes) {
    yield bytes.subarray(start, Math.min(start + fileChunkBytes, end))
  }
}

function blobSource(blob: Blob): ByteSource {
  return {
    sizeBytes: blob.size,
    isReopenable: true,
    bytes: undefined,
    open(range) {
      checkRange(range)
      const part = range === undefined ? blob : blob.slice(range.start, range.end)
      return streamChunks(part.stream(), part.size)
    },
  }
}

function streamSource(stream: AsyncIterable<unknown>, sizeBytes: number | undefined): ByteSource {
  if (stream instanceof Readable && !isReadable(stream)) throw used('it has been read or destroyed')
  if ('locked' in stream && stream.locked === true) throw used('a reader holds it')
  let isOpened = false
  return {
    sizeBytes,
    isReopenable: false,
    bytes: undefined,
    open(range) {
      if (isOpened || range !== undefined) {
        const message = 'The source is a stream and can be read only once, from its start: pass a path or bytes instead'
        throw new StorageError({ code: 'invalid-argument', message })
      }
      isOpened = true
      return streamChunks(stream, sizeBytes)
    },
  }
}

function used(how: string): StorageError {
  return invalidArgument(`The source stream can't be used, ${how}: make a new one`)
}

function isAsyncIterable(input: unknown): input is AsyncIterable<unknown> {
  return typeof input === 'object' && input !== null && Symbol.asyncIterator in input
}

function checkRange(range: ByteRange | undefined): ByteRange | undefined {
  if (range !== undefined && !(range.start >= 0 && range.start <= (range.end ?? Infinity))) {
    throw invalidArgument(`The range ${range.start} to ${range.end} runs backwards or begins before 0`)
  }
  return range
}
