import type { Page } from '../contract/page.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import { BatchIterator } from './batch-iterator.ts'
import type { ListOptions } from './call-options.ts'

/** Fetches one page of a listing. */
export type FetchPage<Item> = (
  pageSize: number,
  pageToken: string | undefined,
  options: ListOptions,
) => Promise<Page<Item>>

const defaultPageSize = 1000

/**
 * A listing that is fetched page by page while it is read: nothing is sent before the first item is asked for, and
 * no more than one page is held.
 *
 * Iterate it for items, or take {@link Listing.pages} or a single {@link Listing.page}. It is complete or it fails: a
 * listing never ends early. Each iteration starts anew.
 */
export class Listing<Item> implements AsyncIterable<Item> {
  readonly #fetch: FetchPage<Item>
  readonly #options: ListOptions
  readonly #pageSize: number

  /** @internal */
  constructor(fetch: FetchPage<Item>, options: ListOptions, limit: number | undefined) {
    const wanted = options.pageSize ?? defaultPageSize
    if (!Number.isSafeInteger(wanted) || wanted < 1)
      throw invalidArgument(`pageSize is ${wanted}: give a whole number from 1`)
    this.#fetch = fetch
    this.#options = options
    this.#pageSize = Math.min(wanted, limit ?? wanted)
  }

  /**
   * Fetches one page, for apps that show pages themselves.
   *
   * @param pageToken - the previous page's `nextPageToken`; none for the first page
   * @throws StorageError `invalid-argument` for an empty token: the listing would begin anew
   */
  async page(pageToken?: string): Promise<Page<Item>> {
    if (pageToken === '') throw invalidArgument('a page token is never empty: leave it out for the first page')
    return this.#fetch(this.#pageSize, pageToken, this.#options)
  }

  /** Iterates over pages' items; an empty page does not end it. */
  async *pages(): AsyncGenerator<readonly Item[], void, undefined> {
    let pageToken: string | undefined
    do {
      const page: Page<Item> = await this.page(pageToken)
      yield page.items
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
  }

  /** Iterates over items, page by page. */
  [Symbol.asyncIterator](): AsyncIterator<Item, void, undefined> {
    return new BatchIterator(this.pages())
  }

  /** Fetches everything into one array; only for listings known to be small. */
  async toArray(): Promise<Item[]> {
    const all: Item[] = []
    for await (const items of this.pages()) all.push(...items)
    return all
  }
}
