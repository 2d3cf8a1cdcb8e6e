/**
 * Filters, sorts and projections written by people as text: on a command line, in a configuration, in a search box.
 *
 * Text is JSON, or what people type into the MongoDB shell: keys without quotes, single quotes, comments, trailing commas, `/patterns/`,
 * `ISODate("…")`, `ObjectId("…")`. It is data and never runs, whoever wrote it: nothing is called, calculated or looked up, and time and memory
 * are bounded.
 *
 * @example
 * ```ts
 * import { openStorage } from 'stowage'
 * import { parseFilterText, parseSortText } from 'stowage/filter-text'
 *
 * const storage = await openStorage()
 * const filter = await parseFilterText("{balance: {$gte: 1000}, since: {$lt: ISODate('2026-01-01')}}")
 * const sort = await parseSortText('{balance: -1}')
 * const rows = await storage.bucket('crm').table('customers').find(filter, { sort }).toArray()
 * ```
 *
 * @module
 */
import type { Filter, ProjectionInput, Sort, Update } from '@stowage/core'
import { formatFilter, parseFilter, parseProjection, parseSort, parseUpdate } from '@stowage/core/driver'
import { parseAtPlaces } from './filter-text/parse-at-places.ts'
import { readText } from './filter-text/read-text.ts'
import type { SourceText } from './filter-text/source-text.ts'

/**
 * Reads a filter and checks it as `find` would.
 *
 * The result is plain JSON: instants and ids have become text, patterns `$regex`. What JSON or a filter can't hold exactly is
 * refused, never rounded or dropped: `undefined`, NaN, numbers beyond 2^53, a key written twice, BSON types without a JSON equal.
 * Empty text is refused too: every row is `{}`.
 *
 * @param text - at most 64 KiB as UTF-8 and 64 levels deep
 * @throws `StorageError` `invalid-argument`, whose message says where in the text and what to write instead; `line`, `column` and `excerpt`
 * are in its `details` wherever one place is to blame
 */
export async function parseFilterText(text: string): Promise<Filter> {
  return parseText({ what: 'filter', text }, (value) => formatFilter(parseFilter(value)) as Filter)
}

/**
 * Reads a sort, as an object or as a list of pairs, and checks it as `find` would.
 *
 * @param text - as {@link parseFilterText} takes it
 * @returns a list of pairs, in which keys that look like integers keep their place
 * @throws `StorageError` `invalid-argument`, as {@link parseFilterText} does
 */
export async function parseSortText(text: string): Promise<Sort> {
  return parseText({ what: 'sort', text }, formatSort)
}

/**
 * Reads a projection, as an object or as a list of fields, and checks it as `find` would.
 *
 * @param text - as {@link parseFilterText} takes it
 * @returns a list of the fields to keep, or an object of those to leave out; `{}` keeps all
 * @throws `StorageError` `invalid-argument`, as {@link parseFilterText} does
 */
export async function parseProjectionText(text: string): Promise<ProjectionInput> {
  return parseText({ what: 'projection', text }, formatProjection)
}

/**
 * Reads an update, `$set $unset $inc $push $pull`, and checks it as `update` would.
 *
 * @param text - as {@link parseFilterText} takes it
 * @throws `StorageError` `invalid-argument`, as {@link parseFilterText} does
 */
export async function parseUpdateText(text: string): Promise<Update> {
  return parseText({ what: 'update', text }, (value) => {
    parseUpdate(value)
    return value as Update
  })
}

function formatSort(value: unknown): Sort {
  return parseSort(value).map(({ path, direction }) => [path, direction] as const)
}

function formatProjection(value: unknown): ProjectionInput {
  const projection = parseProjection(value)
  if (projection?.kind === 'include') return projection.paths
  return Object.fromEntries((projection?.paths ?? []).map((path) => [path, 0]))
}

async function parseText<T>(source: SourceText, parse: (value: unknown) => T): Promise<T> {
  return parseAtPlaces(source, await readText(source), parse)
}
