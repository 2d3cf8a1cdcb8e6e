import { crc32 } from 'node:zlib'
import { lendChunk, StorageError } from '@stowage/core/driver'
import { chunkBytes, smallBytes, type OpenBlob } from './blob-store.ts'
import type { Descriptor } from './descriptor.ts'

/** Content in a file. */
export class OpenFile implements OpenBlob {
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly #descriptor: Descriptor

  constructor(descriptor: Descriptor, sizeBytes: number, mtimeMs: number) {
    this.#descriptor = descriptor
    this.sizeBytes = sizeBytes
    this.mtimeMs = mtimeMs
  }

  chunks(start: number, end: number, signal: AbortSignal, mayLend: boolean): AsyncIterable<Uint8Array> {
    if (end - start > smallBytes) return new FileBody(this.#descriptor, start, end, signal, mayLend)
    try {
      const chunk = Buffer.allocUnsafe(end - start)
      if (this.#descriptor.readSync(chunk, start) < chunk.length) throw endsEarly(start, end)
      return oneChunk(chunk)
    } finally {
      this.#descriptor.close()
    }
  }

  async crc32(signal: AbortSignal): Promise<string> {
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, Math.max(this.sizeBytes, 1)))
    let value = 0
    for (let position = 0; position < this.sizeBytes; position += buffer.length) {
      signal.throwIfAborted()
      const count = await this.#descriptor.read(buffer, position)
      value = crc32(buffer.subarray(0, count), value)
    }
    return value.toString(16).padStart(8, '0')
  }

  close(): void {
    this.#descriptor.close()
  }
}

/** Gives bytes in memory as a body; an empty one has no chunk. */
export async function* oneChunk(chunk: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (chunk.byteLength > 0) yield chunk
}

/**
 * The bytes of a large file: chunks of 1 MiB, fresh or lent, the next one read while the last is used.
 *
 * Not a generator: one that is ended before its first step never runs its `finally`, and the file would stay open.
 */
class FileBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #descriptor: Descriptor
  readonly #end: number
  readonly #signal: AbortSignal
  readonly #mayLend: boolean
  #position: number
  #ahead: Promise<Uint8Array> | undefined
  #isTaken = false

  constructor(descriptor: Descriptor, start: number, end: number, signal: AbortSignal, mayLend: boolean) {
    this.#descriptor = descriptor
    this.#position = start
    this.#end = end
    this.#signal = signal
    this.#mayLend = mayLend
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#isTaken) {
      throw new StorageError({ code: 'invalid-argument', message: 'The body was read already: read the file again' })
    }
    this.#isTaken = true
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      this.#signal.throwIfAborted()
      const reading = this.#ahead ?? this.#readNext()
      if (reading === undefined) return this.return()
      const value = await reading
      this.#ahead = this.#readNext()
      // Its failure is reported by the step that waits for it, if there is one.
      this.#ahead?.catch(() => undefined)
      return { done: false, value }
    } catch (error) {
      this.#descriptor.close()
      throw error
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#position = this.#end
    this.#ahead = undefined
    this.#descriptor.close()
    return { done: true, value: undefined }
  }

  #readNext(): Promise<Uint8Array> | undefined {
    const start = this.#position
    if (start >= this.#end) return undefined
    this.#position = Math.min(start + chunkBytes, this.#end)
    return this.#read(start, this.#position)
  }

  async #read(start: number, end: number): Promise<Uint8Array> {
    const chunk = this.#mayLend ? lendChunk(end - start) : Buffer.allocUnsafeSlow(end - start)
    if ((await this.#descriptor.read(chunk, start)) < chunk.length) throw endsEarly(start, end)
    return chunk
  }
}

function endsEarly(start: number, end: number): StorageError {
  return new StorageError({
    code: 'corrupt-data',
    message: `The file ended between byte ${start} and ${end}, it was cut outside Stowage while being read: restore it`,
  })
}
