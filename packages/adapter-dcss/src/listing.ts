import { type CallContext, invalidArgument } from '@stowage/core/driver'
import { type OpenGroups, type PartFolder } from './fold-parts.ts'
import { type ListedEntry, listObjects } from './list-objects.ts'
import type { S3Clients } from './s3-clients.ts'
import { SignedListing } from './signed-listing.ts'
import type { Space } from './spaces.ts'

/** One page to be listed. */
export interface ListingRequest {
  /** The beginning of keys, in the bucket. */
  readonly prefix: string
  /** Groups keys. */
  readonly delimiter: string | undefined
  /** The most entries. */
  readonly pageSize: number
  /** Where the last page ended. */
  readonly pageToken: string | undefined
}

/** One page of files. */
export interface ListingPage {
  /** Its entries. */
  readonly entries: readonly ListedEntry[]
  /** Asks for the next. */
  readonly nextPageToken: string | undefined
}

/** Lists files: S3's pages where we may ask for them, else what a signed URL shows (contract section 10). */
export class FileListing {
  readonly #clients: S3Clients
  readonly #folder: PartFolder
  readonly #strategy: 'refuse' | 'narrow'

  /**
   * @param clients - AWS's client
   * @param folder - folds parts
   * @param strategy - what happens to a signed listing that is too long
   */
  constructor(clients: S3Clients, folder: PartFolder, strategy: 'refuse' | 'narrow') {
    this.#clients = clients
    this.#folder = folder
    this.#strategy = strategy
  }

  /** Gives one page. */
  page(space: Space, request: ListingRequest, call: CallContext): Promise<ListingPage> {
    const token = readToken(request.pageToken)
    return space.listing.kind === 'authorized'
      ? this.#signedPage(space, request, token, call)
      : this.#openPage(space, request, token, call)
  }

  async #openPage(space: Space, request: ListingRequest, token: PageToken, call: CallContext): Promise<ListingPage> {
    const { prefix, delimiter, pageSize } = request
    const { bucket, listing: access } = space
    const wanted = { bucket, prefix, delimiter, maxKeys: pageSize, continuationToken: token.at }
    const page = await listObjects(this.#clients, access, wanted, call)
    const groups: OpenGroups = new Map(token.groups)
    const entries: ListedEntry[] = []
    for (const entry of page.entries) {
      const shown = await this.#folder.fold(space, prefix, groups, entry, call)
      if (shown !== undefined) entries.push(shown)
    }
    if (!page.isTruncated) return { entries, nextPageToken: undefined }
    return { entries, nextPageToken: writeToken({ at: page.continuationToken ?? '', groups: [...groups] }) }
  }

  async #signedPage(space: Space, request: ListingRequest, token: PageToken, call: CallContext): Promise<ListingPage> {
    const { prefix, delimiter, pageSize } = request
    const { bucket, listing: access } = space
    const signed = new SignedListing(
      (below, startAfter, context) =>
        listObjects(this.#clients, access, { bucket, prefix: below, startAfter }, context),
      this.#strategy,
    )
    const groups: OpenGroups = new Map(token.groups)
    const entries: ListedEntry[] = []
    let last = token.at
    for await (const object of signed.objectsAfter(prefix, token.at, call)) {
      const grouped = groupOf(object.key, prefix, delimiter)
      const isRepeated = grouped !== undefined && token.group === grouped
      const previous = entries.at(-1)
      if (isRepeated || (grouped !== undefined && previous?.kind === 'prefix' && previous.prefix === grouped)) {
        last = object.key
        continue
      }
      if (entries.length === pageSize) {
        const group = previous?.kind === 'prefix' ? previous.prefix : undefined
        return { entries, nextPageToken: writeToken({ at: last ?? '', group, groups: [...groups] }) }
      }
      last = object.key
      const entry: ListedEntry =
        grouped === undefined ? { kind: 'object', object } : { kind: 'prefix', prefix: grouped }
      const shown = await this.#folder.fold(space, prefix, groups, entry, call)
      if (shown !== undefined) entries.push(shown)
    }
    return { entries, nextPageToken: undefined }
  }
}

/** Gives the shared prefix a key falls under; undefined without one. */
function groupOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined) return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

interface PageToken {
  /** S3's own token, or the last key that was looked at. */
  readonly at: string | undefined
  /** The shared prefix the last page ended with. */
  readonly group?: string | undefined
  /** Files whose parts may still come. */
  readonly groups: readonly (readonly [key: string, count: number])[]
}

function writeToken(token: PageToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

function readToken(text: string | undefined): PageToken {
  if (text === undefined) return { at: undefined, groups: [] }
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (isToken(value)) return value
  } catch {}
  throw invalidArgument('the page token is none of this backend: begin the listing anew, without one')
}

function isToken(value: unknown): value is PageToken {
  if (typeof value !== 'object' || value === null || !('at' in value) || !('groups' in value)) return false
  const group = 'group' in value ? value.group : undefined
  const hasGroups = Array.isArray(value.groups) && value.groups.every(isGroup)
  return typeof value.at === 'string' && (group === undefined || typeof group === 'string') && hasGroups
}

function isGroup(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string' && Number.isSafeInteger(value[1])
}
