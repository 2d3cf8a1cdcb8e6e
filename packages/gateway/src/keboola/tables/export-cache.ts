import type { FileRecord } from '../files/file-record.ts'
import type { FileStore } from '../files/file-store.ts'

const mostRemembered = 1000

/** Remembers the files of exports, so that the same export of a table that didn't change gives the same file. */
export class ExportCache {
  readonly #files: FileStore
  readonly #ids = new Map<string, number>()

  constructor(files: FileStore) {
    this.#files = files
  }

  /** Gives the file of an export; undefined when there is none, or none any more. */
  find(key: string): FileRecord | undefined {
    const id = this.#ids.get(key)
    return id === undefined ? undefined : this.#files.find(id)
  }

  /** Forgets the exports of a table that is gone: one that gets its id later is another. */
  forgetTable(id: string): void {
    for (const key of this.#ids.keys()) if (key.startsWith(`${id} `)) this.#ids.delete(key)
  }

  /**
   * Remembers the file of an export.
   *
   * @param key - begins with the id of the table and a space
   */
  remember(key: string, { id }: FileRecord): void {
    // The one that was made first goes first.
    for (const oldest of this.#ids.keys()) {
      if (this.#ids.size < mostRemembered) break
      this.#ids.delete(oldest)
    }
    this.#ids.set(key, id)
  }
}
