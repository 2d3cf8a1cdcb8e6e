import type { SQLOutputValue } from 'node:sqlite'
import type { Database } from './database.ts'

/** Rows as SQLite gave them. */
export type RawRow = SQLOutputValue[]

// A full sort for each page would make reading a large sorted result quadratic: rows of the next pages are kept, up to these limits.
const maxRows = 150_000
const maxBytes = 40_000_000
const maxKept = 3

interface KeptRows {
  readonly rows: readonly RawRow[]
  next: number
  readonly version: string
}

/**
 * Rows read ahead, by the token of the page they follow on.
 *
 * Only a shortcut: they are forgotten when anything was written, and a page that isn't here is read from the table.
 */
class SortedRows {
  readonly #kept = new Map<string, KeptRows>()

  /** Takes the rows behind a token, at most `count`; undefined when they have to be read. */
  take(database: Database, token: string, count: number): { rows: readonly RawRow[]; rest: KeptRows } | undefined {
    const kept = this.#kept.get(token)
    if (kept === undefined) return undefined
    this.#kept.delete(token)
    if (kept.version !== versionOf(database)) return undefined
    return cut(kept, count)
  }

  /** Keeps what is left for the page that follows. */
  keep(token: string, rest: KeptRows): void {
    if (rest.next >= rest.rows.length) return
    this.#kept.set(token, rest)
    if (this.#kept.size <= maxKept) return
    const oldest = this.#kept.keys().next().value
    if (oldest !== undefined) this.#kept.delete(oldest)
  }
}

const sortedRows = new WeakMap<Database, SortedRows>()

/** The rows a connection has read ahead. */
export function sortedRowsOf(database: Database): SortedRows {
  let rows = sortedRows.get(database)
  if (rows === undefined) sortedRows.set(database, (rows = new SortedRows()))
  return rows
}

/** Reads rows ahead, as many as fit the limits, and gives the first `count`. */
export function readAhead(
  database: Database,
  rows: Iterable<RawRow>,
  count: number,
): { rows: readonly RawRow[]; rest: KeptRows } {
  const read: RawRow[] = []
  let bytes = 0
  for (const row of rows) {
    read.push(row)
    bytes += sizeOf(row)
    if (read.length >= maxRows || (bytes > maxBytes && read.length >= count)) break
  }
  return cut({ rows: read, next: 0, version: versionOf(database) }, count)
}

function cut(kept: KeptRows, count: number): { rows: readonly RawRow[]; rest: KeptRows } {
  const rows = kept.rows.slice(kept.next, kept.next + count)
  kept.next += rows.length
  return { rows, rest: kept }
}

function sizeOf(row: RawRow): number {
  let bytes = 24 * row.length
  for (const cell of row) if (typeof cell === 'string') bytes += cell.length
  return bytes
}

function versionOf(database: Database): string {
  const [dataVersion] = database.statement('PRAGMA data_version').get() as unknown as [number]
  return `${dataVersion}:${database.transactions}`
}
