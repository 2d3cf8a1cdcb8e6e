import type { Clock } from '@stowage/core/driver'
import { isTransient, retryAfterOf } from './errors.ts'
import type { KeboolaCallOptions } from './wire.ts'

const attempts = 4
const firstWaitMs = 200
const longestWaitMs = 60_000

/** Does something that may be done twice, and repeats it after failures that pass: a part among hundreds must not cost the whole upload. */
export async function repeat<Result>(
  clock: Clock,
  { signal, receipt }: KeboolaCallOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const askedMs = retryAfterOf(error) ?? 0
      const isFinal = attempt === attempts || askedMs > longestWaitMs || signal?.aborted === true
      if (isFinal || !isTransient(error)) throw error
      await clock.sleep(Math.max(askedMs, firstWaitMs * 2 ** (attempt - 1)), signal)
      if (receipt !== undefined) receipt.retries += 1
    }
  }
}
