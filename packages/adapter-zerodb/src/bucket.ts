import { StorageError } from '@stowage/core/driver'

/** The one bucket there is: the tables of the key's project. */
export const onlyBucket = 'default'

/** Fails for any other bucket than the one there is. */
export function checkBucket(bucket: string): void {
  if (bucket === onlyBucket) return
  const message = `ZeroDB has no bucket "${bucket}": all tables of a project are in the bucket "${onlyBucket}"`
  throw new StorageError({ code: 'not-found', message, applied: 'no' })
}
