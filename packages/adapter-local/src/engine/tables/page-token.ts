import { crc32 } from 'node:zlib'
import { invalidArgument, StorageError } from '@stowage/core/driver'
import type { SortValue } from './sort-sql.ts'

/** Where a page ended: all that is needed to go on, in any process and at any time. */
export interface PagePosition {
  /** The storage the rows are in. */
  readonly storage: number
  /** How many rows all pages so far gave. */
  readonly given: number
  /** The last row's number. */
  readonly rid: number
  /** What the last row sorts by. */
  readonly sortValues: readonly SortValue[]
}

const version = 1

/** Gives a position as text, bound to its query. */
export function encodePageToken({ storage, given, rid, sortValues }: PagePosition, query: unknown): string {
  const values = sortValues.map((value) =>
    value instanceof Uint8Array ? { b: Buffer.from(value).toString('base64') } : value,
  )
  return Buffer.from(JSON.stringify([version, fingerprint(query), storage, given, rid, values])).toString('base64url')
}

/**
 * Reads a token that came back.
 *
 * @param storage - where the table's rows are now
 * @throws {@link StorageError} `invalid-argument` when it isn't ours or belongs to another query, `conflict` when all rows
 * were replaced since
 */
export function decodePageToken(token: string, query: unknown, storage: number): PagePosition {
  const position = parse(token)
  if (position === undefined || position.fingerprint !== fingerprint(query)) {
    throw invalidArgument('the page token is not one of this query: begin again without one')
  }
  if (position.storage === storage) return position
  const message = 'all rows of the table were replaced since the last page: begin the query again'
  throw new StorageError({ code: 'conflict', message })
}

function parse(token: string): (PagePosition & { readonly fingerprint: number }) | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    return undefined
  }
  if (!Array.isArray(parts) || parts.length !== 6 || parts[0] !== version) return undefined
  const [, fingerprintOfQuery, storage, given, rid, values] = parts as unknown[]
  const sortValues = Array.isArray(values) ? values.map(parseSortValue) : [undefined]
  if (![fingerprintOfQuery, storage, given, rid].every(Number.isSafeInteger)) return undefined
  if (sortValues.includes(undefined)) return undefined
  return {
    fingerprint: fingerprintOfQuery as number,
    storage: storage as number,
    given: given as number,
    rid: rid as number,
    sortValues: sortValues as SortValue[],
  }
}

function parseSortValue(value: unknown): SortValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value !== 'object' || !('b' in value) || typeof value.b !== 'string') return undefined
  return Buffer.from(value.b, 'base64')
}

function fingerprint(query: unknown): number {
  return crc32(JSON.stringify(query))
}
