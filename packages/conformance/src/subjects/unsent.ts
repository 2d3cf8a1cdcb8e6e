import assert from 'node:assert/strict'
import type { StorageError, StorageErrorCode } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'

/** Awaits a refusal that comes before anything reaches the driver or the service, and gives its error. */
export async function expectUnsent(
  context: CheckContext,
  work: PromiseLike<unknown> | (() => unknown),
  ...codes: readonly StorageErrorCode[]
): Promise<StorageError> {
  const calls = context.log.calls.length
  const requests = context.requestCount
  const error = await expectError(work, ...codes)
  const sent = context.log.calls.slice(calls).map(({ operation }) => operation)
  assert.deepEqual(sent, [], `refused (${error.message}), but only after something was sent`)
  assert.equal(context.requestCount, requests, `refused (${error.message}), but the service got requests`)
  return error
}
