import { StorageError } from '@stowage/core/driver'

/** A page that is asked for by offset. */
export interface OffsetPage<Item> {
  /** The items. */
  readonly items: readonly Item[]
  /** Whether there are more. */
  readonly hasNext: boolean
}

/**
 * Iterates over pages asked for by offset, one request at a time.
 *
 * What is made or archived meanwhile moves the rest, so an item may come twice: it is given once. The offset goes on by what came, not by
 * what was asked for.
 *
 * @param idOf - gives an item's id
 */
export async function* byOffset<Item>(
  fetch: (offset: number) => Promise<OffsetPage<Item>>,
  idOf: (item: Item) => string,
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<string>()
  for (let offset = 0; ;) {
    const { items, hasNext } = await fetch(offset)
    for (const item of items) {
      if (seen.has(idOf(item))) continue
      seen.add(idOf(item))
      yield item
    }
    offset += items.length
    if (!hasNext) return
    if (items.length === 0) throw endless('an empty page that says there are more')
  }
}

/** A page that is asked for by a cursor. */
export interface CursorPage<Item> {
  /** The items; none with a cursor is not the end. */
  readonly items: readonly Item[]
  /** Asks for the next page; undefined after the last one. */
  readonly next: string | undefined
}

/** Iterates over pages asked for by a token, as long as there is one. */
export async function* byToken<Item>(
  fetch: (token: string | undefined) => Promise<CursorPage<Item>>,
  first: string | undefined,
): AsyncGenerator<Item, void, undefined> {
  let token = first
  do {
    const page: CursorPage<Item> = await fetch(token)
    yield* page.items
    if (page.next !== undefined && page.next === token) throw endless('the page token it was asked with')
    token = page.next
  } while (token !== undefined)
}

/** Iterates over pages asked for by the last id of the one before, until one is empty. Without an id, or with the same one again, it ends too. */
export async function* byLastId<Item>(
  fetch: (lastId: string | undefined) => Promise<CursorPage<Item>>,
  first: string | undefined,
): AsyncGenerator<Item, void, undefined> {
  let lastId = first
  for (;;) {
    const page: CursorPage<Item> = await fetch(lastId)
    // After an id nothing can end with that id again: such a service stays where it is.
    const isStuck = lastId !== undefined && page.next === lastId
    if (page.items.length === 0 || isStuck) return
    yield* page.items
    if (page.next === undefined) return
    lastId = page.next
  }
}

function endless(what: string): StorageError {
  const message = `the service gave ${what}, so its listing never ends: ask its support`
  return new StorageError({ code: 'unavailable', message, retryable: false })
}
