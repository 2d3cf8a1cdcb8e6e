import type { DriverCall, NextCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { callResource } from './call-resource.ts'
import { hasOneShotSource, watchSource } from './call-source.ts'
import { CallTimer } from './call-timer.ts'
import { isAnswerLost, outcomeUnknown } from './lost-answer.ts'
import { operationKinds } from './operation-kind.ts'
import type { RetryOptions } from './retry.ts'

/** Complete options of a retry layer. */
export type RetryPolicy = { readonly [Name in keyof RetryOptions]-?: Exclude<RetryOptions[Name], undefined> }

/** One call with its attempts. */
export class RetriedCall {
  readonly #driver: StorageDriver
  readonly #policy: RetryPolicy
  readonly #call: DriverCall
  readonly #deadlineMs: number
  #attempts = 0
  #isSourceSpent = false
  #wasAnswerLost = false

  constructor(driver: StorageDriver, policy: RetryPolicy, call: DriverCall) {
    this.#driver = driver
    this.#policy = policy
    this.#call = hasOneShotSource(call) ? watchSource(call, { opened: () => (this.#isSourceSpent = true) }) : call
    this.#deadlineMs = policy.totalDeadlineMs === 0 ? Infinity : policy.clock.now() + policy.totalDeadlineMs
  }

  /** Tries the call until it succeeds or must not be repeated. */
  async run(next: NextCall): Promise<unknown> {
    for (;;) {
      try {
        return await this.#attempt(next)
      } catch (error) {
        const waitMs = this.#judge(error)
        await this.#wait(waitMs)
      }
      this.#call.context.receipt.retries += 1
    }
  }

  #attempt(next: NextCall): Promise<unknown> {
    this.#attempts += 1
    const { attemptTimeoutMs, clock } = this.#policy
    const isTransfer = operationKinds[this.#call.operation] === 'transfer'
    const ownMs = attemptTimeoutMs === 0 || isTransfer ? Infinity : attemptTimeoutMs
    const limitMs = Math.min(ownMs, this.#deadlineMs - clock.now())
    if (limitMs === Infinity) return next(this.#call)
    return new CallTimer(this.#driver, clock, Math.max(limitMs, 0), Infinity).answer(this.#call, next)
  }

  /** Says how long to wait before the next attempt, in milliseconds; throws the call's failure when there must be none. */
  #judge(error: unknown): number {
    const failure = toStorageError(error, this.#driver, this.#place())
    const isWrite = this.#call.operationClass !== 'safe'
    this.#wasAnswerLost ||= isWrite && isAnswerLost(failure)
    const waitMs = this.#mayRepeat(failure) ? this.#delay(failure) : undefined
    if (waitMs !== undefined) return waitMs
    throw this.#final(failure, error)
  }

  #mayRepeat(failure: StorageError): boolean {
    const isAborted = this.#call.context.signal.aborted || failure.code === 'aborted'
    if (!failure.retryable || isAborted || this.#isSourceSpent) return false
    if (this.#attempts >= this.#policy.maxAttempts) return false
    return this.#call.operationClass !== 'unsafe' || failure.applied === 'no'
  }

  #delay({ retryAfterMs }: StorageError): number | undefined {
    const { baseDelayMs, maxDelayMs, maxRetryAfterMs, random, clock } = this.#policy
    const longestMs = Math.min(maxDelayMs, baseDelayMs * 2 ** (this.#attempts - 1))
    if (retryAfterMs !== undefined && retryAfterMs > maxRetryAfterMs) return undefined
    // Everybody who was told the same instant would come back at it, so some chance is added there as well.
    const delayMs = retryAfterMs === undefined ? random() * longestMs : retryAfterMs + random() * baseDelayMs
    return clock.now() + delayMs < this.#deadlineMs ? delayMs : undefined
  }

  async #wait(ms: number): Promise<void> {
    try {
      await this.#policy.clock.sleep(ms, this.#call.context.signal)
    } catch (reason) {
      throw this.#final(toStorageError(reason, this.#driver, this.#place()), reason)
    }
  }

  #final(failure: StorageError, original: unknown): unknown {
    if (!this.#wasAnswerLost) return original
    const place = { ...this.#place(), backend: this.#driver.backend }
    return outcomeUnknown(failure, this.#call.operationClass, this.#attempts, place)
  }

  #place(): { operation: string; resource: string | undefined } {
    return { operation: this.#call.operation, resource: callResource(this.#call) }
  }
}
