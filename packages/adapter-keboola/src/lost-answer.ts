import { StorageError } from '@stowage/core/driver'
import { explainKeboolaError } from './errors.ts'
import { KeboolaJobError } from './job-error.ts'

/** Tells whether a failed submission may have been taken all the same: its answer was lost, or a server in front of the service gave it. */
export function isLost(error: unknown): boolean {
  if (KeboolaJobError.is(error)) return false
  const facts = StorageError.is(error) ? error : explainKeboolaError(error)
  return facts?.applied === 'unknown'
}
