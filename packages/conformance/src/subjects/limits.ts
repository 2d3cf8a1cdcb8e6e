import assert from 'node:assert/strict'
import type { ListOptions } from '@stowage/core'
import { rateLimitLayer, ReceiptRecorder, type RowPage, matchAll } from '@stowage/core/driver'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect } from '../expectation.ts'
import { fileLimitChecks } from './limits-files.ts'
import { nameLimitChecks } from './limits-names.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'
import { expectUnsent } from './unsent.ts'

/** The most rows that are tried in one insert or page, whatever the limit. */
const mostRows = 10_000
const mostColumns = 2000
/** Items of a listing are made one by one: a larger page is asked for, but not filled. */
const mostItems = 20

/** Limits: each stated limit holds at the limit, and one past it is refused or cut. */
export const limitChecks: readonly Check[] = [
  check(
    'limits/rows-per-insert',
    'inserts of as many rows as stated, one more, and two and a half times as many are cut into requests and stored once each (up to 10,000 rows a request; 2,500 in one where no limit is stated)',
    { needs: ['tables.create', 'tables.insert', 'tables.find'], timeoutMs: 120_000 },
    async (context) => {
      const { rowsPerInsert } = context.capabilities.limits
      const stated = Math.min(rowsPerInsert ?? 1000, mostRows)
      const counts =
        rowsPerInsert === stated ? [stated, stated + 1, Math.ceil(stated * 2.5)] : [Math.ceil(stated * 2.5)]
      for (const count of counts) {
        const table = await context.table(textTable)
        const rows = textRows(count)
        const calls = context.log.calls.length
        assert.equal((await table.insert(rows)).inserted, count)
        assert.deepEqual(batchSizes(context, calls), cut(count, rowsPerInsert ?? count))
        await assertStored(table, rows)
      }
    },
  ),
  check(
    'limits/columns-at-limit',
    'a table of as many columns as stated keeps and fills them all, in order (up to 2,000; 200 where no limit is stated)',
    { needs: ['tables.create', 'tables.get', 'tables.insert', 'tables.find'] },
    async (context) => {
      const count = Math.min(context.capabilities.limits.columnsPerTable ?? 200, mostColumns)
      const columns = makeColumns(count)
      const table = await context.table({ columns, primaryKey: ['c0'] })
      assert.deepEqual(
        (await table.info()).columns.map(({ name }) => name),
        columns.map(({ name }) => name),
      )
      const row = Object.fromEntries(columns.map(({ name }, index) => [name, `value ${index}`]))
      await table.insert(row)
      assert.deepEqual(await table.find().toArray(), [row])
    },
  ),
  check(
    'limits/columns-past',
    'a table of one column more than stated is refused before anything is sent',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      const { columnsPerTable } = context.capabilities.limits
      for (const count of columnsPerTable === undefined
        ? []
        : [columnsPerTable + 1, Math.ceil(columnsPerTable * 2.5)]) {
        await expectUnsent(context, () => table.create({ columns: makeColumns(count) }), 'invalid-argument')
      }
      assert.equal(await table.exists(), false)
      await table.create({ columns: { id: 'string' } })
      context.defer(() => table.drop())
    },
  ),
  check(
    'limits/page-size-rows',
    'a page of rows as large as stated is answered, never larger, and a larger one is never asked for (up to 10,000 rows)',
    { needs: ['tables.create', 'tables.insert', 'tables.find'], timeoutMs: 120_000 },
    async (context) => {
      const { pageSize } = context.capabilities.limits
      const size = Math.min(pageSize ?? 1000, mostRows)
      const rows = textRows(size + 1)
      const table = await context.table(textTable)
      await table.insert(rows)
      await checkAskedPages(context, async (options) => {
        assert.equal((await table.find({}, options).toArray()).length, rows.length)
      })
      const counts = await driverPages(context, table.bucketName, table.name, size)
      assert.ok(
        counts.every((count) => count <= size),
        `a page of ${size} holds ${Math.max(...counts)}`,
      )
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        rows.length,
      )
    },
  ),
  check(
    'limits/page-size-tables',
    'tables are listed whole, in pages no larger than stated',
    { needs: ['tables.create', 'tables.list'] },
    async (context) => {
      const bucket = await context.bucket()
      const names = Array.from({ length: itemCount(context) }, () => context.newTableName())
      for (const name of names) {
        await bucket.table(name).create({ columns: { id: 'string' } })
        context.defer(() => bucket.table(name).drop())
      }
      await checkAskedPages(context, async (options) => {
        const listed = new Set((await collect(bucket.tables(options))).map(({ name }) => name))
        assert.deepEqual(
          names.filter((name) => !listed.has(name)),
          [],
        )
      })
    },
  ),
  check(
    'limits/page-size-files',
    'files are listed whole, in pages no larger than stated',
    { needs: ['files.write', 'files.list'] },
    async (context) => {
      const area = await context.files()
      const keys = Array.from({ length: itemCount(context) }, (_, index) => `f${String(index).padStart(2, '0')}`)
      await Promise.all(keys.map((key) => area.file(key).put(key)))
      await checkAskedPages(context, async (options) => assert.deepEqual(await area.list(options), keys))
    },
  ),
  check(
    'limits/page-size-buckets',
    'buckets are listed whole, in pages no larger than stated',
    { needs: ['buckets.create', 'buckets.list', 'semantics.dynamicBuckets'] },
    async (context) => {
      const names: string[] = []
      for (let left = itemCount(context); left > 0; left -= 1) {
        const bucket = context.storage.bucket(context.newBucketName())
        await bucket.create()
        context.defer(() => bucket.delete())
        names.push(bucket.name)
      }
      await checkAskedPages(context, async (options) => {
        const listed = new Set((await collect(context.storage.buckets(options))).map(({ name }) => name))
        assert.deepEqual(
          names.filter((name) => !listed.has(name)),
          [],
        )
      })
    },
  ),
  check(
    'limits/requests-per-minute',
    'as many requests at once as a tenth of the stated minute allows are answered, at most 20',
    {},
    async (context) => {
      const { requestsPerMinute = 200 } = context.capabilities.limits
      const burst = Math.max(1, Math.min(20, Math.floor(requestsPerMinute / 10)))
      const storage = context.openStorage([rateLimitLayer({ perMinute: requestsPerMinute, burst })])
      await Promise.all(Array.from({ length: burst }, () => storage.ping()))
      assert.equal(context.log.calls.length, burst)
    },
  ),
  ...nameLimitChecks,
  ...fileLimitChecks,
]

