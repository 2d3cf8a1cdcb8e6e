import type { CapabilityName } from '../contract/capabilities.ts'
import type { FileInfo, SignedUrl } from '../contract/file.ts'
import type { FileInput } from '../bytes/byte-source.ts'
import type { CallContext } from '../driver/call.ts'
import type { FileRequest } from '../driver/file-driver.ts'
import { StorageError, invalidArgument } from '../errors/storage-error.ts'
import type { Transfer } from '../transfer/transfer.ts'
import type { CallOptions } from './call-options.ts'
import { copyFile, type CopyOptions, type CopyResult } from './copy-file.ts'
import { downloadFile, type DownloadOptions, type DownloadResult } from './download-file.ts'
import { checkAttributes, checkMetadata, checkTags, type FileAttributeOptions } from './file-attributes.ts'
import { isThere } from './existence.ts'
import { checkName, checkOptions } from './names.ts'
import { readFile, streamFile, type ReadOptions } from './read-file.ts'
import type { CallPlace, Session } from './session.ts'
import { putFile, uploadFile, type PutOptions, type UploadOptions, type UploadResult } from './upload-file.ts'

/** Options of changing what is set on a file; what is left out stays. */
export interface UpdateFileOptions extends CallOptions {
  /** Its media type; null removes it. */
  readonly contentType?: string | null | undefined
  /** The app's own text values, all of them: they replace those that were there. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Tags, all of them. */
  readonly tags?: readonly string[] | undefined
  /** When the backend may delete it; null for never. */
  readonly expiresAt?: Date | null | undefined
}

/** Options of signing a URL. */
export interface SignedUrlOptions extends CallOptions {
  /** What it is good for. Default `GET`. */
  readonly method?: 'GET' | 'PUT' | undefined
  /** How long it works, in milliseconds. Default 15 minutes. */
  readonly expiresInMs?: number | undefined
}

const callOptions = ['signal', 'timeoutMs'] as const
const quarterOfAnHourMs = 15 * 60 * 1000

/**
 * A file of a bucket: bytes under a key, with what is set on them.
 *
 * Getting one with {@link Bucket.file} sends nothing and does not create it.
 */
export class File {
  readonly #session: Session
  readonly #request: FileRequest

  /** @internal */
  constructor(session: Session, bucket: string, key: string) {
    this.#session = session
    this.#request = { bucket, key: checkName('file key', key, session.driver.capabilities.limits.keyBytes) }
  }

  /**
   * What reaches the file, for what works on two storages.
   *
   * @internal
   */
  get session(): Session {
    return this.#session
  }

  /** The name of the bucket it is in. */
  get bucketName(): string {
    return this.#request.bucket
  }

  /** The file's key. */
  get key(): string {
    return this.#request.key
  }

  /** Gives what is known of the file; fails with `not-found` without it. */
  async stat(options: CallOptions = {}): Promise<FileInfo> {
    checkOptions('file.stat', options, callOptions)
    return this.#run('files.stat', options, (call) => this.#session.files.stat(this.#request, call))
  }

  /** Tells whether the file is there. */
  exists(options: CallOptions = {}): Promise<boolean> {
    return isThere(this.stat(options))
  }

