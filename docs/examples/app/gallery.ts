import type { ReadableStream } from 'node:stream/web'
import type { ByteRange, Storage } from 'stowage'
import type { Catalogue, Photo, PhotoQuery } from './catalogue.ts'
import type { Images } from './images.ts'

/** A photo that comes in. */
export interface NewPhoto extends Pick<Photo, 'name' | 'album' | 'contentType' | 'sizeBytes'> {
  readonly bytes: ReadableStream<Uint8Array>
}

/**
 * Photos: a row and an image each, which may be in two different services, so nothing can change both at once. The row counts. An
 * image is stored before its row and removed after it, so that a failure in between leaves an image nobody sees, never a row
 * without its image.
 */
export class Gallery {
  readonly #catalogue: Catalogue
  readonly #images: Images
  readonly #storages: ReadonlySet<Storage>

  constructor(catalogue: Catalogue, images: Images, storages: ReadonlySet<Storage>) {
    this.#catalogue = catalogue
    this.#images = images
    this.#storages = storages
  }

  /** Fails when one of the backends can't be reached or refuses the credential. */
  async ping(): Promise<void> {
    await Promise.all(Array.from(this.#storages, (storage) => storage.ping({ timeoutMs: 5000 })))
  }

  get(name: string): Promise<Photo | undefined> {
    return this.#catalogue.get(name)
  }

  list(query: PhotoQuery): Promise<Photo[]> {
    return this.#catalogue.list(query)
  }

  /** Reads a photo's image, or a range of it. */
  read(photo: Photo, range: ByteRange | undefined): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#images.read(photo.image, range)
  }

  /** Stores a photo, in place of the one of its name. */
  async put({ bytes, ...facts }: NewPhoto): Promise<Photo> {
    const { key, sha256 } = await this.#images.add(bytes, facts.sizeBytes)
    const photo = { ...facts, sha256, image: key, storedAt: new Date().toISOString() }
    const earlier = await this.#catalogue.put(photo)
    if (earlier !== undefined) await this.#images.remove(earlier.image)
    return photo
  }

  /** Removes a photo and tells whether there was one. */
  async remove(name: string): Promise<boolean> {
    const photo = await this.#catalogue.remove(name)
    if (photo !== undefined) await this.#images.remove(photo.image)
    return photo !== undefined
  }
}
