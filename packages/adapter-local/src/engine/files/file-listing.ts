import { afterPrefix } from '../../keys.ts'
import type { Database } from '../database.ts'
import { listingConnection, type ReadingConnection } from './file-listing-connection.ts'
import { fileColumns, keyOf, type FileValues } from './file-row.ts'

/** A place between two keys. */
export interface ListingPosition {
  readonly key: string
  /** Whether the key itself comes after it. */
  readonly isInclusive: boolean
}

/** Asks for one page. */
export interface ListRequest {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter: string | undefined
  readonly pageSize: number
  /** Where the page begins; undefined at the first one. */
  readonly from: ListingPosition | undefined
  readonly now: number
}

/** One page. */
export interface ListResult {
  /** Rows of files as they come, and prefixes as text; undefined when there is no such bucket. */
  readonly entries: (FileValues | string)[] | undefined
  /** Where the next page begins; undefined after the last one. */
  readonly next: ListingPosition | undefined
}

const maxRun = 500

/**
 * Reads one page of a bucket's keys in code-point order.
 *
 * With a delimiter it jumps over what a prefix entry stands for, so that a page costs by its entries. It reads single
 * rows after a prefix, then ever longer runs while they are files.
 */
export function listFiles(database: Database, request: ListRequest): ListResult {
  const connection = listingConnection(database)
  const bucket = connection.statement('SELECT 1 FROM buckets WHERE name = ?').get(request.bucket)
  if (bucket === undefined) return { entries: undefined, next: undefined }
  const walk = new KeyWalk(connection, request)
  const { prefix, delimiter, pageSize } = request
  const entries: (FileValues | string)[] = []
  let run = delimiter === undefined ? pageSize + 1 : 1
  for (let rows = walk.read(run); rows.length > 0; rows = walk.read(run)) {
    run = Math.min(run * 2, maxRun)
    for (const row of rows) {
      if (entries.length === pageSize) return { entries, next: walk.position }
      const key = keyOf(row)
      const group = delimiter === undefined ? undefined : groupOf(key, prefix, delimiter)
      entries.push(group ?? row)
      if (group === undefined) {
        walk.passKey(key)
        continue
      }
      if (!walk.passPrefix(group)) return { entries, next: undefined }
      run = 1
      break
    }
  }
  return { entries, next: undefined }
}

function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  const found = key.indexOf(delimiter, prefix.length)
  return found === -1 ? undefined : key.slice(0, found + delimiter.length)
}

/** Reads rows on from a position that the caller moves. */
class KeyWalk {
  readonly #connection: ReadingConnection
  readonly #request: ListRequest
  readonly #end: string | undefined
  position: ListingPosition

  constructor(connection: ReadingConnection, request: ListRequest) {
    this.#connection = connection
    this.#request = request
    this.#end = afterPrefix(request.prefix)
    this.position = request.from ?? { key: request.prefix, isInclusive: true }
  }

  read(count: number): FileValues[] {
    const { bucket, now } = this.#request
    const { key, isInclusive } = this.position
    const bounds = `f.key ${isInclusive ? '>=' : '>'} ?${this.#end === undefined ? '' : ' AND f.key < ?'}`
    const statement = this.#connection.statement(
      `SELECT ${fileColumns} FROM files f WHERE f.bucket = ? AND ${bounds}
       AND (f.expires_at IS NULL OR f.expires_at > ?) ORDER BY f.key LIMIT ?`,
    )
    const end = this.#end === undefined ? [] : [this.#end]
    return statement.all(bucket, key, ...end, now, count) as unknown as FileValues[]
  }

  passKey(key: string): void {
    this.position = { key, isInclusive: false }
  }

  /** Goes on after all keys with a prefix; false when there can be none. */
  passPrefix(prefix: string): boolean {
    const key = afterPrefix(prefix)
    if (key === undefined) return false
    this.position = { key, isInclusive: true }
    return true
  }
}
