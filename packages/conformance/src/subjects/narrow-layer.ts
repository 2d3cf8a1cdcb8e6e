import type { Capabilities } from '@stowage/core'
import { interceptDriver, type InsertRowsRequest, type Layer } from '@stowage/core/driver'
import type { CheckContext } from '../check-context.ts'

/** How many rows an insert through {@link narrowInserts} carries at most. */
export function narrowLimitOf({ limits }: Capabilities): number {
  return Math.min(5, limits.rowsPerInsert ?? 5)
}

/** A layer that states a small limit of rows per insert, so that a few rows go in several requests. */
export const narrowInserts: Layer = (driver) => {
  const limits = { ...driver.capabilities.limits, rowsPerInsert: narrowLimitOf(driver.capabilities) }
  return interceptDriver(driver, (call, next) => next(call), { capabilities: { ...driver.capabilities, limits } })
}

/** Gives the batches of the inserts that reached the driver, in order. */
export function sentBatches(context: CheckContext): InsertRowsRequest['batch'][] {
  return context.log.calls
    .filter(({ operation }) => operation === 'tables.insert')
    .map(({ request }) => (request as InsertRowsRequest).batch)
}
