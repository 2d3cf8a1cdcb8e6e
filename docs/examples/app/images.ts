import { randomUUID } from 'node:crypto'
import type { ReadableStream } from 'node:stream/web'
import { type Bucket, type ByteRange, type CapabilityName, type Storage, StorageError } from 'stowage'
import { openBucket } from './open-bucket.ts'

/** An image that was stored. */
export interface StoredImage {
  /** The key it is kept under. */
  readonly key: string
  readonly sha256: string
}

/** The bytes of the gallery. Each image has a key of its own and never changes: a new one is another file. */
export class Images {
  /** What a backend must be able to do to keep them. */
  static readonly needs: readonly CapabilityName[] = ['files.write', 'files.read', 'files.range', 'files.delete']

  readonly #bucket: Bucket

  constructor(bucket: Bucket) {
    this.#bucket = bucket
  }

  /** Opens the images in a bucket. */
  static async open(storage: Storage, bucketName: string): Promise<Images> {
    return new Images(await openBucket(storage, bucketName))
  }

  /** Stores an image, streaming; when the source breaks off, nothing of it stays. */
  async add(source: ReadableStream<Uint8Array>, sizeBytes: number): Promise<StoredImage> {
    const key = `gallery/${randomUUID()}`
    const { checksums } = await this.#bucket.file(key).upload(source, { sizeBytes, checksums: ['sha256'] })
    return { key, sha256: checksums.sha256 as string }
  }

  /** Reads an image, or a range of it, streaming. */
  read(key: string, range: ByteRange | undefined): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#bucket.file(key).stream({ range })
  }

  /** Removes an image; one that isn't there is no failure. */
  async remove(key: string): Promise<void> {
    await this.#bucket
      .file(key)
      .delete()
      .catch((error: unknown) => {
        if (!StorageError.is(error, 'not-found')) throw error
      })
  }
}
