import type { Bucket } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'

/** Creates a bucket under a name; it is deleted when the check ends. */
export async function createBucket(context: CheckContext, name: string = context.newBucketName()): Promise<Bucket> {
  const bucket = context.storage.bucket(name)
  await bucket.create()
  if (context.has('buckets.delete')) context.defer(() => bucket.delete({ force: true }))
  return bucket
}

/** Creates buckets whose names begin alike and end as told. */
export async function createBuckets(
  context: CheckContext,
  endings: readonly string[],
): Promise<{ readonly prefix: string; readonly names: readonly string[] }> {
  const prefix = context.newBucketName()
  const names = endings.map((ending) => prefix + ending)
  for (const name of names) await createBucket(context, name)
  return { prefix, names }
}
