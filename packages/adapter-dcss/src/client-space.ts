import { stat } from 'node:fs/promises'
import { type ByteRange, type File, type FileInput, type Storage, StorageError, Transfer } from '@stowage/core'
import { invalidArgument, returnChunk, toStorageError } from '@stowage/core/driver'
import { type DcssCallOptions, newCall } from './client-call.ts'
import { explainDcssError } from './errors.ts'
import type { Space } from './spaces.ts'
import { DcssTransfer, tooLargeForMemory } from './transfer.ts'
import type { DcssWire } from './wire.ts'

/** One object of a listing, as `list_objects(items=True)` gives it. */
export interface DcssItem {
  /** Its key. */
  readonly key: string
  /** When it was written. */
  readonly lastModified: Date | undefined
  /** Its ETag, without quotes. */
  readonly etag: string | undefined
  /** Its length in bytes; of a file in parts, that of all together. */
  readonly size: number
  /** Its storage class. */
  readonly storageClass: string | undefined
}

/** What `head` gives. */
export interface DcssHead {
  /** The length in bytes, all parts together. */
  readonly contentLength: number
  /** The ETag, without quotes; of a file in parts one that tells its versions apart. */
  readonly etag: string
  /** The media type, where there is one. */
  readonly contentType: string | undefined
  /** When it was written. */
  readonly lastModified: Date | undefined
  /** How many parts it is stored in. */
  readonly parts: number
  /** Its metadata by name, such as `owner-id`. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Options of {@link DcssSpace.download}. */
export interface DcssDownloadOptions extends DcssCallOptions {
  /** Whether an existing file is replaced, once the new one is whole. Default false. */
  readonly force?: boolean | undefined
  /** Only these bytes. Default: all. */
  readonly range?: ByteRange | undefined
  /** The most bytes a download to memory may hold. Default 1 GiB. */
  readonly maxBytes?: number | undefined
}

/** Options of {@link DcssSpace.upload}. */
export interface DcssUploadOptions extends DcssCallOptions {
  /** How many bytes a stream gives. Default: unknown, which needs the option `spoolUnknownLength`. */
  readonly length?: number | undefined
}

/** Options of {@link DcssSpace.delete}. */
export interface DcssDeleteOptions extends DcssCallOptions {
  /** Whether a missing file is no failure. Default false. */
  readonly missingOk?: boolean | undefined
}

const defaultMaxBytes = 1024 ** 3

/** A storage space, with the operations of the official library. */
export class DcssSpace {
  readonly #wire: DcssWire
  readonly #storage: Storage
  readonly #space: Space

  /** @internal */
  constructor(wire: DcssWire, storage: Storage, space: Space) {
    this.#wire = wire
    this.#storage = storage
    this.#space = space
  }

  /** Its name, for example `private`. */
  get name(): string {
    return this.#space.name
  }

  /** Its bucket's full name. */
  get bucket(): string {
    return this.#space.bucket
  }

