import assert from 'node:assert/strict'
import { type Row, type Storage, StorageError, type StorageErrorCode, type Table } from '@stowage/core'
import { type OperationName, retryLayer, type RetryOptions } from '@stowage/core/driver'
import type { CheckContext } from '../check-context.ts'
import { collect } from '../expectation.ts'

/** Opens a storage that repeats failed calls, three attempts in all and hardly any waiting. */
export function retryingStorage(context: CheckContext, options: RetryOptions = {}): Storage {
  return context.openStorage([retryLayer({ maxAttempts: 3, baseDelayMs: 2, ...options })])
}

/** The same table, bucket and all, by way of another storage. */
export function sameTable(storage: Storage, { bucketName, name }: Table): Table {
  return storage.bucket(bucketName).table(name)
}

/** What may happen to a write: refused for its rate, failed before it was done, or done and its answer lost. */
export const writeFaults = [
  { kind: 'status-before', status: 429 },
  { kind: 'status-before', status: 503 },
  { kind: 'status-after', status: 500 },
  { kind: 'status-after', status: 503 },
] as const

/** What a call came to: a result, or the error it failed with. */
export type Outcome<Result> =
  | { readonly value: Result; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: StorageError }

/** Waits for a call and gives what it came to; what is no StorageError, or a refusal, is thrown on. */
export async function outcomeOf<Result>(work: PromiseLike<Result>): Promise<Outcome<Result>> {
  try {
    return { value: await work }
  } catch (error) {
    if (!StorageError.is(error) || error.code === 'unsupported') throw error
    return { error }
  }
}

/** Makes a call and gives, beside what it came to, how often an operation reached the driver meanwhile. */
export async function attemptsOf<Result>(
  context: CheckContext,
  operation: OperationName,
  call: () => PromiseLike<Result>,
): Promise<Outcome<Result> & { readonly attempts: number }> {
  const before = context.log.calls.length
  const outcome = await outcomeOf(call())
  const attempts = context.log.operations.slice(before).filter((one) => one === operation).length
  return { ...outcome, attempts }
}

/** Checks that a write was sent once and that nobody claims to know what became of it. */
export function expectUnknown({ error, attempts }: Outcome<unknown> & { readonly attempts: number }): void {
  assert.equal(attempts, 1, 'a write that may have been applied was sent again')
  assert.ok(error !== undefined, 'a write whose answer was lost was called a success')
  expectCode(error, 'outcome-unknown')
  assert.equal(error.applied, 'unknown')
}

/** Checks an error's code. */
export function expectCode(error: StorageError | undefined, ...codes: readonly StorageErrorCode[]): void {
  assert.ok(error !== undefined, `succeeded, but should have failed with ${codes.join(' or ')}`)
  assert.ok(
    codes.includes(error.code),
    `failed with \`${error.code}\` (${error.message}), not with ${codes.join(' or ')}`,
  )
}

/** Reads all rows of a table. */
export function rowsOf(table: Table): Promise<Row[]> {
  return collect(table.find())
}
