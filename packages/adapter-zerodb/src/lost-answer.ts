import { StorageError } from '@stowage/core/driver'

/** Tells whether a failed write may have been applied all the same, because its answer was lost. */
export function isLost(error: unknown): error is StorageError {
  return StorageError.is(error) && error.applied === 'unknown'
}
