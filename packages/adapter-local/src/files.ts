import { randomBytes } from 'node:crypto'
import type { DeleteOutcome, FileEntry, FileInfo, Page, SignedUrl } from '@stowage/core'
import type {
  CallContext,
  CopyFileRequest,
  DeleteFilesRequest,
  FileContent,
  FileDriver,
  FileRequest,
  ListFilesRequest,
  ReadFileRequest,
  SignUrlRequest,
  UpdateFileRequest,
  WriteFileRequest,
} from '@stowage/core/driver'
import { StorageError } from '@stowage/core/driver'
import { AbortGuard } from './blobs/abort-guard.ts'
import { smallBytes, type BlobStore, type StagedContent } from './blobs/blob-store.ts'
import { DirectoryBlobs } from './blobs/directory-blobs.ts'
import { MemoryBlobs } from './blobs/memory-blobs.ts'
import type { Engine } from './engine/engine.ts'
import { refusal, type PublishItem, type WriteCondition } from './engine/files/file-publish.ts'
import { fileRowOf, isLive, type FileRow } from './engine/files/file-row.ts'
import { fileSystemError, filesClosed, noBucket, noFile, refused } from './file-errors.ts'
import { fileInfoOf, storedAttributes, storedChanges, type StoredAttributes } from './file-info.ts'
import { FileJanitor } from './file-janitor.ts'
import { readPageToken, writePageToken } from './file-page-token.ts'
import { FilePublisher } from './file-publisher.ts'
import { FileReader } from './file-reader.ts'
import { checkKey, checkText } from './keys.ts'
import { SignedUrlServer } from './signed-url-server.ts'

/** What files are made with. */
export interface LocalFilesContext {
  /** The engine with the index. */
  readonly engine: Engine
  /** The directory the contents lie in; undefined for memory. */
  readonly directory: string | undefined
  /** `full` forces each write to disk before it is acknowledged. */
  readonly durability: 'normal' | 'full'
}

/** Files of the embedded backend. */
export interface LocalFiles {
  /** The driver. */
  readonly files: FileDriver
  /** Removes all files of a bucket: from the index at once, then from the disk. Calling it again does nothing. */
  removeBucket(bucket: string): Promise<void>
  /** Ends what is under way and releases everything but the engine. Calling it again does nothing. */
  close(): Promise<void>
}

/** Makes the files of the embedded backend, in a directory or in memory. */
export function createLocalFiles(context: LocalFilesContext): LocalFiles {
  const files = new IndexedFiles(context)
  return { files, removeBucket: (bucket) => files.removeBucket(bucket), close: () => files.close() }
}

class IndexedFiles implements FileDriver {
  readonly #engine: Engine
  readonly #blobs: BlobStore
  readonly #janitor: FileJanitor
  readonly #publisher: FilePublisher
  readonly #reader: FileReader
  readonly #server: SignedUrlServer
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  readonly #etagBase = randomBytes(6).toString('hex')
  #etags = 0
  #closed: Promise<void> | undefined

