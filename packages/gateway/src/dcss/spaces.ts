import { type Logger, StorageError } from '@stowage/core/driver'
import type { Storage } from '@stowage/core'

/** How storage spaces and S3 buckets are called: the space `public` is the bucket `duckietown-public-storage`. */
export class SpaceNames {
  readonly #start: string
  readonly #end = '-storage'

  /** @param prefix - stands before every bucket's name, as staging environments have it */
  constructor(prefix: string) {
    this.#start = `${prefix}duckietown-`
  }

  /** Gives the bucket of a space. */
  bucketOf(space: string): string {
    return `${this.#start}${space}${this.#end}`
  }

  /** Gives the space of a bucket; undefined for a bucket that is none. */
  spaceOf(bucket: string): string | undefined {
    if (!bucket.startsWith(this.#start) || !bucket.endsWith(this.#end)) return undefined
    const space = bucket.slice(this.#start.length, -this.#end.length)
    return this.bucketOf(space) === bucket && space !== '' ? space : undefined
  }
}

/** Tells which spaces there are: those that are there from the beginning, and any other bucket of the storage. */
export class Spaces {
  readonly #storage: Storage
  readonly #known: ReadonlySet<string>

  constructor(storage: Storage, known: readonly string[]) {
    this.#storage = storage
    this.#known = new Set(known)
  }

  /** Creates the spaces that are there from the beginning, where the storage can. */
  async create(logger: Logger): Promise<void> {
    for (const space of this.#known) {
      if (this.#storage.supports('buckets.create')) await createMissing(this.#storage, space)
      else if (!(await this.#isStored(space)))
        logger.warn('a space is missing and the backend can not create it', { space })
    }
  }

  /** Tells whether a space is there. */
  async has(space: string): Promise<boolean> {
    return this.#known.has(space) || this.#isStored(space)
  }

  async #isStored(space: string): Promise<boolean> {
    if (!this.#storage.supports('buckets.get')) return false
    try {
      return await this.#storage.bucket(space).exists()
    } catch (error) {
      // No bucket has a name that the backend can't have.
      if (StorageError.is(error) && error.code === 'invalid-argument') return false
      throw error
    }
  }
}

async function createMissing(storage: Storage, space: string): Promise<void> {
  try {
    await storage.bucket(space).create()
  } catch (error) {
    if (StorageError.is(error, 'already-exists')) return
    if (!StorageError.is(error, 'invalid-argument')) throw error
    const { backend } = storage
    const message = `DCSS keeps files in spaces, and the backend ${backend} has no room for a space called ${space}: serve another one`
    throw new StorageError({ code: 'unsupported', message }, { backend, operation: 'serve' }, { cause: error })
  }
}
