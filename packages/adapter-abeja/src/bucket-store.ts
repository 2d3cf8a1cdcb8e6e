import type { FileInfo, SignedUrl } from '@stowage/core'
import {
  type CallContext,
  type FileContent,
  type FileRequest,
  type ReadFileRequest,
  type SignUrlRequest,
  StorageError,
  type WriteFileRequest,
} from '@stowage/core/driver'
import type { AbejaBucketFile } from './answers.ts'
import { checkBucketPath } from './bucket-path.ts'
import { uploadToBucket } from './bucket-upload.ts'
import { signedUrl, type StoreParts } from './channel-store.ts'
import { hasStatus } from './errors.ts'
import { checkAppMetadata, notFound, toBucketFileInfo, unsupported } from './file-facts.ts'
import { lifetimeUntil } from './lifetime.ts'
import { formatMark, markName, readMark } from './mark.ts'
import { readSigned } from './signed-read.ts'

const maxReadAttempts = 3

/** Files of buckets by key: the key is the path. */
export class BucketStore {
  readonly #parts: StoreParts
  readonly #verifyEtags: boolean

  constructor(parts: StoreParts, verifyEtags: boolean) {
    this.#parts = parts
    this.#verifyEtags = verifyEtags
  }

  async stat(bucketId: string, request: FileRequest, call: CallContext): Promise<FileInfo> {
    return toBucketFileInfo(request, await this.#get(bucketId, request, call), this.#verifyEtags)
  }

  /** What is asked about and what is served are two requests: a file that is replaced in between is asked about again. */
  async read(bucketId: string, request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    const { range, ifEtag, mayLend = false } = request
    for (let attempt = 1; ; attempt += 1) {
      const content = await readSigned(this.#parts.wire, this.#parts.clock, {
        file: await this.#get(bucketId, request, call),
        refresh: () => this.#get(bucketId, request, call),
        range,
        mayLend,
        signal: call.signal,
        receipt: call.receipt,
      })
      const info = toBucketFileInfo(request, content.file, this.#verifyEtags)
      const isVersion = ifEtag === undefined || info.etag === ifEtag
      const isServed =
        content.etag === undefined || content.file.etag === undefined || content.etag === content.file.etag
      if (isVersion && isServed && info.sizeBytes === content.totalBytes)
        return { file: withType(info, content), sizeBytes: content.sizeBytes, body: content.body }
      await content.body.return?.()
      if (!isVersion || attempt === maxReadAttempts) throw changed(request)
    }
  }

  async write(bucketId: string, request: WriteFileRequest, call: CallContext): Promise<FileInfo> {
    const { key, attributes, condition, source } = request
    const { contentType, metadata, expiresAt } = attributes
    checkBucketPath(key)
    if (condition.kind !== 'replace')
      throw unsupported('an upload to a bucket of ABEJA replaces what is there: it has no conditions, channels have')
    checkAppMetadata(metadata)
    const lifetime = expiresAt === undefined ? undefined : lifetimeUntil(expiresAt, this.#parts.clock.now())
    const upload = {
      bucketId,
      path: key,
      body: source.bytes ?? source,
      contentType,
      metadata,
      lifetime,
      metadataCase: 'keep',
    } as const
    const { mark, sizeBytes } = await uploadToBucket(this.#parts.client, upload, call)
    const file = await this.#get(bucketId, request, call)
    if (readMark(file.metadata).upload === mark.upload) return toBucketFileInfo(request, file, this.#verifyEtags)
    // Somebody else has written over it already: of what was stored here nothing can be asked any more.
    const written = { ...file, sizeBytes, etag: undefined, lastModified: undefined, uploadedAt: undefined, lifetime }
    const marked = { ...written, metadata: { ...metadata, [markName]: formatMark({ ...mark, sizeBytes }) } }
    return toBucketFileInfo(request, marked, false)
  }

  async signUrl(bucketId: string, request: SignUrlRequest, call: CallContext): Promise<SignedUrl> {
    const { method, expiresInMs } = request
    if (method !== 'GET') throw unsupported('ABEJA signs no URLs to upload to buckets with, only to channels')
    const { downloadUrl, urlExpiresAt } = await this.#get(bucketId, request, call)
    return signedUrl(method, downloadUrl, urlExpiresAt, {}, expiresInMs, this.#parts.clock)
  }

  async #get(bucketId: string, request: FileRequest, call: CallContext): Promise<AbejaBucketFile> {
    const key = checkBucketPath(request.key)
    try {
      const file = await this.#parts.client.getBucketFile(bucketId, key, call)
      return file.isFile && file.fileId === key ? file : notFound(request)
    } catch (error) {
      if (hasStatus(error, 404)) return notFound(request)
      throw error
    }
  }
}

function withType(
  info: FileInfo,
  { contentType, file }: { readonly contentType: string | undefined; readonly file: AbejaBucketFile },
): FileInfo {
  // What we wrote says whether it has a media type; of what others wrote the store knows it.
  return Object.hasOwn(file.metadata, markName) ? info : { ...info, contentType }
}

function changed({ key }: FileRequest): StorageError {
  return new StorageError({ code: 'conflict', message: `${key} is another version now: look at it again` })
}