  /**
   * Writes bytes or text that are in memory and waits until they are stored. It replaces what was there, unless told
   * otherwise; a failure leaves what was there untouched.
   *
   * @param content - bytes, or text that is stored as UTF-8
   */
  put(content: Uint8Array | ArrayBuffer | string, options: PutOptions = {}): Promise<UploadResult> {
    return putFile(this.#session, this.#request, content, options)
  }

  /**
   * Uploads from a path, bytes or a stream, streaming.
   *
   * Nothing is visible before all bytes are stored and checked; a failure leaves what was there untouched. A
   * stream is read once: once bytes of it were sent, a failure is not retried.
   *
   * @param source - a path, bytes, a Blob or a stream
   */
  upload(source: FileInput, options: UploadOptions = {}): Transfer<UploadResult> {
    return uploadFile(this.#session, this.#request, source, options)
  }

  /** Reads the file, or a range of it, into memory. */
  async get(options: ReadOptions = {}): Promise<Uint8Array> {
    return readFile(this.#session, this.#request, options)
  }

  /** Reads the file as UTF-8 text; bytes that aren't fail with `corrupt-data`. */
  async text(options: ReadOptions = {}): Promise<string> {
    const bytes = await this.get(options)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch (cause) {
      const message = `${this.key} is not UTF-8 text: read its bytes with get()`
      throw new StorageError({ code: 'corrupt-data', message }, { ...this.#place('files.read') }, cause)
    }
  }

  /**
   * Reads the file, or a range of it, as a stream. A connection that breaks is taken up again where it broke off; a
   * file that changes meanwhile fails with `conflict`, never mixes two versions.
   *
   * Nothing is sent before the first chunk is asked for. `Readable.from(...)` makes a Node stream of it and
   * `ReadableStream.from(...)` a web stream.
   */
  stream(options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return streamFile(this.#session, this.#request, options)
  }

  /**
   * Downloads the file to disk. It appears under its name only when it is complete and its checksum is right.
   *
   * @param path - where to; an existing file fails with `already-exists` unless `overwrite` is true, a directory always
   */
  download(path: string | URL, options: DownloadOptions = {}): Transfer<DownloadResult> {
    return downloadFile(this.#session, this.#request, path, options)
  }

  /** Deletes the file; fails with `not-found` without it. */
  async delete(options: CallOptions = {}): Promise<void> {
    checkOptions('file.delete', options, callOptions)
    return this.#run('files.delete', options, (call) => this.#session.files.delete(this.#request, call))
  }

  /**
   * Copies the file inside this storage, with what is set on it.
   *
   * @param target - a file of the same storage
   */
  async copyTo(target: File, options: CopyOptions = {}): Promise<CopyResult> {
    if (target.#session !== this.#session) {
      throw invalidArgument('copyTo copies inside one storage: download and upload to move files between two')
    }
    return copyFile(this.#session, this.#request, target.#request, options)
  }

  /** Changes what is set on the file, not its bytes. */
  async update(options: UpdateFileOptions): Promise<FileInfo> {
    checkOptions('file.update', options, ['contentType', 'metadata', 'tags', 'expiresAt', ...callOptions])
    const { contentType, metadata, tags, expiresAt } = options
    if (metadata !== undefined) checkMetadata(metadata)
    if (tags !== undefined) checkTags(tags)
    this.#requireAttributes('files.update', {
      ...options,
      contentType: contentType ?? undefined,
      expiresAt: expiresAt ?? undefined,
    })
    const request = { ...this.#request, contentType, metadata, tags, expiresAt }
    return this.#run('files.update', options, (call) => this.#session.files.update(request, call))
  }

  /** Signs a URL with which anybody can read (`GET`) or write (`PUT`) this file until it expires. */
  async signedUrl(options: SignedUrlOptions = {}): Promise<SignedUrl> {
    checkOptions('file.signedUrl', options, ['method', 'expiresInMs', ...callOptions])
    const { method = 'GET', expiresInMs = quarterOfAnHourMs } = options
    if (method !== 'GET' && method !== 'PUT') throw invalidArgument('a signed URL is for method "GET" or "PUT"')
    if (!Number.isFinite(expiresInMs) || expiresInMs <= 0) throw invalidArgument('expiresInMs must be above 0')
    return this.#run('files.signedUrl', options, (call) =>
      this.#session.files.signUrl({ ...this.#request, method, expiresInMs }, call),
    )
  }

  #requireAttributes(operation: string, attributes: FileAttributeOptions): void {
    checkAttributes(this.#session, this.#place(operation), attributes)
  }

  #place(operation: string): CallPlace {
    return { operation, resource: `${this.#request.bucket}/${this.#request.key}` }
  }

  async #run<Result>(
    capability: CapabilityName,
    options: CallOptions,
    work: (call: CallContext) => Promise<Result>,
  ): Promise<Result> {
    const place = this.#place(capability)
    this.#session.require(capability, place)
    return this.#session.run(place, options, work)
  }
}
