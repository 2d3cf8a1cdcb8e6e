import { createHash } from 'node:crypto'
import type { Filter, ProjectionFields, Row, Sort } from '@stowage/core'
import { type FilterNode, isMatchAll, StorageError } from '@stowage/core/driver'
import type { PageRange } from './limits.ts'
import type { ServedTable } from './served-table.ts'
import { countAll } from './tables.ts'
import { refusal } from './zerodb-error.ts'

/** What is looked for. */
export interface RowQuery {
  /** Which rows, as sent. */
  readonly filter: Filter
  /** The same as a tree. */
  readonly tree: FilterNode
  /** Which fields. */
  readonly projection: ProjectionFields
  /** In which order. */
  readonly sort: Sort
}

/** One page of a result. */
export interface RowsPage {
  /** Its rows. */
  readonly rows: readonly Row[]
  /** How many rows match in all. */
  readonly total: number
}

type Batches = AsyncGenerator<readonly Row[], void, undefined>

/** A result that has been read up to some row. */
interface OpenResult {
  readonly stamp: string
  readonly batches: Batches
  /** What was read and not given yet. */
  readonly held: readonly Row[]
}

const mostOpen = 32
const mostTotals = 200

/**
 * Results that clients page through.
 *
 * The API pages by offset, with a total on each page: answered one by one, reading a table to its end would go over it once more
 * for each page. So a result is kept open where a page ended, and a total as long as the table doesn't change.
 */
export class OpenQueries {
  readonly #open = new Map<string, OpenResult>()
  readonly #totals = new Map<string, { readonly stamp: string; readonly total: number }>()

  /**
   * Gives a page.
   *
   * @param stamp - another text after each change of the table; undefined when nothing may be kept
   */
  async page(served: ServedTable, query: RowQuery, range: PageRange, stamp: string | undefined): Promise<RowsPage> {
    try {
      const total = await this.#total(served, query, stamp)
      const rows = range.offset < total ? await this.#rows(served, query, range, { stamp, total }) : []
      return { rows, total }
    } catch (error) {
      if (!StorageError.is(error, 'invalid-argument')) throw error
      throw refusal('QUERY_SYNTAX_ERROR', error.message, {}, error)
    }
  }

  async #total(served: ServedTable, { filter, tree }: RowQuery, stamp: string | undefined): Promise<number> {
    if (isMatchAll(tree)) return countAll(served)
    const key = keyOf(served.id, filter)
    const known = this.#totals.get(key)
    this.#totals.delete(key)
    const isKnown = known !== undefined && known.stamp === stamp
    const total = isKnown ? known.total : await served.rows.count(filter)
    if (stamp !== undefined && isSettled(served)) this.#keepTotal(key, { stamp, total })
    return total
  }

  #keepTotal(key: string, known: { readonly stamp: string; readonly total: number }): void {
    this.#totals.set(key, known)
    for (const oldest of this.#totals.keys()) {
      if (this.#totals.size <= mostTotals) break
      this.#totals.delete(oldest)
    }
  }

  async #rows(
    served: ServedTable,
    query: RowQuery,
    range: PageRange,
    { stamp, total }: { readonly stamp: string | undefined; readonly total: number },
  ): Promise<readonly Row[]> {
    const { limit, offset } = range
    const key = keyOf(served.id, query.filter, query.projection, query.sort)
    const goesOn = stamp !== undefined && offset + limit < total
    const { batches, held } = this.#take(`${key} ${offset}`, stamp) ?? openResult(served, query, range, goesOn)
    const read = await readRows(batches, held, limit)
    if (goesOn && read.length >= limit) {
      await this.#keep(`${key} ${offset + limit}`, { stamp, batches, held: read.slice(limit) })
    } else {
      await batches.return()
    }
    return read.slice(0, limit)
  }

  #take(key: string, stamp: string | undefined): OpenResult | undefined {
    const result = this.#open.get(key)
    this.#open.delete(key)
    if (result === undefined || result.stamp === stamp) return result
    void result.batches.return()
    return undefined
  }

  async #keep(key: string, result: OpenResult): Promise<void> {
    const before = this.#open.get(key)
    this.#open.delete(key)
    this.#open.set(key, result)
    const [oldest] = this.#open.keys()
    const evicted = this.#open.size > mostOpen && oldest !== undefined ? this.#open.get(oldest) : undefined
    if (evicted !== undefined && oldest !== undefined) this.#open.delete(oldest)
    await Promise.all([before?.batches.return(), evicted?.batches.return()])
  }

  /** Ends all results and forgets what was counted. */
  async forget(): Promise<void> {
    const results = [...this.#open.values()]
    this.#open.clear()
    this.#totals.clear()
    await Promise.all(results.map(({ batches }) => batches.return()))
  }
}

function openResult(
  { rows }: ServedTable,
  { filter, projection, sort }: RowQuery,
  { limit, offset }: PageRange,
  goesOn: boolean,
): Pick<OpenResult, 'batches' | 'held'> {
  // Without a limit the storage can go on where the page ends; with one it doesn't prepare for that.
  const result = rows.find(filter, { projection, sort, offset, pageSize: limit, limit: goesOn ? undefined : limit })
  return { batches: result.batches(), held: [] }
}

// Who changes rows beside the gateway may do it twice within a millisecond, and storages tell no more of the time.
function isSettled({ info }: ServedTable): boolean {
  return Date.now() - (info.updatedAt?.getTime() ?? 0) > 1
}

async function readRows(batches: Batches, held: readonly Row[], count: number): Promise<readonly Row[]> {
  let rows = held
  while (rows.length < count) {
    const next = await batches.next()
    if (next.done === true) break
    rows = rows.length === 0 ? next.value : [...rows, ...next.value]
  }
  return rows
}

function keyOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64')
}