function makeColumns(count: number): { name: string; type: 'string' }[] {
  return Array.from({ length: count }, (_, index) => ({ name: `c${index}`, type: 'string' }))
}

function batchSizes({ log }: CheckContext, from: number): number[] {
  return log.calls
    .slice(from)
    .filter(({ operation }) => operation === 'tables.insert')
    .map(({ request }) => (request as { readonly batch: { readonly rows: readonly unknown[] } }).batch.rows.length)
}

function cut(count: number, size: number): number[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => Math.min(size, count - index * size))
}

/** How many items fill one page and begin the next, where pages are small; a few otherwise. */
function itemCount({ capabilities }: CheckContext): number {
  const { pageSize = Infinity } = capabilities.limits
  return pageSize < mostItems ? pageSize + 1 : 3
}

/** Lists with pages as large as stated and with larger ones, and checks that the driver was never asked for more than stated. */
async function checkAskedPages(context: CheckContext, list: (options: ListOptions) => Promise<void>): Promise<void> {
  const { pageSize = Infinity } = context.capabilities.limits
  const stated = Number.isFinite(pageSize) ? pageSize : 1000
  for (const asked of [stated, stated + 1, Math.ceil(stated * 2.5)]) {
    const calls = context.log.calls.length
    await list({ pageSize: asked })
    const sizes = context.log.calls
      .slice(calls)
      .map(({ request }) => (request as { readonly pageSize?: number }).pageSize)
    assert.ok(sizes.includes(Math.min(asked, pageSize)), `pages of ${asked} were asked for, but not sent for`)
    assert.ok(
      sizes.every((size) => size === undefined || size <= pageSize),
      'the driver was asked for too large a page',
    )
  }
}

async function driverPages(context: CheckContext, bucket: string, table: string, pageSize: number): Promise<number[]> {
  const { tables } = context.driver
  const call = { signal: context.signal, receipt: new ReceiptRecorder() }
  const query = { bucket, table, filter: matchAll, projection: undefined, sort: [], limit: undefined, offset: 0 }
  const counts: number[] = []
  let page: RowPage | undefined
  do {
    page = await tables?.find({ ...query, pageSize, pageToken: page?.nextPageToken }, call)
    counts.push(page?.batch.rows.length ?? 0)
  } while (page?.nextPageToken !== undefined)
  return counts
}