  constructor({ engine, directory, durability }: LocalFilesContext) {
    this.#engine = engine
    this.#blobs =
      directory === undefined ? new MemoryBlobs() : new DirectoryBlobs(engine, directory, durability === 'full')
    this.#janitor = new FileJanitor(engine, this.#blobs)
    this.#reader = new FileReader(engine, this.#blobs, () => this.#janitor.soon())
    this.#server = new SignedUrlServer(engine, this)
    this.#publisher = new FilePublisher(engine, this.#blobs.place, ({ trash, hasGarbage }) => {
      this.#blobs.remove(trash)
      if (hasGarbage) this.#janitor.soon()
    })
    if (directory !== undefined) void this.#track(this.#startUp())
  }

  async list(request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    this.#begin(call)
    const { bucket, prefix, pageSize } = request
    const delimiter = request.delimiter === '' ? undefined : request.delimiter
    checkText(prefix, 'prefix')
    const from = readPageToken(request)
    call.receipt.requests += 1
    const page = { bucket, prefix, delimiter, pageSize, from, now: Date.now() }
    const { entries, next } = await this.#engine.call('listFiles', page)
    if (entries === undefined) throw noBucket(bucket)
    return {
      items: entries.map((entry): FileEntry =>
        typeof entry === 'string'
          ? { kind: 'prefix', prefix: entry }
          : { kind: 'file', file: fileInfoOf(fileRowOf(entry)) },
      ),
      nextPageToken: next === undefined ? undefined : writePageToken(request, next),
    }
  }

  async stat(request: FileRequest, call: CallContext): Promise<FileInfo> {
    this.#begin(call)
    return fileInfoOf(await this.#reader.find(request, call))
  }

  async read(request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    this.#begin(call)
    return this.#reader.read(request, call)
  }

  async write(request: WriteFileRequest, call: CallContext): Promise<FileInfo> {
    this.#begin(call)
    checkKey(request.key)
    const { source, condition } = request
    const attributes = storedAttributes(request.attributes)
    const isSmall = source.bytes !== undefined && source.bytes.byteLength <= smallBytes
    // What takes long to arrive should not arrive in vain.
    if (!isSmall) await this.#checkWritable(request, condition, call)
    const staged = await this.#stage(request, call)
    return this.#publish(request, staged, { attributes, condition, crc32: request.crc32 }, call)
  }

  async delete(request: FileRequest, call: CallContext): Promise<void> {
    const [deleted] = await this.#delete(request.bucket, [request.key], call)
    if (deleted !== true) throw noFile(request)
  }

  async deleteMany({ bucket, keys }: DeleteFilesRequest, call: CallContext): Promise<readonly DeleteOutcome[]> {
    const deleted = await this.#delete(bucket, keys, call)
    return keys.map((key, position) => {
      return { key, outcome: deleted[position] === true ? 'deleted' : 'not-found', error: undefined }
    })
  }

  async copy({ from, to, overwrite }: CopyFileRequest, call: CallContext): Promise<FileInfo> {
    this.#begin(call)
    checkKey(to.key)
    const condition: WriteCondition = { kind: overwrite ? 'replace' : 'create' }
    await this.#checkWritable(to, condition, call)
    const { row, staged } = await this.#guarded(call, (guard) => this.#reader.stageCopy(from, guard, call))
    return this.#publish(to, staged, { attributes: row, condition, crc32: () => row.crc32 }, call)
  }

  async update(request: UpdateFileRequest, call: CallContext): Promise<FileInfo> {
    this.#begin(call)
    const { bucket, key } = request
    call.receipt.requests += 1
    const changes = { bucket, key, ...storedChanges(request), now: Date.now() }
    const found = await this.#engine.call('updateFile', changes)
    if (found.bucket === 'missing') throw noBucket(bucket)
    if (found.bucket === 'archived') throw refused('archived', request)
    if (found.row === undefined) throw noFile(request)
    if (found.row.expiresAt !== null) this.#janitor.soon()
    return fileInfoOf(found.row)
  }

  async signUrl(request: SignUrlRequest, call: CallContext): Promise<SignedUrl> {
    this.#begin(call)
    checkKey(request.key)
    call.receipt.requests += 1
    return this.#server.sign(request)
  }

  async removeBucket(bucket: string): Promise<void> {
    await this.#engine.call('discardBucketFiles', { bucket })
    await this.#janitor.now()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort(filesClosed())
    await this.#server.close()
    await Promise.allSettled(this.#running)
    // What can't be removed now is found at the next opening.
    await this.#janitor.stop().catch(() => undefined)
    await this.#blobs.close()
    await this.#engine.call('releaseFiles', {})
  }

  async #startUp(): Promise<void> {
    try {
      await this.#janitor.recover()
      await this.#janitor.now()
    } catch {
      // Leftovers cost space and nothing else; whatever is wrong shows in the first real call.
    }
  }

  #begin(call: CallContext): void {
    if (this.#closing.signal.aborted) throw filesClosed()
    call.signal.throwIfAborted()
  }

  async #checkWritable(request: FileRequest, condition: WriteCondition, call: CallContext): Promise<void> {
    const { bucket, key } = request
    call.receipt.requests += 1
    const why = refusal(await this.#engine.call('findFile', { bucket, key }), { condition, now: Date.now() })
    if (why !== undefined) throw refused(why, request)
  }

  async #stage({ source }: WriteFileRequest, call: CallContext): Promise<StagedContent> {
    const { bytes } = source
    const staged =
      bytes !== undefined && bytes.byteLength <= smallBytes
        ? await this.#blobs.stageBytes(bytes)
        : await this.#guarded(call, (guard) => this.#blobs.stageStream(source.open(), guard))
    const { sizeBytes } = staged
    if (source.sizeBytes === undefined || source.sizeBytes === sizeBytes) return staged
    this.#blobs.discard(staged)
    throw new StorageError({
      code: 'corrupt-data',
      message: `The source gave ${sizeBytes} bytes where it had announced ${source.sizeBytes}: check it and write again`,
      applied: 'no',
    })
  }

  async #publish(
    { bucket, key }: FileRequest,
    { content, sizeBytes }: StagedContent,
    rest: { attributes: StoredAttributes; condition: WriteCondition; crc32: () => string },
    call: CallContext,
  ): Promise<FileInfo> {
    try {
      this.#begin(call)
      const { contentType, metadata, tags, expiresAt } = rest.attributes
      const facts = { bucket, key, content, sizeBytes, contentType, metadata, tags, expiresAt }
      const { condition } = rest
      const item: PublishItem = { ...facts, crc32: rest.crc32(), etag: this.#newEtag(), condition, now: Date.now() }
      call.receipt.requests += 1
      return fileInfoOf(await this.#publishItem(item))
    } catch (error) {
      this.#blobs.discard({ content, sizeBytes })
      throw error
    }
  }

  async #publishItem(item: PublishItem): Promise<FileRow> {
    const outcome = await this.#publisher.publish(item)
    if (outcome.kind === 'refused') throw refused(outcome.why, item)
    if (outcome.kind === 'failed')
      throw fileSystemError(Object.assign(new Error(outcome.message), { code: outcome.code }))
    if (outcome.row.expiresAt !== null && !isLive(outcome.row, Date.now())) this.#janitor.soon()
    return outcome.row
  }

  async #delete(bucket: string, keys: readonly string[], call: CallContext): Promise<boolean[]> {
    this.#begin(call)
    call.receipt.requests += 1
    const result = await this.#engine.call('deleteFiles', { bucket, keys, now: Date.now() })
    if (result.bucket === 'missing') throw noBucket(bucket)
    if (result.bucket === 'archived') throw refused('archived', { bucket, key: '' })
    // The files are deleted already; what can't be removed from the disk now is tried again later.
    await this.#track(this.#janitor.now().catch(() => this.#janitor.soon()))
    return result.deleted
  }

  /** Runs what may take long so that an abort ends it, and `close` ends it and waits for it. */
  async #guarded<T>(call: CallContext, work: (guard: AbortGuard) => Promise<T>): Promise<T> {
    const guard = new AbortGuard(call.signal, this.#closing.signal)
    try {
      return await this.#track(work(guard))
    } finally {
      guard.release()
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    const forget = (): boolean => this.#running.delete(work)
    work.then(forget, forget)
    return work
  }

  #newEtag(): string {
    this.#etags += 1
    return `${this.#etagBase}-${this.#etags.toString(36)}`
  }
}
