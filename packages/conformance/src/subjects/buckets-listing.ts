import assert from 'node:assert/strict'
import { type BucketInfo, StorageError } from '@stowage/core'
import { type BucketDriver, interceptDriver, type ListBucketsRequest, ReceiptRecorder } from '@stowage/core/driver'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { assertAscending } from './code-point-order.ts'
import { createBucket, createBuckets } from './new-buckets.ts'

const needs: readonly Need[] = ['buckets.create', 'buckets.list', 'semantics.dynamicBuckets']
const endings = ['b', 'a', 'c', 'aa', '1', 'z', 'ab', '0', 'y', 'x'] as const

/** Listings of buckets: complete, in order, page by page. */
export const bucketListingChecks: readonly Check[] = [
  check('buckets/list', 'all buckets are listed, each once, in order of code points', { needs }, async (context) => {
    const { names } = await createBuckets(context, endings)
    const listed = (await context.storage.buckets().toArray()).map(({ name }) => name)
    assertAscending(listed)
    assert.deepEqual(
      names.filter((name) => !listed.includes(name)),
      [],
    )
  }),
  check(
    'buckets/list-facts',
    'a listing tells of a bucket what looking at it tells',
    { needs: [...needs, 'buckets.get'] },
    async (context) => {
      const bucket = await createBucket(context)
      const listed = await context.storage.buckets().toArray()
      assert.deepEqual(
        listed.filter(({ name }) => name === bucket.name),
        [await bucket.info()],
      )
    },
  ),
  check(
    'buckets/list-astral',
    'characters beyond the first plane come last, where names may have them: order is by code points, not by UTF-16 units',
    { needs },
    async (context) => {
      const prefix = context.newBucketName()
      for (const ending of ['😀', '～', 'b']) {
        try {
          await createBucket(context, prefix + ending)
        } catch (error) {
          if (!StorageError.is(error, 'invalid-argument')) throw error
        }
      }
      assertAscending(await listNames(context, prefix))
    },
  ),
  check(
    'buckets/list-prefix',
    'a prefix lists the buckets whose names begin with it, and no others',
    { needs },
    async (context) => {
      const { prefix, names } = await createBuckets(context, endings)
      assert.deepEqual(await listNames(context, prefix), names.toSorted())
      assert.deepEqual(await listNames(context, `${prefix}a`), [`${prefix}a`, `${prefix}aa`, `${prefix}ab`])
      assert.deepEqual(await listNames(context, `${prefix}ab`), [`${prefix}ab`])
    },
  ),
  check(
    'buckets/list-prefix-none',
    'a prefix no name begins with, or with another case, lists nothing',
    { needs },
    async (context) => {
      const { prefix } = await createBuckets(context, ['a'])
      assert.deepEqual(await listNames(context, `${prefix}b`), [])
      assert.deepEqual(await listNames(context, `${prefix}A`), [])
      assert.deepEqual(await listNames(context, prefix.slice(1)), [])
    },
  ),
  check(
    'buckets/list-pages',
    'pages of any size give each bucket once, and hold no more than asked for',
    { needs },
    async (context) => {
      const { prefix, names } = await createBuckets(context, endings)
      assert.deepEqual(await listNames(context, prefix), names.toSorted())
      for (const pageSize of [1, 3, 10, 11]) {
        const pages = await driverPages(context, prefix, pageSize)
        assert.ok(
          pages.every((page) => page.length <= pageSize),
          `a page of ${pageSize} holds more`,
        )
        assert.deepEqual(
          pages.flat().map(({ name }) => name),
          names.toSorted(),
        )
      }
    },
  ),
  check('buckets/list-token', 'a page token gives the same page of buckets again', { needs }, async (context) => {
    const { prefix, names } = await createBuckets(context, ['a', 'b', 'c', 'd', 'e'])
    const listing = context.storage.buckets({ prefix, pageSize: 2 })
    const { nextPageToken } = await listing.page()
    const again = context.storage.buckets({ prefix, pageSize: 2 })
    const [once, twice] = [await listing.page(nextPageToken), await again.page(nextPageToken)]
    assert.deepEqual(
      once.items.map(({ name }) => name),
      names.slice(2, 4),
    )
    assert.deepEqual(twice.items, once.items)
  }),
  check('buckets/list-empty-page', 'an empty page with a token does not end a listing', { needs }, async (context) => {
    const { prefix, names } = await createBuckets(context, ['a', 'b', 'c'])
    const storage = context.openStorage([
      (driver) =>
        interceptDriver(driver, async (call, next) => {
          const { pageToken } = call.request as ListBucketsRequest
          if (call.operation !== 'buckets.list' || pageToken?.startsWith('later ') === true) {
            return next({
              ...call,
              request: { ...call.request, pageToken: pageToken?.slice('later '.length) || undefined },
            })
          }
          return { items: [], nextPageToken: `later ${pageToken ?? ''}` }
        }),
    ])
    const listed = await storage.buckets({ prefix, pageSize: 2 }).toArray()
    assert.deepEqual(
      listed.map(({ name }) => name),
      names,
    )
  }),
  check(
    'buckets/list-lazy',
    'a listing of buckets sends for a page when it is asked for, not before',
    { needs },
    async (context) => {
      const { prefix } = await createBuckets(context, ['a', 'b', 'c', 'd', 'e'])
      const before = context.log.calls.length
      const listing = context.storage.buckets({ prefix, pageSize: 2 })
      assert.equal(context.log.calls.length - before, 0)
      for await (const { name } of listing) if (name === `${prefix}a`) break
      assert.equal(context.log.calls.length - before, 1)
    },
  ),
]

async function listNames(context: CheckContext, prefix: string): Promise<string[]> {
  return (await context.storage.buckets({ prefix }).toArray()).map(({ name }) => name)
}

async function driverPages(
  context: CheckContext,
  prefix: string,
  pageSize: number,
): Promise<(readonly BucketInfo[])[]> {
  const { buckets } = context.driver
  const call = { signal: context.signal, receipt: new ReceiptRecorder() }
  const size = Math.min(pageSize, context.capabilities.limits.pageSize ?? pageSize)
  const pages: (readonly BucketInfo[])[] = []
  let page: Awaited<ReturnType<BucketDriver['list']>> | undefined
  do {
    page = await buckets.list({ prefix, pageSize: size, pageToken: page?.nextPageToken }, call)
    pages.push(page.items)
  } while (page.nextPageToken !== undefined)
  return pages
}
