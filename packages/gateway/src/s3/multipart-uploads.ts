import { randomBytes } from 'node:crypto'
import type { ObjectAttributes } from './object-attributes.ts'
import type { PartFile, PartFiles } from './part-files.ts'
import { S3Error } from './s3-error.ts'

/** Names a multipart upload. */
export interface UploadName {
  /** The bucket. */
  readonly bucket: string
  /** The key. */
  readonly key: string
  /** Its id. */
  readonly id: string
}

/** A part that waits for the others. */
export interface StagedPart extends PartFile {
  /** Its number. */
  readonly number: number
  /** Its MD5 in hex, which is its ETag. */
  readonly md5: string
  /** The checksums that were sent with it, as headers. */
  readonly checksums: Readonly<Record<string, string>>
  /** When it arrived. */
  readonly modifiedAt: Date
}

/** A multipart upload under way. */
export interface MultipartUpload extends UploadName {
  /** What will be set on the object. */
  readonly attributes: ObjectAttributes
  /** When it began. */
  readonly startedAt: Date
  /** The parts by number. */
  readonly parts: ReadonlyMap<number, StagedPart>
}

/** A part as it arrives. */
export interface ArrivingPart {
  /** Its number. */
  readonly number: number
  /** Its bytes. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Gives the rest, once it was read. */
  readonly facts: () => Pick<StagedPart, 'md5' | 'checksums' | 'modifiedAt'>
}

/** An upload as its owner has it. */
interface OpenUpload extends MultipartUpload {
  readonly parts: Map<number, StagedPart>
  readonly ending: AbortController
  readonly working: Set<Promise<unknown>>
  isCompleting: boolean
}

// A client whose answer was lost completes again; it is to learn the same.
const mostRemembered = 1000

/**
 * The multipart uploads under way: their parts wait in files aside until they are put together, given up, or the service
 * closes. None of that outlives the service.
 */
export class MultipartUploads {
  readonly #files: PartFiles
  readonly #uploads = new Map<string, OpenUpload>()
  readonly #completed = new Map<string, unknown>()
  #isClosed = false

  /** @param files - where parts wait; closed with the uploads */
  constructor(files: PartFiles) {
    this.#files = files
  }

  /** Begins an upload. */
  create(bucket: string, key: string, attributes: ObjectAttributes, startedAt: Date): MultipartUpload {
    if (this.#isClosed) throw new S3Error('ServiceUnavailable')
    const id = randomBytes(16).toString('hex')
    const own = { parts: new Map(), ending: new AbortController(), working: new Set<Promise<unknown>>() }
    const upload = { id, bucket, key, attributes, startedAt, ...own, isCompleting: false }
    this.#uploads.set(id, upload)
    return upload
  }

  /** Finds an upload; fails with `NoSuchUpload`. */
  find(name: UploadName): MultipartUpload {
    return this.#open(name)
  }

  /** Gives the uploads of a bucket, in order of key and then of their beginning. */
  of(bucket: string): MultipartUpload[] {
    const ours = [...this.#uploads.values()].filter((upload) => upload.bucket === bucket)
    return ours.toSorted((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)))
  }

  /** Takes a part; one of the same number gives way to it once it is whole. */
  stage(name: UploadName, { number, chunks, facts }: ArrivingPart): Promise<StagedPart> {
    const upload = this.#open(name)
    return this.#working(upload, async () => {
      const file = await this.#files.write(upload.id, chunks, upload.ending.signal)
      // What is being put together must stay as it is; the file goes with the upload.
      if (upload.isCompleting) throw new S3Error('OperationAborted')
      const part = { number, ...file, ...facts() }
      const before = upload.parts.get(number)
      upload.parts.set(number, part)
      await before?.remove()
      return part
    })
  }

  /**
   * Puts an upload together.
   *
   * @param write - writes the object and gives what the client is told; its signal aborts when the upload is given up. After a
   * failure the upload is as it was
   * @returns what `write` gave, also when the upload was completed before
   */
  async complete<Result>(
    name: UploadName,
    write: (upload: MultipartUpload, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const before = this.#completed.get(textOf(name))
    if (before !== undefined) return before as Result
    const upload = this.#open(name)
    const arriving = [...upload.working]
    return this.#working(upload, async () => {
      upload.isCompleting = true
      try {
        const result = await write(upload, upload.ending.signal)
        this.#remember(textOf(name), result)
        upload.ending.abort(noSuchUpload(name))
        await Promise.allSettled(arriving)
        // The object is there; what can't be removed now goes when the service closes.
        await this.#remove(upload).catch(() => undefined)
        return result
      } finally {
        upload.isCompleting = false
      }
    })
  }

  /** Gives an upload up: nothing of it is left. */
  async abort(name: UploadName): Promise<void> {
    const upload = this.#uploads.get(name.id)
    if (upload === undefined || textOf(upload) !== textOf(name)) throw noSuchUpload(name)
    await this.#abort(upload)
    if (this.#completed.has(textOf(name))) throw noSuchUpload(name)
  }

  /** Gives up those of a bucket that is gone. */
  async abortBucket(bucket: string): Promise<void> {
    for (const upload of this.#uploads.values()) if (upload.bucket === bucket) await this.#abort(upload)
  }

  /** Gives up all. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#uploads.values()].map((upload) => this.#abort(upload)))
    await this.#files.close()
  }

  #open(name: UploadName): OpenUpload {
    const upload = this.#uploads.get(name.id)
    if (upload === undefined || textOf(upload) !== textOf(name) || upload.ending.signal.aborted)
      throw noSuchUpload(name)
    if (upload.isCompleting) throw new S3Error('OperationAborted')
    return upload
  }

  async #working<Result>(upload: OpenUpload, work: () => Promise<Result>): Promise<Result> {
    const running = work()
    upload.working.add(running)
    try {
      return await running
    } finally {
      upload.working.delete(running)
    }
  }

  async #abort(upload: OpenUpload): Promise<void> {
    upload.ending.abort(noSuchUpload(upload))
    await Promise.allSettled(upload.working)
    await this.#remove(upload)
  }

  async #remove(upload: OpenUpload): Promise<void> {
    this.#uploads.delete(upload.id)
    await this.#files.remove(upload.id)
  }

  #remember(name: string, result: unknown): void {
    this.#completed.set(name, result)
    if (this.#completed.size <= mostRemembered) return
    for (const oldest of this.#completed.keys()) return void this.#completed.delete(oldest)
  }
}

function textOf({ bucket, key, id }: UploadName): string {
  return `${id} ${bucket}/${key}`
}

function noSuchUpload({ id }: UploadName): S3Error {
  return new S3Error('NoSuchUpload', { fields: { UploadId: id } })
}
