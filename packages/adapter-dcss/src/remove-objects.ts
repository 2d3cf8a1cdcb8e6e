import type { CallContext } from '@stowage/core/driver'
import { both, inParallel } from './in-parallel.ts'
import { type ObjectLookup, type ObjectPlace, partKey } from './parts.ts'
import type { S3Requests } from './s3-requests.ts'

/** How many objects are deleted at a time. */
const maxParallel = 8

/** Deletes objects, and files with all their parts. */
export class ObjectRemover {
  readonly #requests: S3Requests
  readonly #lookup: ObjectLookup

  /**
   * @param requests - sends them
   * @param lookup - looks at what is there
   */
  constructor(requests: S3Requests, lookup: ObjectLookup) {
    this.#requests = requests
    this.#lookup = lookup
  }

  /**
   * Gives the keys of all objects a file is stored as, in the order they are to go; none without it.
   *
   * Parts go before the plain key, which hides them, and the first part last: what is left after a failure is found again.
   */
  async keysOf(place: ObjectPlace, key: string, call: CallContext): Promise<string[]> {
    const [plain, count] = await both(this.#lookup.head(place, key, call), this.#lookup.countParts(place, key, call))
    const parts = Array.from({ length: count }, (_, index) => partKey(key, count - 1 - index))
    return plain === undefined ? parts : [...parts, key]
  }

  /** Deletes one object; succeeds without it, as S3 does. */
  async remove({ bucket, access }: ObjectPlace, key: string, call: CallContext): Promise<void> {
    const response = await this.#requests.send(access, { action: 'delete_object', bucket, key }, call)
    await response.discard()
  }

  /** Deletes a file's objects in order; gives whether there were any. */
  async removeFile(place: ObjectPlace, key: string, call: CallContext): Promise<boolean> {
    const keys = await this.keysOf(place, key, call)
    for (const one of keys) await this.remove(place, one, call)
    return keys.length > 0
  }

  /** Deletes several objects and gives those that could not be deleted. */
  async removeAll(place: ObjectPlace, keys: readonly string[], call: CallContext): Promise<string[]> {
    const failed: string[] = []
    await inParallel(keys, maxParallel, async (key) => {
      await this.remove(place, key, call).catch(() => failed.push(key))
    })
    return failed
  }
}
