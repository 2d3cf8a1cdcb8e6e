import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'

/** Buckets: created, found, changed, archived, deleted. */
export const bucketChecks: readonly Check[] = [
  check(
    'buckets/create',
    'a created bucket is there, under its exact name',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'] },
    async (context) => {
      const bucket = await context.bucket()
      assert.equal((await bucket.info()).name, bucket.name)
    },
  ),
  check(
    'buckets/create-twice',
    'creating a bucket that is there fails with already-exists',
    { needs: ['buckets.create', 'semantics.dynamicBuckets'] },
    async (context) => {
      const bucket = await context.bucket()
      await expectError(bucket.create(), 'already-exists')
    },
  ),
]
