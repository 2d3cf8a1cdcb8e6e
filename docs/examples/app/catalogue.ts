import type { CapabilityName, Filter, Row, Storage, Table } from 'stowage'
import { ignoreIfThere, openBucket } from './open-bucket.ts'
import { Turns } from './turns.ts'

/** What is known of a photo. It has all that is asked for later: not every backend keeps more of a file than its bytes. */
export interface Photo {
  readonly name: string
  readonly album: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly sha256: string
  /** The key of its image. */
  readonly image: string
  readonly storedAt: string
}

/** Which photos to list. */
export interface PhotoQuery {
  readonly album?: string | undefined
  readonly minBytes?: number | undefined
  readonly limit: number
}

/** The rows of the gallery, one for each photo. */
export class Catalogue {
  /** What a backend must be able to do to keep it. */
  static readonly needs: readonly CapabilityName[] = [
    'tables.get',
    'tables.create',
    'tables.upsert',
    'tables.find',
    'tables.delete',
  ]

  readonly #photos: Table
  readonly #turns = new Turns()

  /** @param photos - a table such as {@link Catalogue.open} makes */
  constructor(photos: Table) {
    this.#photos = photos
  }

  /** Opens the catalogue in a bucket; the first time, it makes the table. */
  static async open(storage: Storage, bucketName: string): Promise<Catalogue> {
    const photos = (await openBucket(storage, bucketName)).table('photos')
    if (!(await photos.exists())) {
      const columns = {
        name: 'string',
        album: 'string',
        contentType: 'string',
        sizeBytes: 'number',
        sha256: 'string',
        image: 'string',
        storedAt: 'timestamp',
      } as const
      await photos.create({ columns, primaryKey: ['name'] }).catch(ignoreIfThere)
    }
    return new Catalogue(photos)
  }

  /** Gives a photo; undefined without one of that name. */
  async get(name: string): Promise<Photo | undefined> {
    const row = await this.#photos.get({ name })
    return row === undefined ? undefined : toPhoto(row)
  }

  /** Lists photos, the largest first. */
  async list({ album, minBytes, limit }: PhotoQuery): Promise<Photo[]> {
    const filter: Filter = {
      ...(album !== undefined && { album }),
      ...(minBytes !== undefined && { sizeBytes: { $gte: minBytes } }),
    }
    const rows = await this.#photos.find(filter, { sort: { sizeBytes: -1, name: 1 }, limit }).toArray()
    return rows.map(toPhoto)
  }

  /** Writes a photo and gives the one of that name whose place it takes. */
  put(photo: Photo): Promise<Photo | undefined> {
    return this.#change(photo.name, () => this.#photos.insert({ ...photo }, { mode: 'upsert' }))
  }

  /** Removes a photo and gives it; undefined without one of that name. */
  remove(name: string): Promise<Photo | undefined> {
    return this.#change(name, () => this.#photos.delete({ name }))
  }

  /** Two changes of one photo at once would be told of the same earlier one, and nobody of the one that the second replaced. */
  #change(name: string, change: () => Promise<unknown>): Promise<Photo | undefined> {
    return this.#turns.take(name, async () => {
      const earlier = await this.get(name)
      await change()
      return earlier
    })
  }
}

// The table's columns are those of a photo, and a backend keeps to them.
function toPhoto(row: Row): Photo {
  return row as unknown as Photo
}
