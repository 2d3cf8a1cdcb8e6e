import type { StorageDriver } from '../driver/storage-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'

/**
 * Checks the limits a driver states: work is cut by them, and a limit of 0 would cut it for ever.
 *
 * @throws StorageError `invalid-argument` for one that is no whole number from 1
 */
export function checkLimits({ backend, capabilities }: StorageDriver): void {
  for (const [name, limit] of Object.entries(capabilities.limits) as [string, number | undefined][]) {
    if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 1)) continue
    const message = `the driver of ${backend} states the limit ${name} as ${limit}: a limit is a whole number from 1, or left out`
    throw invalidArgument(message, { limit: name })
  }
}
