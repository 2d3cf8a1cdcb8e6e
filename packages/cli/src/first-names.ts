import type { Listing } from 'stowage'

/** Gives names of a listing's first page: as many as anybody looks at, for one request. */
export async function firstNames<Item>(items: Listing<Item>, nameOf: (item: Item) => string): Promise<string[]> {
  const { items: first } = await items.page()
  return first.map(nameOf)
}
