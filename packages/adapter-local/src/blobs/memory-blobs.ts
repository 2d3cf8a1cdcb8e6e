import { crc32 } from 'node:zlib'
import { returnChunk } from '@stowage/core/driver'
import type { FileRow } from '../engine/files/file-row.ts'
import type { AbortGuard } from './abort-guard.ts'
import { chunkBytes, type BlobStore, type OpenBlob, type StagedContent } from './blob-store.ts'
import { takeChunks } from './take-chunks.ts'

/** Contents in memory. Bytes are copied on their way in and out: nobody else can change what is kept. */
export class MemoryBlobs implements BlobStore {
  readonly place = undefined
  readonly #blobs = new Map<string, Uint8Array>()
  #named = 0

  stageBytes(bytes: Uint8Array): StagedContent {
    return this.#keep(Uint8Array.from(bytes))
  }

  async stageStream(chunks: AsyncIterable<Uint8Array>, guard: AbortGuard): Promise<StagedContent> {
    const copies: Uint8Array[] = []
    await takeChunks(chunks, guard, (chunk) => {
      copies.push(Uint8Array.from(chunk))
      returnChunk(chunk)
      return undefined
    })
    return this.#keep(Buffer.concat(copies))
  }

  async stageCopy(_row: FileRow, blob: OpenBlob): Promise<StagedContent> {
    // What is kept never changes, so two files can share it.
    return this.#keep((blob as MemoryBlob).bytes)
  }

  discard({ content }: StagedContent): void {
    if ('blob' in content) this.#blobs.delete(content.blob)
  }

  open(row: FileRow): OpenBlob | undefined {
    const bytes = this.#blobs.get(row.path)
    return bytes === undefined ? undefined : new MemoryBlob(bytes)
  }

  remove(names: readonly string[]): void {
    for (const name of names) this.#blobs.delete(name)
  }

  async close(): Promise<void> {
    this.#blobs.clear()
  }

  #keep(bytes: Uint8Array): StagedContent {
    this.#named += 1
    const blob = String(this.#named)
    this.#blobs.set(blob, bytes)
    return { content: { blob }, sizeBytes: bytes.byteLength }
  }
}

class MemoryBlob implements OpenBlob {
  readonly sizeBytes: number
  readonly mtimeMs = 0
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.sizeBytes = bytes.byteLength
  }

  async *chunks(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    for (let position = start; position < end; position += chunkBytes) {
      signal.throwIfAborted()
      // Not `slice`: that of a Buffer is no copy.
      yield Uint8Array.from(this.bytes.subarray(position, Math.min(position + chunkBytes, end)))
    }
  }

  async crc32(): Promise<string> {
    return crc32(this.bytes).toString(16).padStart(8, '0')
  }

  close(): void {}
}
