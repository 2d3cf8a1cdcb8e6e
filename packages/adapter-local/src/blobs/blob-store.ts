import { pooledChunkBytes } from '@stowage/core/driver'
import type { FileRow } from '../engine/files/file-row.ts'
import type { PublishItem } from '../engine/files/file-publish.ts'
import type { FilePlace } from '../engine/files/file-tree.ts'
import type { AbortGuard } from './abort-guard.ts'

/** Content up to this size is read and written in one go, synchronously: a trip to the thread pool costs more. */
export const smallBytes: number = 64 * 1024

/** How much is read or written at a time. */
export const chunkBytes: number = pooledChunkBytes

/** Content that is complete and no file's yet. */
export interface StagedContent {
  /** How the index takes it over. */
  readonly content: PublishItem['content']
  /** Its length. */
  readonly sizeBytes: number
}

/** Content being read. It stays readable when its file is replaced or deleted. */
export interface OpenBlob {
  /** Its length now. */
  readonly sizeBytes: number
  /** When it was last modified. */
  readonly mtimeMs: number
  /**
   * Gives the bytes from `start` to `end`, once, and closes; a failure, a stop half way and an abort close as well. Chunks may be
   * lent where the reader allows it.
   */
  chunks(start: number, end: number, signal: AbortSignal, mayLend: boolean): AsyncIterable<Uint8Array>
  /** Computes the CRC32 of all of it, as 8 hex digits. */
  crc32(signal: AbortSignal): Promise<string>
  /** Closes. Calling it again does nothing. */
  close(): void
}

/** Where contents are kept: in a directory or in memory. The index says which of them belong to a file. */
export interface BlobStore {
  /** Where they lie; undefined in memory. */
  readonly place: FilePlace | undefined
  /** Takes a few bytes in that are all there. */
  stageBytes(bytes: Uint8Array): StagedContent | Promise<StagedContent>
  /** Takes a stream in. A failure leaves nothing behind and ends the stream. */
  stageStream(chunks: AsyncIterable<Uint8Array>, guard: AbortGuard): Promise<StagedContent>
  /** Copies a file's content, which is open in `blob` and closed by this. */
  stageCopy(row: FileRow, blob: OpenBlob, guard: AbortGuard): Promise<StagedContent>
  /** Drops content that did not become a file. */
  discard(staged: StagedContent): void
  /** Opens a file's content; undefined when it is gone. */
  open(row: FileRow): OpenBlob | undefined
  /** Drops contents that were taken from their files: names in memory, or names in staging. */
  remove(names: readonly string[]): void
  /** Releases everything; what is being read fails. */
  close(): Promise<void>
}
