import { invalidArgument } from '@stowage/core/driver'

/** Where a scan stands between two pages. */
export interface PageState {
  /** How many rows the pages so far held, repeats included. */
  readonly position: number
  /** How many rows were given. */
  readonly delivered: number
  /** The ids of the page before: those that come again are the same rows. */
  readonly ids: ReadonlySet<string>
  /** The key of the last row, where pages are cut by a key. */
  readonly last: string | number | undefined
  /** What the next page must say when nothing changes; undefined before the first page. */
  readonly expected: { readonly total: number; readonly left: number } | undefined
}

const beginning: PageState = {
  position: 0,
  delivered: 0,
  ids: new Set(),
  last: undefined,
  expected: undefined,
}

/** Writes where a scan stands as a page token: all of it, so that any process can go on. */
export function writePageToken({ position, delivered, ids, last, expected }: PageState): string {
  return JSON.stringify([position, delivered, expected?.total ?? 0, expected?.left ?? 0, last ?? null, [...ids]])
}

/** Reads where a scan stands; without a token it begins. */
export function readPageToken(token: string | undefined): PageState {
  if (token === undefined) return beginning
  const parts = parse(token)
  if (!Array.isArray(parts) || parts.length !== 6) throw foreign()
  const [position, delivered, total, left, last, ids] = parts as readonly unknown[]
  const isKey = last === null || typeof last === 'string' || typeof last === 'number'
  if (![position, delivered, total, left].every(isCount) || !isKey || !Array.isArray(ids)) throw foreign()
  return {
    position: position as number,
    delivered: delivered as number,
    ids: new Set(ids as readonly string[]),
    last: last ?? undefined,
    expected: { total: total as number, left: left as number },
  }
}

function parse(token: string): unknown {
  try {
    return JSON.parse(token)
  } catch {
    throw foreign()
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function foreign(): Error {
  return invalidArgument('the page token is none of this backend: use the one of the page before')
}
