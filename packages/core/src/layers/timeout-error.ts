import type { DriverCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import { type Applied, StorageError } from '../errors/storage-error.ts'
import { callResource } from './call-resource.ts'

/**
 * Builds the error for a call whose time was up.
 *
 * @param driver - whose call it was
 * @param call - the call
 * @param message - what took how long
 * @param failure - what the driver failed with when it was stopped, where it did; may prove that nothing was applied
 */
export function timeoutError(driver: StorageDriver, call: DriverCall, message: string, failure: unknown): StorageError {
  const { operation } = call
  const place = { backend: driver.backend, operation, resource: callResource(call) }
  const known = failure === undefined ? undefined : toStorageError(failure, driver, { operation }).applied
  const applied: Applied | undefined = known ?? (call.operationClass === 'safe' ? undefined : 'unknown')
  return new StorageError({ code: 'timeout', message, applied }, place, failure)
}
