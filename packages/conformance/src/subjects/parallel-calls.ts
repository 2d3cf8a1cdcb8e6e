import assert from 'node:assert/strict'
import { StorageError, type StorageErrorCode } from '@stowage/core'

/** What calls made at once came to. */
export interface Settled<Result> {
  /** The results of those that succeeded, with their places. */
  readonly done: readonly { readonly index: number; readonly value: Result }[]
  /** The failures of the others, with their places. */
  readonly failed: readonly { readonly index: number; readonly error: StorageError }[]
}

/**
 * Makes calls at once and waits for all of them.
 *
 * @param count - how many
 * @param make - makes the call with a number, from 0
 * @param allowed - codes they may fail with; with any other, the check fails
 */
export async function inParallel<Result>(
  count: number,
  make: (index: number) => PromiseLike<Result>,
  ...allowed: readonly StorageErrorCode[]
): Promise<Settled<Result>> {
  const done: { index: number; value: Result }[] = []
  const failed: { index: number; error: StorageError }[] = []
  const calls = Array.from({ length: count }, async (_, index) => {
    try {
      done.push({ index, value: await make(index) })
    } catch (error) {
      if (!StorageError.is(error)) throw error
      failed.push({ index, error })
    }
  })
  await Promise.all(calls)
  const unexpected = failed.find(({ error }) => !allowed.includes(error.code))
  // Thrown as it is: a capability that is absent has to end the check with its own refusal.
  if (unexpected !== undefined) throw unexpected.error
  return { done, failed }
}

/** Makes the same creation several times at once: exactly one succeeds, and the others say why not. */
export async function expectOneWinner(
  make: (index: number) => PromiseLike<unknown>,
  code: StorageErrorCode,
): Promise<number> {
  const { done, failed } = await inParallel(8, make, code)
  assert.equal(done.length, 1, `${done.length} of 8 succeeded and ${failed.length} failed with \`${code}\``)
  return done[0]?.index ?? -1
}
