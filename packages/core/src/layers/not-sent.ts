import type { DriverCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { explainAbort } from '../errors/explain.ts'
import { type ErrorFacts, StorageError } from '../errors/storage-error.ts'
import { callResource } from './call-resource.ts'

/** Builds the error for a call that a layer stopped before the driver saw it: surely not applied. */
export function notSent(driver: StorageDriver, call: DriverCall, facts: ErrorFacts, cause?: unknown): StorageError {
  const place = { backend: driver.backend, operation: call.operation, resource: callResource(call) }
  return new StorageError({ ...facts, applied: 'no' }, place, cause)
}

/** Builds the error for a call whose caller gave up while it waited in a layer. */
export function abortedWaiting(driver: StorageDriver, call: DriverCall): StorageError {
  const reason: unknown = call.context.signal.reason
  const facts = explainAbort(reason) ?? (StorageError.is(reason) ? reason : undefined)
  const { code = 'aborted', message = 'the operation was aborted' } = facts ?? {}
  return notSent(driver, call, { code, message: `${message}; nothing was sent` }, reason)
}
