import type { Clock } from '../driver/adapter-definition.ts'
import { interceptDriver, type Layer } from '../driver/operation.ts'
import { systemClock } from '../services/clock.ts'
import { checkOptions, type OptionTable } from './option-table.ts'
import { RetriedCall } from './retried-call.ts'

/** What {@link retryLayer} can be told. */
export interface RetryOptions {
  /** How often a call is tried in all, the first time included. Default 4. */
  readonly maxAttempts?: number | undefined
  /** The longest wait before the first repetition, in milliseconds; it doubles with each. Default 200. */
  readonly baseDelayMs?: number | undefined
  /** The longest wait before any repetition, in milliseconds, unless the service asks for more. Default 20000. */
  readonly maxDelayMs?: number | undefined
  /** The longest wait a service may ask for, in milliseconds; asked for more, the call fails at once. Default 60000. */
  readonly maxRetryAfterMs?: number | undefined
  /** How long a call may go on in all, in milliseconds; 0 for any time. No wait goes past it. Default 0. */
  readonly totalDeadlineMs?: number | undefined
  /**
   * How long one attempt may take to answer, in milliseconds; 0 for any time. Not for operations that take as long as their
   * data does. Default 0.
   */
  readonly attemptTimeoutMs?: number | undefined
  /** The clock. Default the computer's. */
  readonly clock?: Clock | undefined
  /** Numbers from 0 to below 1 for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** The options of {@link retryLayer} that a config can hold. */
export const retryOptionTable: OptionTable = {
  maxAttempts: {
    type: 'number',
    minimum: 1,
    isInteger: true,
    default: 4,
    description: 'How often a call is tried in all, the first time included.',
  },
  baseDelayMs: {
    type: 'number',
    minimum: 0,
    default: 200,
    description: 'The longest wait before the first repetition, in milliseconds; it doubles with each.',
  },
  maxDelayMs: {
    type: 'number',
    minimum: 0,
    default: 20_000,
    description: 'The longest wait before any repetition, in milliseconds, unless the service asks for more.',
  },
  maxRetryAfterMs: {
    type: 'number',
    minimum: 0,
    default: 60_000,
    description: 'The longest wait a service may ask for, in milliseconds; asked for more, the call fails at once.',
  },
  totalDeadlineMs: {
    type: 'number',
    minimum: 0,
    default: 0,
    description: 'How long a call may go on in all, in milliseconds; 0 for any time.',
  },
  attemptTimeoutMs: {
    type: 'number',
    minimum: 0,
    default: 0,
    description: 'How long one attempt may take to answer, in milliseconds; 0 for any time. Not for transfers.',
  },
}

/**
 * Makes a layer that repeats calls which failed, where that is safe.
 *
 * Repeated is only what failed with a `retryable` error, and only as far as its class allows: reads and idempotent writes always;
 * writes guarded by a key as well, but once an answer was lost, what a repetition meets proves nothing, so that a failure
 * then is `outcome-unknown`; unsafe writes only when the error says `applied: 'no'`, otherwise a lost answer is
 * `outcome-unknown` at once. Nothing is repeated whose bytes or rows can be read only once, once reading has begun. Counts
 * in the result of a repeated write (rows updated, deleted) are those of its last attempt.
 *
 * The wait is random between 0 and a bound that doubles (full jitter); when the service says how long to wait, that plus a
 * random part of `baseDelayMs`. An abort ends a wait at once. The result's receipt counts the repetitions.
 */
export function retryLayer(options: RetryOptions = {}): Layer {
  checkOptions('retry', retryOptionTable, options, ['clock', 'random'])
  const { maxAttempts = 4, baseDelayMs = 200, maxDelayMs = 20_000, maxRetryAfterMs = 60_000 } = options
  const { totalDeadlineMs = 0, attemptTimeoutMs = 0, clock = systemClock, random = Math.random } = options
  const delays = { baseDelayMs, maxDelayMs, maxRetryAfterMs }
  const policy = { maxAttempts, ...delays, totalDeadlineMs, attemptTimeoutMs, clock, random }
  return (driver) => interceptDriver(driver, (call, next) => new RetriedCall(driver, policy, call).run(next))
}
