import type { Limits } from '../contract/capabilities.ts'
import type { Clock } from '../driver/adapter-definition.ts'
import { type DriverCall, interceptDriver, type Layer, type NextCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import { systemClock } from '../services/clock.ts'
import { sharedBucket } from './bucket-registry.ts'
import { countReceipt } from './counted-receipt.ts'
import { abortedWaiting, notSent } from './not-sent.ts'
import { operationKinds } from './operation-kind.ts'
import { checkOptions, type OptionTable } from './option-table.ts'
import { TokenBucket } from './token-bucket.ts'

/** What {@link rateLimitLayer} can be told. */
export interface RateLimitOptions {
  /** How many requests a minute may be sent, in the long run. */
  readonly perMinute: number
  /** How many may go at once after a quiet time; within any minute it is at most `perMinute` plus this. Default a tenth of `perMinute`. */
  readonly burst?: number | undefined
  /**
   * Whoever names the same key in this process shares one limit, the strictest given; name it after the credential, for limits
   * of services count per credential. Default: every opened storage has its own.
   */
  readonly key?: string | undefined
  /** The longest pause a service may ask for that calls wait through, in milliseconds; in a longer one they fail at once. Default 60000. */
  readonly maxPauseMs?: number | undefined
  /** The clock. Default the computer's. */
  readonly clock?: Clock | undefined
}

/** The options of {@link rateLimitLayer} that a config can hold. */
export const rateLimitOptionTable: OptionTable = {
  perMinute: {
    type: 'number',
    minimum: 0.01,
    isRequired: true,
    description: 'How many requests a minute may be sent, in the long run.',
  },
  burst: {
    type: 'number',
    minimum: 1,
    isInteger: true,
    description: 'How many may go at once after a quiet time. Default a tenth of `perMinute`.',
  },
  key: {
    type: 'string',
    description:
      'Whoever names the same key in this process shares one limit. Default: every opened storage has its own.',
  },
  maxPauseMs: {
    type: 'number',
    minimum: 0,
    default: 60_000,
    description:
      'The longest pause a service may ask for that calls wait through, in milliseconds; in a longer one they fail at once.',
  },
}

/**
 * Makes a layer that spreads calls over time, so that a service's request limit is kept rather than met.
 *
 * Calls wait in the order they came; an abort ends a wait at once. A call that turned out to take several requests is charged for
 * them afterwards. When an answer is `rate-limited` and says how long to wait, everybody under the same key waits.
 */
export function rateLimitLayer(options: RateLimitOptions): Layer {
  checkOptions('rateLimit', rateLimitOptionTable, options, ['clock'])
  const { perMinute, burst = Math.max(1, Math.floor(perMinute / 10)), key } = options
  const { maxPauseMs = 60_000, clock = systemClock } = options
  return (driver) => {
    const own = key === undefined ? new TokenBucket(clock, perMinute, burst) : undefined
    const limits = withLimit(driver.capabilities.limits, perMinute)
    const capabilities = { ...driver.capabilities, limits }
    const run = async (call: DriverCall, next: NextCall): Promise<unknown> => {
      if (operationKinds[call.operation] === 'local') return next(call)
      const bucket = own ?? sharedBucket(clock, key ?? '', perMinute, burst)
      await waitForToken(driver, call, bucket, maxPauseMs)
      const { receipt, added } = countReceipt(call.context.receipt)
      try {
        return await next({ ...call, context: { ...call.context, receipt } })
      } catch (error) {
        const { code, retryAfterMs } = toStorageError(error, driver, { operation: call.operation })
        if (code === 'rate-limited' && retryAfterMs !== undefined) bucket.pause(retryAfterMs)
        throw error
      } finally {
        if (added.requests > 1) bucket.charge(added.requests - 1)
      }
    }
    return interceptDriver(driver, run, { capabilities })
  }
}

/** The record tells the limit that is kept, for those who estimate how long something takes. */
function withLimit(limits: Limits, perMinute: number): Limits {
  return { ...limits, requestsPerMinute: Math.min(perMinute, limits.requestsPerMinute ?? Infinity) }
}

async function waitForToken(
  driver: StorageDriver,
  call: DriverCall,
  bucket: TokenBucket,
  maxPauseMs: number,
): Promise<void> {
  const { pauseMs } = bucket
  if (pauseMs > maxPauseMs) {
    const message = `the service asked for a pause of which ${pauseMs} ms are left: try again after it; nothing was sent`
    throw notSent(driver, call, { code: 'rate-limited', message, retryAfterMs: pauseMs })
  }
  const hasToken = await bucket.take(call.context.signal)
  if (!hasToken) throw abortedWaiting(driver, call)
}
