import type { CallContext, Clock } from '@stowage/core/driver'
import { listObjects } from './list-objects.ts'
import { type ObjectLookup, type ObjectPlace, readPartKey } from './parts.ts'
import type { S3Clients } from './s3-clients.ts'

/** So many files of a folder are looked at one by one before the folder is listed. */
const lookedAtOneByOne = 16

/** How long a listing is believed. Files in parts take minutes to write, and what is missed costs room and nothing else. */
const believedMs = 5 * 60 * 1000

const maxFolders = 1000

/** What is known of the files in parts of a folder. */
interface Folder {
  readonly since: number
  writes: number
  /** The files in parts; undefined while the folder isn't listed, or can't be in one page. */
  files: Promise<ReadonlySet<string> | undefined> | undefined
}

/**
 * Tells whether a file that is written as one object was in parts before: those are to be removed.
 *
 * To look for them beside each write would double the requests of whoever writes many small files. A folder that many are written to is
 * listed once instead.
 */
export class StaleParts {
  readonly #lookup: ObjectLookup
  readonly #clients: S3Clients
  readonly #clock: Clock
  readonly #folders = new Map<string, Folder>()

  /**
   * @param lookup - looks at one file
   * @param clients - lists folders
   * @param clock - tells how old a listing is
   */
  constructor(lookup: ObjectLookup, clients: S3Clients, clock: Clock) {
    this.#lookup = lookup
    this.#clients = clients
    this.#clock = clock
  }

  /** Gives how many parts a file has. */
  async count(place: ObjectPlace, key: string, call: CallContext): Promise<number> {
    const prefix = key.slice(0, key.lastIndexOf('/') + 1)
    const folder = this.#folder(`${place.bucket}/${prefix}`)
    folder.writes += 1
    if (folder.writes > lookedAtOneByOne) {
      folder.files ??= this.#list(place, prefix, call)
      const files = await folder.files
      if (files !== undefined && !files.has(key)) return 0
    }
    return this.#lookup.countParts(place, key, call)
  }

  /** Notes that a file was written in parts. */
  forget({ bucket }: ObjectPlace, key: string): void {
    this.#folders.delete(`${bucket}/${key.slice(0, key.lastIndexOf('/') + 1)}`)
  }

  #folder(name: string): Folder {
    const now = this.#clock.now()
    const known = this.#folders.get(name)
    if (known !== undefined && now - known.since < believedMs) return known
    const folder: Folder = { since: now, writes: 0, files: undefined }
    const oldest = this.#folders.keys().next()
    if (this.#folders.size >= maxFolders && oldest.done !== true) this.#folders.delete(oldest.value)
    this.#folders.delete(name)
    this.#folders.set(name, folder)
    return folder
  }

  async #list({ bucket, access }: ObjectPlace, prefix: string, call: CallContext): Promise<Set<string> | undefined> {
    // Whoever may write need not be allowed to list.
    const page = await listObjects(this.#clients, access, { bucket, prefix, delimiter: '/' }, call).catch(
      () => undefined,
    )
    if (page === undefined || page.isTruncated) return undefined
    const files = page.entries.flatMap((entry) => {
      const part = entry.kind === 'object' ? readPartKey(entry.object.key) : undefined
      return part?.index === 0 ? [part.base] : []
    })
    return new Set(files)
  }
}
