import { type Bucket, type Storage, StorageError } from 'stowage'

/** Gives a bucket of a storage, created when it is missing. Where buckets are fixed, they are there already. */
export async function openBucket(storage: Storage, name: string): Promise<Bucket> {
  const bucket = storage.bucket(name)
  if (!storage.supports('buckets.get', 'buckets.create') || (await bucket.exists())) return bucket
  await bucket.create().catch(ignoreIfThere)
  return bucket
}

/** Two instances of the app may start at the same time: what the other one has just created will do. */
export function ignoreIfThere(error: unknown): void {
  if (!StorageError.is(error, 'already-exists')) throw error
}
