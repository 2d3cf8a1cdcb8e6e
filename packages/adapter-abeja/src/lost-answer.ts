import { StorageError } from '@stowage/core/driver'
import { HttpError } from '@stowage/http'

/** Tells whether a failed write may have been applied all the same: its answer was lost, or a server in front of the service gave it. */
export function isLost(error: unknown): boolean {
  if (HttpError.is(error)) return error.status >= 500
  return StorageError.is(error) && error.applied === 'unknown'
}
