import assert from 'node:assert/strict'
import type { Row } from '@stowage/core'
import { batchToRows, interceptDriver, type Layer, type RowPage, type TableQuery } from '@stowage/core/driver'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { rowIds } from './row-matches.ts'
import { type WordRow, wordTable } from './word-rows.ts'
import { callOf, fetchPages, pageSizeOf, planOf, queryOf, tablesOf } from './whole-query.ts'

function expectWhole(pages: readonly (readonly Row[])[], rows: readonly Row[], pageSize: number, words: string): void {
  const largest = Math.max(...pages.map((page) => page.length))
  assert.ok(largest <= pageSize, `${words}: a page holds ${largest} rows`)
  const ids = pages.flatMap((page) => rowIds(page)).toSorted()
  assert.equal(new Set(ids).size, ids.length, `${words}: a row comes twice`)
  assert.deepEqual(ids, rowIds(rows), `${words}: rows are missing`)
}

/** Reads all rows in pages of several sizes, at the driver and through the portable class. */
function pagingCheck(count: number, sizes: readonly number[]): Check {
  return check(
    `find/pages-${count}`,
    `${count.toLocaleString('en')} rows come whole, whatever the page size, and no page is larger than asked`,
    { needs: findNeeds, timeoutMs: 120_000 },
    async (context) => {
      const { table, rows } = await wordTable(context, count)
      for (const wanted of [...sizes, context.capabilities.limits.pageSize ?? 1000]) {
        const pageSize = pageSizeOf(context, wanted)
        const words = `${count} rows in pages of ${pageSize}`
        const pages = await fetchPages(context, queryOf(table), pageSize, 3 * count + 10)
        expectWhole(pages, rows, pageSize, words)
        expectWhole([await collect(table.find({}, { pageSize }))], rows, Infinity, `${words}, by find`)
      }
    },
  )
}

interface FetchedPage {
  readonly token: string | undefined
  readonly page: RowPage
}

async function fetchWithTokens(context: CheckContext, query: TableQuery, pageSize: number): Promise<FetchedPage[]> {
  const fetched: FetchedPage[] = []
  let token: string | undefined
  do {
    const page = await tablesOf(context).find({ ...query, pageSize, pageToken: token }, callOf(context))
    fetched.push({ token, page })
    token = page.nextPageToken
  } while (token !== undefined && fetched.length < 200)
  return fetched
}

/** Puts an empty page, whose token leads on, before each page. */
const emptyPages: Layer = (driver) =>
  interceptDriver(driver, async (call, next) => {
    if (call.operation !== 'tables.find') return next(call)
    const { pageToken, ...request } = call.request as { pageToken: string | undefined }
    if (pageToken?.startsWith('full:') !== true) {
      return { batch: { columns: [], rows: [] }, nextPageToken: `full:${pageToken ?? ''}` } satisfies RowPage
    }
    const own = pageToken.slice('full:'.length)
    return next({ ...call, request: { ...request, pageToken: own === '' ? undefined : own } })
  })

/** Gives the query's part that the plan gives to the backend, where that is all of it. */
async function isBackends(context: CheckContext, query: TableQuery): Promise<boolean> {
  const plan = await planOf(context, query)
  return plan.limit === 'backend' && (query.sort.length === 0 || plan.sort === 'backend')
}

