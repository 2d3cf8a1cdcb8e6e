import type { DeleteOutcome, FileEntry, FileInfo, Page, SignedUrl } from '@stowage/core'
import {
  type ByteSource,
  type CallContext,
  type Clock,
  type DeleteFilesRequest,
  type FileContent,
  type FileDriver,
  type FileRequest,
  inParallel,
  invalidArgument,
  type ListFilesRequest,
  type ReadFileRequest,
  type SignUrlRequest,
  StorageError,
  toStorageError,
  type UpdateFileRequest,
  type WriteFileRequest,
} from '@stowage/core/driver'
import { fileBucket } from './bucket-name.ts'
import type { KeboolaClient } from './client.ts'
import { explainKeboolaError, hasStatus } from './errors.ts'
import type { KeboolaFile } from './file-answers.ts'
import { FileFinder } from './file-finder.ts'
import { FileListing } from './file-listing.ts'
import { checkTags, isOwnTag, isPermanent, tagOfKey, toFileInfo, uploadTag } from './file-mark.ts'
import { RecentFiles } from './recent-files.ts'
import { spool } from './spool.ts'

const maxParallelDeletes = 8
const maxReadAttempts = 5
/** How long signed URLs work (contract section 9.4). */
const urlLifeMs = 60 * 60 * 1000

/**
 * The file storage, as the driver has it: one bucket of files by key. What is written through us has its key for a name and a tag made of
 * it, which comes last, so that a file is seen when it is whole; of several with one key the newest counts. What others wrote is there
 * under its id and name.
 */
export class KeboolaFiles implements Partial<FileDriver> {
  readonly #client: KeboolaClient
  readonly #clock: Clock
  readonly #recent: RecentFiles
  readonly #listing: FileListing
  readonly #finder: FileFinder

  constructor(client: KeboolaClient, clock: Clock) {
    this.#client = client
    this.#clock = clock
    this.#recent = new RecentFiles(clock)
    this.#listing = new FileListing(client, this.#recent)
    this.#finder = new FileFinder(client, this.#recent)
  }

  async list(request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    checkBucket(request.bucket)
    return this.#listing.page(request, call)
  }

  async stat(request: FileRequest, call: CallContext): Promise<FileInfo> {
    const file = await this.#newest(request, call)
    return toFileInfo(request.key, file, file.sizeBytes ?? (await this.#measure(file, call)))
  }

  /** A version that is replaced between finding it and reading it is gone: the new one is looked for then. */
  async read(request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    for (let attempt = 1; ; attempt += 1) {
      const file = await this.#newest(request, call)
      if (request.ifEtag !== undefined && file.id !== request.ifEtag) throw changed(request)
      try {
        return await this.#readVersion(request, file, call)
      } catch (error) {
        if (!hasStatus(error, 404) && !StorageError.is(error, 'not-found')) throw error
        this.#recent.noteGone(request.key, [file.id])
        if (request.ifEtag !== undefined) throw changed(request)
        if (attempt === maxReadAttempts) throw error
      }
    }
  }

  async #readVersion(request: ReadFileRequest, file: KeboolaFile, call: CallContext): Promise<FileContent> {
    const { key, range, mayLend = false } = request
    if (file.isSliced) throw sliced(request)
    const content = await this.#client.files.read(file, { range, mayLend }, call)
    const { body, totalBytes = file.sizeBytes ?? 0 } = content
    return { file: toFileInfo(key, file, totalBytes), sizeBytes: content.sizeBytes ?? totalBytes, body }
  }

  /** Uploads the new file first and deletes the old ones then: a reader always finds one. */
  async write(request: WriteFileRequest, call: CallContext): Promise<FileInfo> {
    const { bucket, key, source, attributes } = request
    checkBucket(bucket)
    checkTags(attributes.tags)
    const permanent = isPermanent(attributes.expiresAt, this.#clock.now())
    const old = await this.#finder.versions(key, call)
    const file = await this.#upload(request, source, permanent, call)
    await this.#remove(
      key,
      old.map(({ id }) => id),
      call,
    )
    this.#recent.noteWritten(
      key,
      file,
      old.map(({ id }) => id),
    )
    return toFileInfo(key, file, file.sizeBytes ?? 0)
  }

