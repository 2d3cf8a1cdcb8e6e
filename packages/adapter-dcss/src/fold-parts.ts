import type { CallContext } from '@stowage/core/driver'
import type { ListedEntry } from './list-objects.ts'
import { type ObjectLookup, type ObjectPlace, partKey, type PartLayout, readPartKey } from './parts.ts'

/** Files in parts whose parts may still come in a listing: how many each has, by key. */
export type OpenGroups = Map<string, number>

/**
 * Makes one entry of the parts of a file (contract section 14, trap 4).
 *
 * Only an object `key.000` of exactly the part size is looked at: two more requests say whether it is one, and how long the file is. What
 * belongs to no file, such as parts behind a plain key, stays in the listing as what it is.
 */
export class PartFolder {
  readonly #lookup: ObjectLookup
  readonly #partBytes: number

  /**
   * @param lookup - looks at parts
   * @param partBytes - the size of a full part
   */
  constructor(lookup: ObjectLookup, partBytes: number) {
    this.#lookup = lookup
    this.#partBytes = partBytes
  }

  /**
   * Gives what a listing shows for an entry; undefined for a part that its file stands for.
   *
   * @param prefix - what is listed: a file may be shorter than it, and its parts not
   * @param groups - files whose parts are being listed; changed
   */
  async fold(
    place: ObjectPlace,
    prefix: string,
    groups: OpenGroups,
    entry: ListedEntry,
    call: CallContext,
  ): Promise<ListedEntry | undefined> {
    if (entry.kind === 'prefix') return entry
    const part = readPartKey(entry.object.key)
    if (part === undefined) return entry
    const { base, index } = part
    const count = groups.get(base)
    if (count !== undefined) {
      if (index >= count - 1) groups.delete(base)
      return index < count ? undefined : entry
    }
    const isFirst = index === 0 && entry.object.sizeBytes === this.#partBytes
    const isBehindPrefix = index > 0 && !partKey(base, 0).startsWith(prefix)
    const layout = isFirst || isBehindPrefix ? await this.#layout(place, base, call) : undefined
    if (layout === undefined || index >= layout.count) return entry
    if (index < layout.count - 1) groups.set(base, layout.count)
    return base.startsWith(prefix) ? fileOf(base, layout, entry) : undefined
  }

  async #layout(place: ObjectPlace, base: string, call: CallContext): Promise<PartLayout | undefined> {
    const layout = await this.#lookup.layout(place, base, call).catch(() => undefined)
    if (layout === undefined || layout.count === 1) return undefined
    // Readers take the plain key first: then the parts are nobody's.
    return (await this.#lookup.head(place, base, call)) === undefined ? layout : undefined
  }
}

function fileOf(key: string, { sizeBytes, etag, first }: PartLayout, entry: ListedEntry): ListedEntry {
  const storageClass = entry.kind === 'object' ? entry.object.storageClass : undefined
  return { kind: 'object', object: { key, sizeBytes, etag, modifiedAt: first.modifiedAt, storageClass } }
}