  /** Lists files whose keys begin with a prefix: all of them, or it fails. Nothing is sent before the first is asked for. */
  async *list(prefix = '', { signal }: DcssCallOptions = {}): AsyncGenerator<DcssItem, void, undefined> {
    const wanted = { prefix: this.#space.prefixOf(prefix), delimiter: undefined, pageSize: 1000 }
    let pageToken: string | undefined
    do {
      const call = newCall(signal)
      const page = await this.#explained(this.#wire.listing.page(this.#space, { ...wanted, pageToken }, call))
      for (const entry of page.entries) {
        if (entry.kind !== 'object') continue
        const { key, modifiedAt: lastModified, etag, sizeBytes: size, storageClass } = entry.object
        yield { key: this.#space.shown(key), lastModified, etag, size, storageClass }
      }
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
  }

  /** Gives what is known of a file; fails with `not-found` without it, and with `permission-denied` where it may not be looked at. */
  async head(key: string, { signal }: DcssCallOptions = {}): Promise<DcssHead> {
    const reading = this.#wire.reader.stat(this.#space, this.#space.keyOf(key), newCall(signal))
    const file = await this.#explained(reading)
    if (file === undefined) throw this.#notFound(key)
    const { contentType, modifiedAt: lastModified, metadata } = file.head
    return { contentLength: file.sizeBytes, etag: file.etag, contentType, lastModified, parts: file.parts, metadata }
  }

  /** Tells whether a file is there; a refusal is a failure, never "no". */
  exists(key: string, options: DcssCallOptions = {}): Promise<boolean> {
    return this.#file(key).exists(options)
  }

  /** Deletes a file with all its parts; fails with `not-found` without it, unless `missingOk` is true. */
  async delete(key: string, { missingOk = false, signal }: DcssDeleteOptions = {}): Promise<void> {
    try {
      await this.#file(key).delete({ signal })
    } catch (error) {
      if (!missingOk || !StorageError.is(error, 'not-found')) throw error
    }
  }

  /** Gives the URL of a file for those who may read without a credential: anybody, in the space `public`. */
  publicUrl(key: string): string {
    return this.#space.publicUrlOf(key)
  }

  /**
   * Uploads a path, bytes or a stream.
   *
   * The handle comes at once and the upload starts by itself: register callbacks, or `join()`. It is `FINISHED` when S3 has confirmed
   * all of it.
   */
  upload(source: FileInput, key: string, { length, signal }: DcssUploadOptions = {}): DcssTransfer {
    return new DcssTransfer(this.#file(key).upload(source, { sizeBytes: length, signal }))
  }

  /**
   * Downloads a file, to a path or to memory. A missing file and a destination that can't be fail here, before there is a handle.
   *
   * @param destination - a path; none for memory, where `data` of the handle has the bytes
   * @throws StorageError `not-found`; `already-exists` for a destination that is there, without `force`; `invalid-argument` for a
   * directory, also with it
   */
  async download(key: string, destination?: string, options: DcssDownloadOptions = {}): Promise<DcssTransfer> {
    const { force = false, range, maxBytes = defaultMaxBytes, signal } = options
    const file = this.#file(key)
    const { sizeBytes } = await file.stat({ signal })
    if (destination === undefined) return this.#downloadToMemory(file, sizeBytes, { range, maxBytes, signal })
    await checkDestination(destination, force)
    return new DcssTransfer(file.download(destination, { overwrite: force, range, signal }))
  }

  #downloadToMemory(
    file: File,
    sizeBytes: number,
    { range, maxBytes, signal }: { range: ByteRange | undefined; maxBytes: number; signal: AbortSignal | undefined },
  ): DcssTransfer {
    const wanted = Math.max(0, Math.min(range?.end ?? sizeBytes, sizeBytes) - (range?.start ?? 0))
    if (wanted > maxBytes) throw tooLargeForMemory(wanted, maxBytes)
    let bytes = new Uint8Array(wanted)
    let filled = 0
    const transfer = new Transfer<void>({
      signal: signal ?? new AbortController().signal,
      explain: (error) => explained(error),
      run: async (controls) => {
        controls.meter.expect(wanted, 'bytes')
        for await (const chunk of file.stream({ range, signal: controls.signal })) {
          if (filled + chunk.byteLength > bytes.byteLength) bytes = grown(bytes, filled + chunk.byteLength, maxBytes)
          bytes.set(chunk, filled)
          returnChunk(chunk)
          filled += chunk.byteLength
          controls.advance(chunk.byteLength)
          await controls.gate()
        }
      },
    })
    return new DcssTransfer(transfer, () => bytes.subarray(0, filled))
  }

  #file(key: string): File {
    return this.#storage.bucket(this.#space.name).file(key)
  }

  #explained<Result>(work: Promise<Result>): Promise<Result> {
    return work.catch((error: unknown) => {
      throw explained(error)
    })
  }

  #notFound(key: string): StorageError {
    return new StorageError({ code: 'not-found', message: `there is no file ${key} in the space ${this.name}` })
  }
}

function explained(error: unknown): StorageError {
  return toStorageError(error, { backend: 'dcss', explainError: explainDcssError })
}

/** The file was replaced by a longer one after it was looked at. */
function grown(bytes: Uint8Array, sizeBytes: number, maxBytes: number): Uint8Array<ArrayBuffer> {
  if (sizeBytes > maxBytes) throw tooLargeForMemory(sizeBytes, maxBytes)
  const larger = new Uint8Array(Math.min(maxBytes, Math.max(sizeBytes, bytes.byteLength * 2)))
  larger.set(bytes)
  return larger
}

async function checkDestination(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return
  if (found.isDirectory()) throw invalidArgument(`${path} is a directory: add a file name`)
  if (force) return
  throw new StorageError({
    code: 'already-exists',
    message: `${path} is there already: pass force: true to replace it`,
  })
}
