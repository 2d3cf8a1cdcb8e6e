import type { ByteRange } from '@stowage/core'
import type { CallContext, FileContent, FileRequest, ReadFileRequest } from '@stowage/core/driver'
import { invalidArgument, StorageError } from '@stowage/core/driver'
import type { AbortGuard } from './blobs/abort-guard.ts'
import type { BlobStore, OpenBlob, StagedContent } from './blobs/blob-store.ts'
import type { Engine } from './engine/engine.ts'
import { isLive, type FileRow } from './engine/files/file-row.ts'
import { errorCode } from './engine/files/file-tree.ts'
import { changedOutside, fileSystemError, noBucket, noFile, otherVersion } from './file-errors.ts'
import { fileInfoOf } from './file-info.ts'

// A file that is replaced between looking it up and opening it is looked up again; nobody replaces one this often.
const maxTries = 20

/** Reads files: the version that the index named while its content was opened, or none. */
export class FileReader {
  readonly #engine: Engine
  readonly #blobs: BlobStore
  readonly #onExpired: () => void

  /** @param onExpired - called when a look-up meets an expired file */
  constructor(engine: Engine, blobs: BlobStore, onExpired: () => void) {
    this.#engine = engine
    this.#blobs = blobs
    this.#onExpired = onExpired
  }

  /** Gives a file's row; fails with `not-found`. */
  async find(request: FileRequest, call: CallContext): Promise<FileRow> {
    const row = await this.#lookUp(request, call)
    if (row === undefined) throw noFile(request)
    return row
  }

  /** Begins to read. */
  async read(request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    const { row, blob } = await this.#open(request, request.ifEtag, call)
    try {
      const { start, end } = boundsOf(request.range, row)
      return {
        file: fileInfoOf(row),
        sizeBytes: end - start,
        body: blob.chunks(start, end, call.signal, request.mayLend ?? false),
      }
    } catch (error) {
      blob.close()
      throw error
    }
  }

  /** Copies a file's content into the staging of the same store. */
  async stageCopy(
    from: FileRequest,
    guard: AbortGuard,
    call: CallContext,
  ): Promise<{ readonly row: FileRow; readonly staged: StagedContent }> {
    for (let attempt = 1; ; attempt += 1) {
      const { row, blob } = await this.#open(from, undefined, call)
      const staged = await this.#tryCopy(row, blob, guard)
      // The system copies by path: when the file is still the same version, so was the copy.
      const now = await this.#lookUp(from, call)
      if (staged !== undefined && now?.etag === row.etag) return { row, staged }
      if (staged !== undefined) this.#blobs.discard(staged)
      if (attempt === maxTries) throw keepsChanging(from)
    }
  }

  async #tryCopy(row: FileRow, blob: OpenBlob, guard: AbortGuard): Promise<StagedContent | undefined> {
    try {
      return await this.#blobs.stageCopy(row, blob, guard)
    } catch (error) {
      // Replaced between opening and copying it.
      if (errorCode(error) === 'ENOENT') return undefined
      throw fileSystemError(error)
    } finally {
      blob.close()
    }
  }

  async #open(
    request: FileRequest,
    ifEtag: string | undefined,
    call: CallContext,
  ): Promise<{ readonly row: FileRow; readonly blob: OpenBlob }> {
    let row = await this.find(request, call)
    for (let attempt = 1; attempt < maxTries; attempt += 1) {
      if (ifEtag !== undefined && row.etag !== ifEtag) throw otherVersion(request)
      const blob = this.#blobs.open(row)
      // A path may be used again by a later version. If the file is the same version still, this was its content.
      const again = await this.#lookUpAfterOpen(request, blob, call)
      if (again.etag === row.etag) return { row, blob: await this.#checked(row, blob, call) }
      blob?.close()
      row = again
    }
    throw keepsChanging(request)
  }

  async #lookUpAfterOpen(request: FileRequest, blob: OpenBlob | undefined, call: CallContext): Promise<FileRow> {
    try {
      return await this.find(request, call)
    } catch (error) {
      blob?.close()
      throw error
    }
  }

  async #checked(row: FileRow, blob: OpenBlob | undefined, call: CallContext): Promise<OpenBlob> {
    if (blob === undefined) throw changedOutside(row, 'there is no such file in the directory any more')
    try {
      if (blob.sizeBytes !== row.sizeBytes) {
        throw changedOutside(row, `it has ${blob.sizeBytes} bytes and should have ${row.sizeBytes}`)
      }
      if (blob.mtimeMs !== row.mtimeMs) await this.#checkContent(row, blob, call)
      return blob
    } catch (error) {
      blob.close()
      throw error
    }
  }

  /** A file that was touched, copied or restored with all of its content is the same file. */
  async #checkContent(row: FileRow, blob: OpenBlob, call: CallContext): Promise<void> {
    if ((await blob.crc32(call.signal)) !== row.crc32) throw changedOutside(row, 'its checksum is another one')
    const { bucket, key, etag } = row
    call.receipt.requests += 1
    await this.#engine.call('refreshFile', { bucket, key, etag, mtimeMs: blob.mtimeMs })
  }

  async #lookUp({ bucket, key }: FileRequest, call: CallContext): Promise<FileRow | undefined> {
    call.receipt.requests += 1
    const found = await this.#engine.call('findFile', { bucket, key })
    if (found.bucket === 'missing') throw noBucket(bucket)
    if (isLive(found.row, Date.now())) return found.row
    if (found.row !== undefined) this.#onExpired()
    return undefined
  }
}

function boundsOf(
  range: ByteRange | undefined,
  { sizeBytes }: FileRow,
): { readonly start: number; readonly end: number } {
  if (range === undefined) return { start: 0, end: sizeBytes }
  const { start } = range
  const end = Math.min(range.end ?? sizeBytes, sizeBytes)
  const isWhole = Number.isSafeInteger(start) && start >= 0 && (range.end === undefined || range.end >= start)
  if (!isWhole) throw invalidArgument(`The range ${start} to ${range.end} is none: give whole numbers from 0, in order`)
  // As the services do: there is no byte at the end, but all of an empty file can be asked for.
  if (start < sizeBytes || (start === 0 && sizeBytes === 0)) return { start, end }
  throw invalidArgument(`The range begins at byte ${start} and the file has ${sizeBytes} bytes: ask for less`, {
    start,
    sizeBytes,
  })
}

function keepsChanging({ bucket, key }: FileRequest): StorageError {
  return new StorageError({
    code: 'conflict',
    message: `File "${key}" in bucket "${bucket}" was replaced each time it was opened: try again`,
    retryable: true,
  })
}