  async #upload(
    request: WriteFileRequest,
    source: ByteSource,
    permanent: boolean,
    call: CallContext,
  ): Promise<KeboolaFile> {
    // Its length is told when it is prepared, and never again.
    const aside = source.sizeBytes === undefined ? await spool(source.open(), call.signal) : undefined
    try {
      const { key, attributes, onPart } = request
      const from = aside?.source ?? source
      const { sizeBytes } = from
      const tags = [...attributes.tags, uploadTag]
      const facts = { name: key, sizeBytes, tags, isPermanent: permanent, contentType: attributes.contentType }
      const upload = { ...facts, onPart: (part: number, parts = 1) => onPart(part, parts) }
      const file = await this.#client.files.upload(from, upload, call)
      return await this.#publish(file, { key, sizeBytes }, call)
    } finally {
      await aside?.remove()
    }
  }

  /** From the tag on the file is there under its key; without it it goes again. */
  async #publish(
    file: KeboolaFile,
    { key, sizeBytes }: { readonly key: string; readonly sizeBytes: number | undefined },
    call: CallContext,
  ): Promise<KeboolaFile> {
    try {
      call.signal.throwIfAborted()
      await this.#client.files.addTag(file.id, tagOfKey(key), call)
    } catch (error) {
      await this.#remove(key, [file.id], { signal: AbortSignal.timeout(undoMs), receipt: call.receipt })
      throw error
    }
    const tags = [...file.tags, tagOfKey(key)]
    return { ...file, tags, sizeBytes, url: undefined, readAccess: undefined }
  }

  async delete(request: FileRequest, call: CallContext): Promise<void> {
    checkBucket(request.bucket)
    await this.#deleteVersions(request, await this.#finder.versions(request.key, call), call)
  }

  async #deleteVersions(request: FileRequest, versions: readonly KeboolaFile[], call: CallContext): Promise<void> {
    if (versions.length === 0) throw missing(request)
    // The oldest first: whatever goes wrong on the way, what readers see is there or gone, never an older one.
    const ids = versions.map(({ id }) => id)
    await this.#remove(request.key, ids, call)
  }

  async deleteMany({ bucket, keys }: DeleteFilesRequest, call: CallContext): Promise<readonly DeleteOutcome[]> {
    checkBucket(bucket)
    const versions = await this.#finder.versionsOfAll(keys, call)
    const outcomes = new Map<string, DeleteOutcome>()
    await inParallel(keys, maxParallelDeletes, async (key) => {
      outcomes.set(key, await this.#deleteOne({ bucket, key }, versions.get(key) ?? [], call))
    })
    return keys.flatMap((key) => outcomes.get(key) ?? [])
  }

  async #deleteOne(request: FileRequest, versions: readonly KeboolaFile[], call: CallContext): Promise<DeleteOutcome> {
    const { bucket, key } = request
    try {
      call.signal.throwIfAborted()
      await this.#deleteVersions(request, versions, call)
      return { key, outcome: 'deleted', error: undefined }
    } catch (cause) {
      const place = { operation: 'files.delete', resource: `${bucket}/${key}` }
      const error = toStorageError(cause, { backend: 'keboola', explainError: explainKeboolaError }, place)
      if (error.code === 'not-found') return { key, outcome: 'not-found', error: undefined }
      return { key, outcome: 'failed', error }
    }
  }

  /** Of what is set on a file only tags can be changed. */
  async update(request: UpdateFileRequest, call: CallContext): Promise<FileInfo> {
    const { key, tags, expiresAt, contentType, metadata } = request
    if (expiresAt !== undefined || contentType !== undefined || metadata !== undefined) {
      const message = 'of what is set on a file Keboola changes tags alone: write the file again'
      throw new StorageError({ code: 'unsupported', message, applied: 'no' })
    }
    const file = await this.#newest(request, call)
    const wanted = tags ?? file.tags
    checkTags(wanted.filter((tag) => !file.tags.includes(tag)))
    for (const tag of wanted) if (!file.tags.includes(tag)) await this.#client.files.addTag(file.id, tag, call)
    for (const tag of file.tags) {
      if (!wanted.includes(tag) && !isOwnTag(tag)) await this.#client.files.deleteTag(file.id, tag, call)
    }
    const changedFile = await this.#client.files.get(file.id, {}, call)
    if (this.#recent.get(key)?.written?.id === file.id) this.#recent.noteWritten(key, changedFile, [])
    return toFileInfo(key, changedFile, file.sizeBytes ?? 0)
  }

  /** The service signs a URL with every file it tells of, for an hour. */
  async signUrl(request: SignUrlRequest, call: CallContext): Promise<SignedUrl> {
    if (request.method === 'PUT') {
      const message =
        'Keboola signs no URLs to upload with: prepare a file with the native client, which gives credentials'
      throw new StorageError({ code: 'unsupported', message })
    }
    const found = await this.#newest(request, call)
    if (found.isSliced) throw sliced(request)
    const at = this.#clock.now()
    const { url } = await this.#client.files.get(found.id, {}, call)
    if (url === undefined) throw missing(request)
    return { url, method: 'GET', headers: {}, expiresAt: new Date(at + urlLifeMs) }
  }

  async #newest(request: FileRequest, call: CallContext): Promise<KeboolaFile> {
    checkBucket(request.bucket)
    return (await this.#finder.newest(request.key, call)) ?? notThere(request)
  }

  /** Who uploaded it didn't say how long it is. */
  async #measure(file: KeboolaFile, call: CallContext): Promise<number> {
    if (file.isSliced) return 0
    const { body, totalBytes, sizeBytes } = await this.#client.files.read(file, {}, call)
    await body[Symbol.asyncIterator]().return?.()
    return totalBytes ?? sizeBytes ?? 0
  }

  async #remove(key: string, ids: readonly string[], call: CallContext): Promise<void> {
    for (const id of ids) {
      try {
        const job = await this.#client.files.delete(id, call)
        await job.wait(call)
      } catch (error) {
        // Somebody else may have deleted it meanwhile, and the job finds that out.
        if (explainKeboolaError(error)?.code !== 'not-found') throw error
      }
      this.#recent.noteGone(key, [id])
    }
  }
}

/** How long taking things away may take once nobody waits any more. */
const undoMs = 60_000

function checkBucket(bucket: string): void {
  if (bucket === fileBucket) return
  const message = `Keboola keeps files apart from tables: they are in the bucket "${fileBucket}", not in ${bucket}`
  throw new StorageError({ code: 'not-found', message })
}

function missing({ key }: FileRequest): StorageError {
  return new StorageError({ code: 'not-found', message: `there is no file ${key} in the file storage` })
}

function notThere(request: FileRequest): never {
  throw missing(request)
}

function changed({ key }: FileRequest): StorageError {
  const message = `${key} was replaced or deleted since: look at it again`
  return new StorageError({ code: 'conflict', message })
}

function sliced({ key }: FileRequest): StorageError {
  const message = `${key} is kept in slices, whose length only shows when they are read: read it with the native client`
  return invalidArgument(message)
}
