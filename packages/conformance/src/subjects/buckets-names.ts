import assert from 'node:assert/strict'
import { StorageError } from '@stowage/core'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { createBucket } from './new-buckets.ts'

/** Ends of names that backends like to change. */
const oddEndings: readonly string[] = [
  'Abc',
  'abc',
  ' b',
  'b ',
  '.b',
  'b.',
  '_b',
  'é',
  'e\u0301',
  '😀',
  '%20',
  '%2F',
  '/b',
  '/../b',
  '#b?c',
  '\'b"',
  '\n',
]

/** Names of buckets: each is one bucket, kept exactly or refused. */
export const bucketNameChecks: readonly Check[] = [
  check(
    'buckets/name-parts',
    'the beginning of a name, a name with something after it and a name with a blank are not the bucket',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'] },
    async (context) => {
      const { name } = await createBucket(context, `${context.newBucketName()}xyz`)
      for (const other of [name.slice(0, -1), `${name}0`, ` ${name}`, `${name} `, `${name}/`]) {
        await expectError(() => context.storage.bucket(other).info(), 'not-found', 'invalid-argument')
      }
    },
  ),
  check(
    'buckets/names-kept',
    'a bucket name is kept exactly or refused with invalid-argument, never changed',
    { needs: ['buckets.create', 'buckets.get', 'buckets.list', 'semantics.dynamicBuckets'] },
    async (context) => {
      const { name } = await createBucket(context)
      const kept = [name]
      for (const odd of oddEndings.map((ending) => name + ending)) {
        try {
          kept.push((await createBucket(context, odd)).name)
        } catch (error) {
          if (!StorageError.is(error, 'invalid-argument')) throw error
        }
      }
      for (const odd of kept) assert.equal((await context.storage.bucket(odd).info()).name, odd)
      const listed = await context.storage.buckets().toArray()
      const ours = listed.map((bucket) => bucket.name).filter((other) => other.startsWith(name))
      assert.deepEqual(ours.toSorted(), kept.toSorted())
    },
  ),
]