/** Pages. */
export const pageChecks: readonly Check[] = [
  pagingCheck(33, [1, 7, 32, 33, 34, 100]),
  pagingCheck(1000, [7, 100, 999, 1000]),
  pagingCheck(1001, [7, 100, 1000]),
  pagingCheck(10_001, [7, 100, 1000]),
  check(
    'find/pages-sorted',
    'pages of a sorted and filtered query follow one another without a gap or a repeat',
    { needs: findNeeds },
    async (context) => {
      const { table, rows } = await wordTable(context, 1001)
      const expected = rows.filter(({ word }) => word > 'c').toSorted(byHalfDescending)
      for (const pageSize of [3, 7, 100, 714, 715]) {
        const found = await collect(table.find({ word: { $gt: 'c' } }, { sort: { half: -1, row_id: 1 }, pageSize }))
        assert.deepEqual(found, expected, `pages of ${pageSize}`)
      }
    },
  ),
  check(
    'find/pages-ties',
    'rows that are equal for a sort come once, also where a page ends among them',
    { needs: findNeeds },
    async (context) => {
      const { table, rows } = await wordTable(context, 1001)
      for (const pageSize of [7, 100]) {
        const found = await collect(table.find({}, { sort: { word: 1 }, pageSize }))
        expectWhole([found], rows, Infinity, `sorted by a word that 143 rows share, in pages of ${pageSize}`)
        const words = found.map((row) => row['word'] as string)
        assert.deepEqual(words, words.toSorted(), `pages of ${pageSize} are out of order`)
      }
    },
  ),
  check(
    'find/pages-limit',
    'a limit the backend took over holds over all pages together',
    { needs: findNeeds },
    async (context) => {
      const { table } = await wordTable(context, 100)
      const sort = [{ path: 'row_id', direction: 1 }] as const
      for (const [limit, offset] of [
        [50, 0],
        [50, 25],
        [50, 75],
        [7, 93],
        [1, 99],
      ] as const) {
        const query = queryOf(table, { sort, limit, offset })
        if (!(await isBackends(context, query))) continue
        const pages = await fetchPages(context, query, pageSizeOf(context, 7), 200)
        assert.equal(pages.flat().length, Math.min(limit, 100 - offset), `limit ${limit}, offset ${offset}`)
      }
      const found = await collect(table.find({}, { sort: { row_id: 1 }, limit: 50, offset: 25, pageSize: 7 }))
      assert.equal(found.length, 50)
    },
  ),
  check(
    'find/page-token',
    'asking again with a page’s token gives the same page',
    { needs: findNeeds },
    async (context) => {
      const { table } = await wordTable(context, 100)
      const sorts = [[], [{ path: 'half', direction: -1 }]] as const
      for (const sort of sorts) {
        const wanted = { ...queryOf(table), sort }
        const query = (await planOf(context, wanted)).sort === 'backend' ? wanted : queryOf(table)
        const fetched = await fetchWithTokens(context, query, pageSizeOf(context, 7))
        for (const { token, page } of fetched.toReversed()) {
          const request = { ...query, pageSize: pageSizeOf(context, 7), pageToken: token }
          const again = await tablesOf(context).find(request, callOf(context))
          assert.deepEqual(batchToRows(again.batch), batchToRows(page.batch), `the page of token ${token ?? '(none)'}`)
          assert.ok(again.nextPageToken === undefined || typeof again.nextPageToken === 'string', 'a token is text')
        }
      }
    },
  ),
  check('find/empty-page', 'an empty page with a token is not the end', { needs: findNeeds }, async (context) => {
    const { table, rows } = await wordTable(context, 33)
    const storage = context.openStorage([emptyPages])
    const same = storage.bucket(table.bucketName).table(table.name)
    assert.deepEqual(rowIds(await collect(same.find({}, { pageSize: 7 }))), rowIds(rows))
    assert.equal((await same.find({ row_id: 'r000020' }).first())?.['row_id'], 'r000020')
    assert.equal((await same.get({ row_id: 'r000021' }))?.['row_id'], 'r000021')
  }),
  check(
    'find/stable',
    'while nothing changes, rows come in the same order each time, at any page size',
    { needs: findNeeds },
    async (context) => {
      const { table } = await wordTable(context, 300)
      for (const sort of [undefined, { word: 1 } as const, { word: -1 } as const]) {
        const first = await collect(table.find({}, { sort }))
        for (const pageSize of [undefined, 7, 100]) {
          const again = await collect(table.find({}, { sort, pageSize }))
          assert.deepEqual(again, first, `${JSON.stringify(sort ?? 'unsorted')}, pages of ${pageSize ?? 'any size'}`)
        }
      }
    },
  ),
]

function byHalfDescending(left: WordRow, right: WordRow): number {
  if (left.half !== right.half) return left.half < right.half ? 1 : -1
  return left.row_id < right.row_id ? -1 : 1
}
