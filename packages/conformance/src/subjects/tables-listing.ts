import assert from 'node:assert/strict'
import type { Bucket, Page, TableInfo } from '@stowage/core'
import { ReceiptRecorder } from '@stowage/core/driver'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertAscending, compareCodePoints } from './code-point-order.ts'
import { textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.list']
const endings = ['b', 'a', 'c', 'aa', '1', 'z', 'ab', '0', '_', 'y'] as const

/** Listings of tables: complete, in order, page by page, and of one bucket. */
export const tableListingChecks: readonly Check[] = [
  check(
    'tables/list',
    'all tables of a bucket are listed, each once, in order of code points',
    { needs },
    async (context) => {
      const bucket = await context.bucket()
      const names = await createTables(context, bucket, endings)
      const listed = (await bucket.tables().toArray()).map(({ name }) => name)
      assertAscending(listed)
      assert.deepEqual(
        listed.filter((name) => names.includes(name)),
        names.toSorted(compareCodePoints),
      )
    },
  ),
  check(
    'tables/list-facts',
    'a listing tells of a table what looking at it tells',
    { needs: [...needs, 'tables.get'] },
    async (context) => {
      const table = await context.table({ ...textTable, description: 'listed' })
      const listed = await context.storage.bucket(table.bucketName).tables().toArray()
      assert.deepEqual(
        listed.filter(({ name }) => name === table.name),
        [await table.info()],
      )
    },
  ),
  check(
    'tables/list-pages',
    'pages of any size give each table once, and hold no more than asked for',
    { needs },
    async (context) => {
      const bucket = await context.bucket()
      const names = await createTables(context, bucket, endings)
      await bucket.tables().page()
      for (const pageSize of [1, 3, 10, 11]) {
        const pages = await driverPages(context, bucket.name, pageSize)
        assert.ok(
          pages.every((page) => page.length <= pageSize),
          `a page of ${pageSize} holds more`,
        )
        const listed = pages.flat().map(({ name }) => name)
        assertAscending(listed)
        assert.deepEqual(
          listed.filter((name) => names.includes(name)),
          names.toSorted(compareCodePoints),
        )
      }
    },
  ),
  check('tables/list-token', 'a page token gives the same page of tables again', { needs }, async (context) => {
    const bucket = await context.bucket()
    await createTables(context, bucket, endings)
    const { nextPageToken, items } = await bucket.tables({ pageSize: 4 }).page()
    const [once, twice] = [
      await bucket.tables({ pageSize: 4 }).page(nextPageToken),
      await bucket.tables({ pageSize: 4 }).page(nextPageToken),
    ]
    assert.deepEqual(twice.items, once.items)
    assertAscending([...items, ...once.items].map(({ name }) => name))
  }),
  check(
    'tables/list-bucket',
    'a listing shows the tables of its bucket alone; that of a new bucket is empty',
    { needs: [...needs, 'semantics.dynamicBuckets'] },
    async (context) => {
      const [full, other, empty] = [await context.bucket(), await context.bucket(), await context.bucket()]
      const names = await createTables(context, full, ['a', 'b'])
      const others = await createTables(context, other, ['c'])
      assert.deepEqual(await listNames(full), names)
      assert.deepEqual(await listNames(other), others)
      assert.deepEqual(await listNames(empty), [])
    },
  ),
  check(
    'tables/list-bucket-missing',
    'listing the tables of a bucket that is not there fails with not-found: it is not an empty one',
    { needs: ['tables.list'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await expectError(() => bucket.tables().toArray(), 'not-found')
    },
  ),
  check(
    'tables/list-dropped',
    'a dropped table is not listed any more, and its neighbours are',
    { needs: [...needs, 'tables.drop'] },
    async (context) => {
      const bucket = await context.bucket()
      const names = await createTables(context, bucket, ['a', 'b', 'c'])
      await bucket.table(names[1] ?? '').drop()
      const listed = await listNames(bucket)
      assert.deepEqual(
        names.map((name) => listed.includes(name)),
        [true, false, true],
      )
    },
  ),
  check(
    'tables/list-lazy',
    'a listing of tables sends for a page when it is asked for, not before',
    { needs },
    async (context) => {
      const bucket = await context.bucket()
      await createTables(context, bucket, endings)
      const before = context.log.calls.length
      const listing = bucket.tables({ pageSize: 2 })
      assert.equal(context.log.calls.length - before, 0)
      // Only the first page is wanted.
      // oxlint-disable-next-line no-unreachable-loop
      for await (const table of listing) {
        assert.ok(table.name)
        break
      }
      assert.equal(context.log.calls.length - before, 1)
    },
  ),
]

async function createTables(context: CheckContext, bucket: Bucket, ends: readonly string[]): Promise<string[]> {
  const start = context.newTableName()
  const names = ends.map((ending) => `${start}${ending}`)
  for (const name of names) {
    await bucket.table(name).create(textTable)
    context.defer(() => bucket.table(name).drop())
  }
  return names
}

async function listNames(bucket: Bucket): Promise<string[]> {
  return (await bucket.tables().toArray()).map(({ name }) => name)
}

async function driverPages(context: CheckContext, bucket: string, pageSize: number): Promise<(readonly TableInfo[])[]> {
  const { tables } = context.driver
  const call = { signal: context.signal, receipt: new ReceiptRecorder() }
  const size = Math.min(pageSize, context.capabilities.limits.pageSize ?? pageSize)
  const pages: (readonly TableInfo[])[] = []
  let page: Page<TableInfo> | undefined
  do {
    page = await tables?.list({ bucket, pageSize: size, pageToken: page?.nextPageToken }, call)
    pages.push(page?.items ?? [])
  } while (page?.nextPageToken !== undefined)
  return pages
}
