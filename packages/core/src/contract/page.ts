/** One page of a listing. */
export interface Page<Item> {
  /** The items, in the listing's order; an empty page with a token is not the end. */
  readonly items: readonly Item[]
  /** Asks for the next page; undefined after the last one. Opaque: only its own backend can read it. */
  readonly nextPageToken: string | undefined
}
