import assert from 'node:assert/strict'
import { StorageError, type StorageErrorCode } from '@stowage/core'

/**
 * Awaits a failure with a code and gives the error for a closer look. An `unsupported` that isn't expected is thrown on: it is how a
 * check without what it needs has to end.
 *
 * @param work - what must fail
 * @param codes - the code it must have, or several of which it must have one
 */
export async function expectError(
  work: PromiseLike<unknown> | (() => unknown),
  ...codes: readonly StorageErrorCode[]
): Promise<StorageError> {
  const error = await failureOf(work)
  if (StorageError.is(error, 'unsupported') && !codes.includes('unsupported')) throw error
  assert.ok(StorageError.is(error), `failed with ${String(error)}, which is no StorageError`)
  assert.ok(
    codes.includes(error.code),
    `failed with \`${error.code}\` (${error.message}), not with ${codes.join(' or ')}`,
  )
  return error
}

async function failureOf(work: PromiseLike<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    return error
  }
  return assert.fail('succeeded, but should have failed')
}

/** Reads an async iterable to its end. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
