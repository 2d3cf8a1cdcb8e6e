import { type CallContext, StorageError } from '@stowage/core/driver'
import { compareKeys, type ListedObject, type ObjectPage } from './list-objects.ts'

/** Lists the first page below a prefix, as the data API allows. */
export type ListPrefix = (prefix: string, startAfter: string | undefined, call: CallContext) => Promise<ObjectPage>

/** All printable characters of ASCII: what keys are mostly made of. */
const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCodePoint(0x20 + index))

/**
 * Lists a prefix completely through signed URLs, which show the first thousand keys only (contract section 10).
 *
 * URLs of version 2 take a start key. With those of version 4 the listing fails where it would be short, or, where it is to be narrowed,
 * asks for longer prefixes: complete for keys of printable ASCII and of characters seen before, without segments of dots.
 */
export class SignedListing {
  readonly #list: ListPrefix
  readonly #narrows: boolean
  readonly #seen = new Set<string>(printable)

  /**
   * @param list - lists the first page below a prefix
   * @param strategy - what happens to a listing that is longer than a page
   */
  constructor(list: ListPrefix, strategy: 'refuse' | 'narrow') {
    this.#list = list
    this.#narrows = strategy === 'narrow'
  }

  /** Gives all objects below a prefix after a key, in order. */
  async *objectsAfter(
    prefix: string,
    after: string | undefined,
    call: CallContext,
  ): AsyncGenerator<ListedObject, void, undefined> {
    if (isAskable(prefix)) return yield* this.#below(prefix, after, call)
    const above = prefix.slice(0, prefix.search(unaskable)).replace(/[^/]+$/, '')
    for await (const object of this.#below(above, after, call)) {
      if (object.key.startsWith(prefix)) yield object
      // The rest may be longer than a page: nobody asked for it.
      else if (compareKeys(object.key, prefix) > 0) return
    }
  }

  async *#below(
    prefix: string,
    after: string | undefined,
    call: CallContext,
  ): AsyncGenerator<ListedObject, void, undefined> {
    let cursor = after
    const keys: string[] = []
    for (;;) {
      const page = await this.#list(prefix, cursor, call)
      const objects = objectsOf(page)
      keys.push(...objects.map(({ key }) => key))
      const next = objects.filter(({ key }) => isAfter(key, cursor))
      yield* next
      if (!page.isTruncated) return
      const last = next.at(-1)?.key
      if (!page.isOpenEnded) {
        const known = last ?? cursor ?? objects.at(-1)?.key
        if (!this.#narrows || known === undefined) throw truncated(prefix, keys)
        return yield* this.#narrowed(prefix, known, call)
      }
      // A server that ignores the start key would give the same page for ever.
      if (last === undefined) throw truncated(prefix, keys)
      cursor = last
    }
  }

  /** Gives all objects below a prefix after one of its keys, from the longest prefix of that key to the shortest. */
  async *#narrowed(prefix: string, after: string, call: CallContext): AsyncGenerator<ListedObject, void, undefined> {
    const characters = Array.from(after)
    for (const character of characters) this.#seen.add(character)
    const shortest = Array.from(prefix).length
    let cursor = after
    for (let length = characters.length; length >= shortest; length -= 1) {
      const shorter = characters.slice(0, length).join('')
      const page = isAskable(shorter) ? await this.#list(shorter, undefined, call) : undefined
      const next = page === undefined ? [] : objectsOf(page).filter(({ key }) => isAfter(key, cursor))
      yield* next
      cursor = next.at(-1)?.key ?? cursor
      if (page?.isTruncated === false) continue
      // New keys at the beginning of a page that goes on: the rest comes after them.
      const isNew = next.length > 0
      const rest = isNew ? this.#narrowed(shorter, cursor, call) : this.#following(shorter, characters[length], call)
      for await (const object of rest) {
        cursor = object.key
        yield object
      }
    }
  }

  /** Gives all objects whose next character comes after one. */
  async *#following(
    prefix: string,
    character: string | undefined,
    call: CallContext,
  ): AsyncGenerator<ListedObject, void, undefined> {
    const next = [...this.#seen].filter((one) => character === undefined || compareKeys(one, character) > 0)
    for (const one of next.toSorted(compareKeys)) yield* this.#allBelow(prefix + one, call)
  }

  async *#allBelow(prefix: string, call: CallContext): AsyncGenerator<ListedObject, void, undefined> {
    // A key with a segment of dots can't be asked for either, nor read; one that only begins with dots can.
    if (unaskable.exec(prefix)?.[0].endsWith('/') === true) return
    if (!isAskable(prefix)) return yield* this.#following(prefix, undefined, call)
    const page = await this.#list(prefix, undefined, call)
    const objects = objectsOf(page)
    yield* objects
    const last = objects.at(-1)?.key
    if (page.isTruncated && last !== undefined) yield* this.#narrowed(prefix, last, call)
  }
}

const unaskable = /(?<=^|\/)\.{1,2}(?:\/|$)/

/** A prefix is a path on its way to the data API, which must hold no dots that are resolved. */
function isAskable(prefix: string): boolean {
  return !unaskable.test(prefix)
}

function isAfter(key: string, cursor: string | undefined): boolean {
  return cursor === undefined || compareKeys(key, cursor) > 0
}

function objectsOf({ entries }: ObjectPage): ListedObject[] {
  return entries.flatMap((entry) => (entry.kind === 'object' ? [entry.object] : []))
}

function truncated(prefix: string, keys: readonly string[]): StorageError {
  const message =
    `the listing of ${JSON.stringify(prefix)} is longer than the ${keys.length} keys the data API shows: ask for a longer prefix, ` +
    'set listStrategy to "narrow", or use credentials for S3 itself'
  return new StorageError({ code: 'unsupported', message, nativeCode: 'ListingTruncated', details: { prefix, keys } })
}
