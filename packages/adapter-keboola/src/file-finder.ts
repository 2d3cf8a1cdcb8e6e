import type { CallContext } from '@stowage/core/driver'
import type { KeboolaClient } from './client.ts'
import { hasStatus } from './errors.ts'
import type { KeboolaFile } from './file-answers.ts'
import { idOfKey, isNewer, keyOfFile, tagOfKey } from './file-mark.ts'
import type { RecentFiles } from './recent-files.ts'

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
    const recent = this.#recent.get(key)
    const found = new Map<string, KeboolaFile>()
    for await (const file of this.#client.files.iterate({ tags: [tagOfKey(key)] }, call)) found.set(file.id, file)
    if (recent?.written !== undefined) found.set(recent.written.id, found.get(recent.written.id) ?? recent.written)
    for (const id of recent?.gone ?? []) found.delete(id)
    const versions = [...found.values()].filter((file) => keyOfFile(file) === key)
    if (versions.length > 0) return versions.sort((left, right) => (isNewer(left, right) ? 1 : -1))
    return this.#foreign(key, call)
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
