import type { Capabilities } from '@stowage/core'
import {
  type CallContext,
  type DriverCall,
  interceptDriver,
  type NextCall,
  ReceiptRecorder,
  type StorageDriver,
  StorageError,
} from '@stowage/core/driver'

/** Holds a call to a service's rules, and may ask the driver below for what they depend on. */
export type ProfileInterceptor = (call: DriverCall, next: NextCall, driver: StorageDriver) => Promise<unknown>

/** What the embedded backend keeps of a service it stands in for. */
export interface ServiceProfile {
  /** What the service can do, with its limits. */
  readonly capabilities: Capabilities
  /** The buckets that are there from the beginning. */
  readonly buckets: readonly string[]
  /** Holds each call to the service's rules. What the record doesn't declare never gets here. */
  readonly intercept: ProfileInterceptor
}

/**
 * Makes a driver keep a service's limits, rules and gaps; the service's fixed buckets are created where they are missing.
 *
 * The driver is closed when that fails.
 */
export async function keepProfile<Driver extends StorageDriver>(
  driver: Driver,
  { capabilities, buckets, intercept }: ServiceProfile,
): Promise<Driver> {
  try {
    const call: CallContext = { signal: new AbortController().signal, receipt: new ReceiptRecorder() }
    for (const bucket of buckets) await createMissing(driver, bucket, call)
  } catch (error) {
    await driver.close()
    throw error
  }
  return interceptDriver(driver, (call, next) => intercept(call, next, driver), { capabilities })
}

async function createMissing(driver: StorageDriver, bucket: string, call: CallContext): Promise<void> {
  try {
    await driver.buckets.create({ bucket, displayName: undefined, description: undefined }, call)
  } catch (error) {
    if (!StorageError.is(error, 'already-exists')) throw error
  }
}
