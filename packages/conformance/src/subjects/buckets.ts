import assert from 'node:assert/strict'
import type { Bucket, BucketOptions } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { archivedBucketChecks } from './buckets-archived.ts'
import { bucketDeletionChecks } from './buckets-deletion.ts'
import { bucketListingChecks } from './buckets-listing.ts'
import { bucketNameChecks } from './buckets-names.ts'
import { assertJustNow, assertNotBefore } from './plausible-dates.ts'

/** Buckets: created, found, changed, archived, deleted. */
export const bucketChecks: readonly Check[] = [
  check(
    'buckets/create',
    'a created bucket is there, under its exact name',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      assert.equal((await create(context, bucket)).name, bucket.name)
      assert.equal((await bucket.info()).name, bucket.name)
      assert.equal(await bucket.exists(), true)
    },
  ),
  check(
    'buckets/create-facts',
    'a new bucket says when it was created, and is not archived',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'] },
    async (context) => {
      const startedMs = Date.now()
      const bucket = context.storage.bucket(context.newBucketName())
      const created = await create(context, bucket)
      const info = await bucket.info()
      assert.deepEqual(info, created, 'what creating gives is what looking gives')
      assert.equal(info.isArchived, false)
      assert.equal(info.description, undefined)
      assertJustNow(info.createdAt, startedMs, 'createdAt')
      assertJustNow(info.updatedAt, startedMs, 'updatedAt')
      assertNotBefore(info.updatedAt, info.createdAt, 'updatedAt')
    },
  ),
  check(
    'buckets/create-described',
    'a bucket keeps the name for people and the description it was created with',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await create(context, bucket, { displayName: 'Straße 7 "日本"', description: 'two\nlines & <tags>' })
      const { displayName, description } = await bucket.info()
      assert.deepEqual(
        { displayName, description },
        { displayName: 'Straße 7 "日本"', description: 'two\nlines & <tags>' },
      )
    },
  ),
  check(
    'buckets/create-twice',
    'creating a bucket that is there fails with already-exists and changes nothing',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await create(context, bucket)
      const before = await bucket.info()
      await expectError(bucket.create({ description: 'the second one' }), 'already-exists')
      assert.deepEqual(await bucket.info(), before)
    },
  ),
  check(
    'buckets/get-missing',
    'looking for a bucket that is not there fails with not-found',
    { needs: ['buckets.get'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await expectError(bucket.info(), 'not-found')
      assert.equal(await bucket.exists(), false)
    },
  ),
  check(
    'buckets/fixed-there',
    'the bucket that checks work in is there',
    { needs: ['buckets.get'] },
    async (context) => {
      const bucket = await context.bucket()
      assert.equal((await bucket.info()).name, bucket.name)
      assert.equal(await bucket.exists(), true)
    },
  ),
  check(
    'buckets/handle-lazy',
    'a handle on a bucket sends nothing and creates nothing',
    { needs: ['buckets.get'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      assert.equal(context.log.calls.length, 0)
      assert.equal(await bucket.exists(), false)
    },
  ),
  check(
    'buckets/update',
    'an update of a bucket changes what it names and leaves the rest',
    { needs: ['buckets.create', 'buckets.get', 'buckets.update', 'semantics.dynamicBuckets'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      const created = await create(context, bucket, { displayName: 'Old', description: 'old' })
      await bucket.update({ description: 'new' })
      const once = await bucket.info()
      assert.deepEqual({ ...once, updatedAt: undefined }, { ...created, description: 'new', updatedAt: undefined })
      assertNotBefore(once.updatedAt, created.updatedAt, 'updatedAt')
      const told = await bucket.update({ displayName: 'New' })
      const twice = await bucket.info()
      assert.deepEqual(told, twice, 'what updating gives is what looking gives')
      assert.deepEqual({ ...twice, updatedAt: undefined }, { ...once, displayName: 'New', updatedAt: undefined })
    },
  ),
  check(
    'buckets/update-missing',
    'updating a bucket that is not there fails with not-found and makes none',
    { needs: ['buckets.get', 'buckets.update'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await expectError(bucket.update({ description: 'new' }), 'not-found')
      assert.equal(await bucket.exists(), false)
    },
  ),
  ...bucketNameChecks,
  ...bucketListingChecks,
  ...bucketDeletionChecks,
  ...archivedBucketChecks,
]

async function create(
  context: CheckContext,
  bucket: Bucket,
  options: BucketOptions = {},
): ReturnType<Bucket['create']> {
  if (context.has('buckets.delete')) context.defer(() => bucket.delete({ force: true }))
  return bucket.create(options)
}
