import type { DeleteOutcome, FileEntry, FileInfo, Page, SignedUrl } from '@stowage/core'
import {
  type ByteSource,
  type CallContext,
  type CopyFileRequest,
  type DeleteFilesRequest,
  type FileContent,
  type FileDriver,
  type FileRequest,
  type ListFilesRequest,
  type ReadFileRequest,
  type SignUrlRequest,
  StorageError,
  toStorageError,
  type WriteFileRequest,
} from '@stowage/core/driver'
import { copyObjects } from './copy-objects.ts'
import { explainDcssError } from './errors.ts'
import { inParallel } from './in-parallel.ts'
import type { ListedEntry } from './list-objects.ts'
import type { ObjectHead } from './object-head.ts'
import type { StoredContent, StoredFile } from './read-object.ts'
import { signUrl } from './sign-url.ts'
import type { Space } from './spaces.ts'
import { spool } from './spool.ts'
import type { DcssWire } from './wire.ts'
import { wantsMd5 } from './upload-body.ts'

/** How many files of a list are deleted at a time. */
const maxParallelDeletes = 16

/** Files, as the driver has them. */
export class DcssFiles implements Partial<FileDriver> {
  readonly #wire: DcssWire

  /** @param wire - talks to the service */
  constructor(wire: DcssWire) {
    this.#wire = wire
  }

  async list(request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    const space = this.#wire.space(request.bucket)
    const prefix = space.prefixOf(request.prefix)
    const page = await this.#wire.listing.page(space, { ...request, prefix }, call)
    const items = page.entries.map((entry) => toEntry(request.bucket, space, entry))
    return { items, nextPageToken: page.nextPageToken }
  }

  async stat(request: FileRequest, call: CallContext): Promise<FileInfo> {
    const space = this.#wire.space(request.bucket)
    const file = await this.#wire.reader.stat(space, space.keyOf(request.key), call)
    return this.#toInfo(request, file ?? notFound(request))
  }

  async read(request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    const space = this.#wire.space(request.bucket)
    const { range, ifEtag, mayLend = false } = request
    const wanted = { key: space.keyOf(request.key), range, ifEtag, mayLend }
    const content: StoredContent = (await this.#wire.reader.read(space, wanted, call)) ?? notFound(request)
    return { file: this.#toInfo(request, content.file), sizeBytes: content.sizeBytes, body: content.body }
  }

  async write(request: WriteFileRequest, call: CallContext): Promise<FileInfo> {
    const space = this.#wire.space(request.bucket)
    const key = space.keyOf(request.key)
    const { writing } = space
    const { source, attributes, condition, onPart } = request
    const { contentType } = attributes
    if (hasLength(source)) {
      const stored = await this.#wire.writer.write(writing, { key, source, contentType, condition, onPart }, call)
      return toInfo(request, { ...stored, sizeBytes: source.sizeBytes, contentType, modifiedAt: undefined })
    }
    const spooled = await spool(source.open(), call.signal)
    try {
      const { sizeBytes } = spooled
      const aside = { sizeBytes, isReopenable: true, bytes: undefined, open: () => spooled.open() }
      const stored = await this.#wire.writer.write(
        writing,
        { key, source: aside, contentType, condition, onPart },
        call,
      )
      return toInfo(request, { ...stored, sizeBytes, contentType, modifiedAt: undefined })
    } finally {
      await spooled.remove()
    }
  }

  async delete(request: FileRequest, call: CallContext): Promise<void> {
    const space = this.#wire.space(request.bucket)
    const isThere = await this.#wire.remover.removeFile(space.writing, space.keyOf(request.key), call)
    if (!isThere) notFound(request)
  }

  async deleteMany({ bucket, keys }: DeleteFilesRequest, call: CallContext): Promise<readonly DeleteOutcome[]> {
    const outcomes = new Map<string, DeleteOutcome>()
    await inParallel(keys, maxParallelDeletes, async (key) => {
      outcomes.set(key, await this.#deleteOne({ bucket, key }, call))
    })
    return keys.map((key) => outcomes.get(key)).filter((outcome) => outcome !== undefined)
  }

  copy({ from, to, overwrite }: CopyFileRequest, call: CallContext): Promise<FileInfo> {
    return copyObjects(this.#wire, from, to, overwrite, call).then((file) => this.#toInfo(to, file))
  }

  async signUrl(request: SignUrlRequest, call: CallContext): Promise<SignedUrl> {
    return signUrl(this.#wire, request, call)
  }

  async #deleteOne(request: FileRequest, call: CallContext): Promise<DeleteOutcome> {
    try {
      call.signal.throwIfAborted()
      await this.delete(request, call)
      return { key: request.key, outcome: 'deleted', error: undefined }
    } catch (cause) {
      const driver = { backend: 'dcss', explainError: explainDcssError }
      const error = toStorageError(cause, driver, {
        operation: 'files.delete',
        resource: `${request.bucket}/${request.key}`,
      })
      const isMissing = error.code === 'not-found'
      return { key: request.key, outcome: isMissing ? 'not-found' : 'failed', error: isMissing ? undefined : error }
    }
  }

  #toInfo(request: FileRequest, { head, sizeBytes, etag, parts }: StoredFile): FileInfo {
    return toInfo(request, { ...head, sizeBytes, etag, md5: parts === 1 ? this.#md5Of(head) : undefined })
  }

  #md5Of({ md5, sizeBytes }: ObjectHead): string | undefined {
    return wantsMd5(this.#wire.options.verify, sizeBytes) ? md5 : undefined
  }
}

interface FileFacts {
  readonly sizeBytes: number
  readonly etag: string | undefined
  readonly md5: string | undefined
  readonly contentType: string | undefined
  readonly modifiedAt: Date | undefined
}

function toInfo({ bucket, key }: FileRequest, facts: FileFacts): FileInfo {
  const { sizeBytes, etag, md5, contentType, modifiedAt } = facts
  const checksums = md5 === undefined ? {} : { md5 }
  const unset = { metadata: {}, tags: [], expiresAt: undefined }
  return { bucket, key, sizeBytes, contentType, etag, checksums, modifiedAt, ...unset }
}

function toEntry(bucket: string, space: Space, entry: ListedEntry): FileEntry {
  if (entry.kind === 'prefix') return { kind: 'prefix', prefix: space.shown(entry.prefix) }
  const { key, ...facts } = entry.object
  const file = toInfo({ bucket, key: space.shown(key) }, { ...facts, md5: undefined, contentType: undefined })
  return { kind: 'file', file }
}

function hasLength(source: ByteSource): source is ByteSource & { readonly sizeBytes: number } {
  return source.sizeBytes !== undefined
}

function notFound({ bucket, key }: FileRequest): never {
  const message = `there is no file ${key} in the space ${bucket}`
  throw new StorageError({ code: 'not-found', message })
}
