import type { CallContext } from '@stowage/core/driver'
import type { AbejaFile } from './answers.ts'
import type { AbejaChannelFilesClient } from './channel-files-client.ts'
import { hasStatus } from './errors.ts'
import { RecentIds } from './recent-ids.ts'

/** How many files are asked for at a time. */
export const filesPerPage = 1000

const fileIdPattern = /^\d{8}T\d{6}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Gives the key of a channel's file: its metadata `filename`, else its id. */
export function keyOfFile({ metadata, fileId }: AbejaFile): string {
  const filename = Object.hasOwn(metadata, 'filename') ? metadata['filename'] : undefined
  return filename === undefined || filename === '' ? fileId : filename
}

/** Tells whether a file counts as newer than another that was listed before it. One without a date has just been uploaded. */
export function isNewer(file: Pick<AbejaFile, 'uploadedAt'>, than: Pick<AbejaFile, 'uploadedAt'>): boolean {
  return (file.uploadedAt?.getTime() ?? Infinity) >= (than.uploadedAt?.getTime() ?? Infinity)
}

/**
 * Finds the files of a channel that have a key. Names are metadata there, so several may have the same: the newest counts.
 *
 * A search may lag behind what was written. What this driver wrote and a search doesn't find yet is looked up by its id, what it deleted is
 * left out, and what nothing is found for is looked for in the whole listing.
 */
export class ChannelVersions {
  readonly #client: AbejaChannelFilesClient
  readonly #searchFallback: boolean
  readonly #written = new RecentIds()
  readonly #deleted = new RecentIds()

  /** @param searchFallback - whether what a search doesn't find is looked for in the whole listing */
  constructor(client: AbejaChannelFilesClient, searchFallback: boolean) {
    this.#client = client
    this.#searchFallback = searchFallback
  }

  /** Gives all files with a key, the newest last; none where nothing is found. */
  async find(channelId: string, key: string, call: CallContext): Promise<AbejaFile[]> {
    const found = await this.search(channelId, key, call)
    if (found.length > 0) return found
    if (fileIdPattern.test(key)) {
      const file = await this.get(channelId, key, call)
      if (file !== undefined && keyOfFile(file) === key) return [file]
    }
    return this.#searchFallback ? this.#collect(channelId, key, undefined, call) : []
  }

  /** Like {@link ChannelVersions.find}, but what the search and this driver don't know is not looked for any further. */
  async search(channelId: string, key: string, call: CallContext): Promise<AbejaFile[]> {
    const found = await this.#collect(channelId, key, `x-abeja-meta-filename:${key}`, call)
    const name = nameOf(channelId, key)
    const writtenId = this.#written.get(name)
    if (writtenId === undefined) return found
    if (found.some(({ fileId }) => fileId === writtenId)) {
      this.#written.delete(name)
      return found
    }
    const written = await this.get(channelId, writtenId, call)
    if (written === undefined) this.#written.delete(name)
    return written === undefined ? found : [...found, written].toSorted(byAge)
  }

  /** Gives all files with any of some keys, from one pass over the whole listing; the newest of each key last. */
  async findAll(
    channelId: string,
    keys: ReadonlySet<string>,
    call: CallContext,
  ): Promise<ReadonlyMap<string, AbejaFile[]>> {
    const found = new Map<string, AbejaFile[]>()
    for await (const file of this.#client.channelFiles(channelId, { itemsPerPage: filesPerPage }, call)) {
      const key = keyOfFile(file)
      if (!keys.has(key) || this.#deleted.get(file.fileId) !== undefined) continue
      const versions = found.get(key)
      if (versions === undefined) found.set(key, [file])
      else versions.push(file)
    }
    for (const versions of found.values()) versions.sort(byAge)
    return found
  }

  /** Gives a file by its id; undefined when it is gone. */
  async get(channelId: string, fileId: string, call: CallContext): Promise<AbejaFile | undefined> {
    try {
      return await this.#client.getChannelFileDownload(channelId, fileId, call)
    } catch (error) {
      if (hasStatus(error, 404)) return undefined
      throw error
    }
  }

  /** Notes that a file was written. */
  noteWritten(channelId: string, key: string, fileId: string): void {
    this.#written.set(nameOf(channelId, key), fileId)
  }

  /** Deletes a file; fails with 404 when it is gone. */
  async delete(channelId: string, fileId: string, call: CallContext): Promise<void> {
    await this.#client.deleteChannelFile(channelId, fileId, call)
    this.#deleted.set(fileId, fileId)
  }

  async #collect(channelId: string, key: string, query: string | undefined, call: CallContext): Promise<AbejaFile[]> {
    const found: AbejaFile[] = []
    try {
      for await (const file of this.#client.channelFiles(channelId, { query, itemsPerPage: filesPerPage }, call))
        if (keyOfFile(file) === key && this.#deleted.get(file.fileId) === undefined) found.push(file)
    } catch (error) {
      // What a search may hold is not documented; the listing will tell.
      if (query === undefined || !hasStatus(error, 400)) throw error
      return []
    }
    return found.toSorted(byAge)
  }
}

// Sorting is stable: of one second the last in the listing is the newest.
function byAge(left: AbejaFile, right: AbejaFile): number {
  const [a, b] = [left.uploadedAt?.getTime() ?? Infinity, right.uploadedAt?.getTime() ?? Infinity]
  return a === b ? 0 : a - b
}

function nameOf(channelId: string, key: string): string {
  return `${channelId}/${key}`
}
