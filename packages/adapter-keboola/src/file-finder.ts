import type { CallContext } from '@stowage/core/driver'
import type { KeboolaClient } from './client.ts'
import { hasStatus } from './errors.ts'
import type { KeboolaFile } from './file-answers.ts'
import { idOfKey, isNewer, keyOfFile, tagOfKey } from './file-mark.ts'
import type { RecentFiles } from './recent-files.ts'

/** How many tags a list is asked for at once: each takes some fifty characters of the URL. */
const tagsPerList = 80

/** Finds files by key: by what was written a moment ago, by the tag of the key, and by the id that keys of others' files begin with. */
export class FileFinder {
  readonly #client: KeboolaClient
  readonly #recent: RecentFiles

  constructor(client: KeboolaClient, recent: RecentFiles) {
    this.#client = client
    this.#recent = recent
  }

  /** Gives the newest file of a key as the service knows it now; undefined without one. */
  async newest(key: string, call: CallContext): Promise<KeboolaFile | undefined> {
    const { written } = this.#recent.get(key) ?? {}
    const known = written === undefined ? undefined : await this.#get(written.id, call)
    if (known !== undefined) return known
    // Somebody else deleted or replaced it.
    if (written !== undefined) this.#recent.noteGone(key, [written.id])
    return (await this.versions(key, call)).at(-1)
  }

  /** Gives all files of a key, the newest last. */
  async versions(key: string, call: CallContext): Promise<readonly KeboolaFile[]> {
    const listed: KeboolaFile[] = []
    for await (const file of this.#client.files.iterate({ tags: [tagOfKey(key)] }, call)) listed.push(file)
    return this.#complete(key, listed, call)
  }

  /** Corrects what a listing says of a key by what happened to it a moment ago. */
  async #complete(key: string, listed: readonly KeboolaFile[], call: CallContext): Promise<readonly KeboolaFile[]> {
    const recent = this.#recent.get(key)
    const found = new Map(listed.map((file) => [file.id, file]))
    if (recent?.written !== undefined && !found.has(recent.written.id)) found.set(recent.written.id, recent.written)
    for (const id of recent?.gone ?? []) found.delete(id)
    const versions = [...found.values()].filter((file) => keyOfFile(file) === key)
    if (versions.length > 0) return versions.sort((left, right) => (isNewer(left, right) ? 1 : -1))
    return this.#foreign(key, call)
  }

  /**
   * Gives all files of several keys, the newest of each last, by a few requests: the service gives files with any of the tags it is asked for.
   * Keys of others' files are looked up one by one.
   */
  async versionsOfAll(
    keys: readonly string[],
    call: CallContext,
  ): Promise<ReadonlyMap<string, readonly KeboolaFile[]>> {
    const found = new Map<string, KeboolaFile[]>(keys.map((key) => [key, []]))
    for (let start = 0; start < keys.length; start += tagsPerList) {
      const tags = keys.slice(start, start + tagsPerList).map(tagOfKey)
      for await (const file of this.#client.files.iterate({ tags }, call)) found.get(keyOfFile(file) ?? '')?.push(file)
    }
    const versions = keys.map(async (key) => [key, await this.#complete(key, found.get(key) ?? [], call)] as const)
    return new Map(await Promise.all(versions))
  }

  async #foreign(key: string, call: CallContext): Promise<readonly KeboolaFile[]> {
    const id = idOfKey(key)
    const file = id === undefined ? undefined : await this.#get(id, call)
    return file !== undefined && keyOfFile(file) === key ? [file] : []
  }

  async #get(id: string, call: CallContext): Promise<KeboolaFile | undefined> {
    try {
      return await this.#client.files.get(id, {}, call)
    } catch (error) {
      if (hasStatus(error, 404)) return undefined
      throw error
    }
  }
}
