import type { Bucket, FileEntry } from '@stowage/core'
import type { ListedView, ListingCursors } from './listing-cursors.ts'

/** Where a listing begins: at the start, at a token of the storage, or after a name. */
export type ListingStart =
  | { readonly kind: 'start' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'after'; readonly name: string }

/** One page of a listing, cut to size. */
export interface ListedPage {
  /** The entries, in order. */
  readonly entries: readonly FileEntry[]
  /** The storage's token for what follows; undefined at the end. */
  readonly nextToken: string | undefined
}

/** What is needed to list. */
export interface ListingSource {
  /** The bucket of the storage. */
  readonly bucket: Bucket
  /** What is listed. */
  readonly view: ListedView
  /** Where listings can go on. */
  readonly cursors: ListingCursors
  /** Aborted when the service closes. */
  readonly signal: AbortSignal
}

// A storage's pages may be small or even empty.
const scanPage = 1000

/** Collects a page of exactly the wanted size, unless the listing ends before. */
export async function collectEntries(source: ListingSource, start: ListingStart, count: number): Promise<ListedPage> {
  if (start.kind === 'after') return collectAfter(source, start.name, count)
  const token = start.kind === 'token' ? start.token : undefined
  return collect(source, token, count)
}

/** Gives the name an entry is ordered by. */
export function entryName(entry: FileEntry): string {
  return entry.kind === 'file' ? entry.file.key : entry.prefix
}

async function collect(source: ListingSource, token: string | undefined, count: number): Promise<ListedPage> {
  const entries: FileEntry[] = []
  let next = token
  do {
    const page = await fetchPage(source, next, count - entries.length)
    entries.push(...page.items)
    next = page.nextPageToken
  } while (next !== undefined && entries.length < count)
  return { entries, nextToken: next }
}

async function collectAfter(source: ListingSource, name: string, count: number): Promise<ListedPage> {
  const remembered = source.cursors.recall(source.view, name)
  if (remembered !== undefined) return collect(source, remembered, count)
  const { prefix } = source.view
  // Such a name comes before all keys with the prefix, or after all of them.
  if (!name.startsWith(prefix)) {
    return isAfter(name, prefix) ? { entries: [], nextToken: undefined } : collect(source, undefined, count)
  }
  let token: string | undefined
  for (;;) {
    const page = await fetchPage(source, token, scanPage)
    const passed = await countPassed(source, page.items, name)
    if (passed < page.items.length) return collectFrom(source, token, passed, count)
    if (page.nextPageToken === undefined) return { entries: [], nextToken: undefined }
    token = page.nextPageToken
  }
}

/** Goes on in the middle of a page: the storage has tokens for the ends of pages, so that one is made to end there. */
async function collectFrom(
  source: ListingSource,
  token: string | undefined,
  passed: number,
  count: number,
): Promise<ListedPage> {
  if (passed === 0) return collect(source, token, count)
  const { nextToken } = await collect(source, token, passed)
  return nextToken === undefined ? { entries: [], nextToken } : collect(source, nextToken, count)
}

/** Counts the entries that a listing after `name` leaves out. */
async function countPassed(source: ListingSource, entries: readonly FileEntry[], name: string): Promise<number> {
  const first = entries.findIndex((entry) => isAfter(entryName(entry), name))
  const passed = first === -1 ? entries.length : first
  const last = entries[passed - 1]
  // A name inside a group: the group is listed if anything of it comes after the name, unless it is the name itself.
  const isInside = last?.kind === 'prefix' && last.prefix !== name && name.startsWith(last.prefix)
  return isInside && (await hasKeyAfter(source, last.prefix, name)) ? passed - 1 : passed
}

async function hasKeyAfter({ bucket, signal }: ListingSource, prefix: string, name: string): Promise<boolean> {
  for await (const entry of bucket.files({ prefix, signal })) if (isAfter(entryName(entry), name)) return true
  return false
}

function fetchPage(
  { bucket, view, signal }: ListingSource,
  token: string | undefined,
  pageSize: number,
): Promise<{ readonly items: readonly FileEntry[]; readonly nextPageToken: string | undefined }> {
  const { prefix, delimiter } = view
  return bucket.files({ prefix, delimiter, pageSize, signal }).page(token)
}

function isAfter(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0
}
