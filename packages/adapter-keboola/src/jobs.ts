import { type Clock, type ErrorFacts, explainAbort, StorageError } from '@stowage/core/driver'
import { isMap } from './answers.ts'
import { explainKeboolaError, isTransient, retryAfterOf } from './errors.ts'
import type { KeboolaJob } from './job-answers.ts'
import { KeboolaJobError } from './job-error.ts'
import type { CheckedKeboolaOptions } from './options.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** How a job is waited for. */
export interface KeboolaWaitOptions extends KeboolaCallOptions {
  /** How long, in milliseconds, from 1. There always is an end: default the option `jobDeadlineMs`. */
  readonly deadlineMs?: number | undefined
  /** Told of the job each time it was looked at. */
  readonly onLook?: ((job: KeboolaJob) => void) | undefined
}

/** What waiting needs. */
export interface JobWatch {
  /** Looks at a job, for so long at most. */
  readonly look: (jobId: string, call: KeboolaCallOptions, timeoutMs: number | undefined) => Promise<KeboolaJob>
  /** The clock. */
  readonly clock: Clock
  /** Numbers from 0 to below 1. */
  readonly random: () => number
  /** Deadline and waits. */
  readonly options: CheckedKeboolaOptions
}

/** What a submission came to. */
export interface Submitted<Result> {
  /** The job; undefined where the service did the work at once. */
  readonly job: KeboolaJob | undefined
  /** Reads the result of the job when it has succeeded, or gives what is there already. */
  readonly read: (job: KeboolaJob | undefined) => Result
  /** Whether the job only reads. */
  readonly isRead: boolean
}

const terminalStatuses: ReadonlySet<string> = new Set(['success', 'error', 'cancelled', 'terminated'])

/** Tells whether a job has ended, well or badly. A status nobody knows is not an end. */
export function isTerminal({ status }: Pick<KeboolaJob, 'status'>): boolean {
  return terminalStatuses.has(status)
}

/** The shortest time a look at a job is given, however near the deadline is. */
const shortestLookMs = 1000

/**
 * A job that was submitted, or attached to by its id.
 *
 * The job doesn't depend on whoever waits for it: giving up, a deadline or a lost connection leave it going, and its id is enough to wait
 * for it again from any process. Storage jobs can't be cancelled.
 *
 * @typeParam Result - what it comes to
 */
export class KeboolaJobHandle<Result> {
  readonly #watch: JobWatch
  readonly #submitted: Submitted<Result>
  #job: KeboolaJob | undefined

  /** @internal */
  constructor(watch: JobWatch, submitted: Submitted<Result>) {
    this.#watch = watch
    this.#submitted = submitted
    this.#job = submitted.job
  }

  /** The job's id; undefined where the service did the work at once. */
  get id(): string | undefined {
    return this.#job?.id
  }

  /** The job as it was seen last; undefined where the service did the work at once. */
  get job(): KeboolaJob | undefined {
    return this.#job
  }

  /** Whether nothing is left to wait for. */
  get isFinished(): boolean {
    return this.#job === undefined || isTerminal(this.#job)
  }

  /** Looks at the job once. */
  async refresh(call: KeboolaCallOptions = {}): Promise<KeboolaJob | undefined> {
    if (this.#job !== undefined) this.#job = await this.#watch.look(this.#job.id, call, undefined)
    return this.#job
  }

  /**
   * Waits until the job has ended and gives what it came to. A look that fails for a passing reason is repeated.
   *
   * @throws KeboolaJobError for a job that failed, was cancelled or terminated
   * @throws StorageError `timeout` after the deadline, `aborted` by the signal, `not-found` for a job that vanished; each names the job
   */
  async wait(options: KeboolaWaitOptions = {}): Promise<Result> {
    if (this.#job !== undefined) await this.#watchUntilEnd(this.#job, options)
    const job = this.#job
    if (job !== undefined && job.status !== 'success') throw new KeboolaJobError(job)
    return this.#submitted.read(job)
  }

  async #watchUntilEnd(first: KeboolaJob, options: KeboolaWaitOptions): Promise<void> {
    const { clock, options: defaults } = this.#watch
    const deadlineMs = options.deadlineMs ?? defaults.jobDeadlineMs
    const endsAt = clock.now() + deadlineMs
    let waitMs = Math.min(defaults.pollFirstMs, defaults.pollMaxMs)
    let pauseMs = this.#jitter(waitMs)
    for (let job = first; !isTerminal(job);) {
      const leftMs = endsAt - clock.now()
      if (leftMs <= 0) throw this.#tooLate(job, deadlineMs)
      await this.#sleep(job, Math.min(pauseMs, leftMs), options.signal)
      const seen = await this.#look(job, endsAt, options)
      if (typeof seen !== 'number') {
        this.#job = job = seen
        options.onLook?.(job)
      }
      waitMs = Math.min(waitMs * 1.6, defaults.pollMaxMs)
      pauseMs = Math.max(this.#jitter(waitMs), typeof seen === 'number' ? seen : 0)
    }
  }

  /** Looks at the job; a failure that passes gives how long to wait instead. */
  async #look(job: KeboolaJob, endsAt: number, { signal, receipt }: KeboolaWaitOptions): Promise<KeboolaJob | number> {
    const leftMs = (): number => endsAt - this.#watch.clock.now()
    try {
      return await this.#watch.look(job.id, { signal, receipt }, Math.max(leftMs(), shortestLookMs))
    } catch (error) {
      if (signal?.aborted === true) throw this.#givenUp(job, signal.reason)
      const retryAfterMs = retryAfterOf(error) ?? 0
      if (isTransient(error) && retryAfterMs < leftMs()) return retryAfterMs
      throw this.#lostSight(job, error)
    }
  }

  async #sleep(job: KeboolaJob, ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#watch.clock.sleep(ms, signal)
    } catch (error) {
      throw this.#givenUp(job, error)
    }
  }

  #jitter(ms: number): number {
    return ms * (0.8 + 0.4 * this.#watch.random())
  }

  #givenUp(job: KeboolaJob, reason: unknown): StorageError {
    const { code = 'aborted', message = 'the operation was aborted' } = explainAbort(reason) ?? {}
    return this.#error({ code, message: `${message}; ${goesOn(job)}` }, job, reason)
  }

  #tooLate(job: KeboolaJob, deadlineMs: number): StorageError {
    const message = `job ${job.id} was still ${job.status} after ${deadlineMs} ms; ${goesOn(job)}`
    return this.#error({ code: 'timeout', message, retryable: false }, job)
  }

  #lostSight(job: KeboolaJob, error: unknown): StorageError {
    const facts = explainKeboolaError(error) ?? (StorageError.is(error) ? error : undefined)
    const { code = 'unavailable', status, nativeCode, requestId, retryAfterMs } = facts ?? {}
    const why = facts?.message ?? 'it could not be looked at'
    const known = { status, nativeCode, requestId, retryAfterMs, retryable: false, details: facts?.details }
    return this.#error(
      { code, message: `job ${job.id} was lost sight of: ${why}; ${goesOn(job)}`, ...known },
      job,
      error,
    )
  }

  #error(facts: ErrorFacts, { id, operationName, operationParams }: KeboolaJob, cause?: unknown): StorageError {
    const { source } = operationParams
    const fileId = isMap(source) ? source['fileId'] : undefined
    const details = { ...facts.details, jobId: id, operationName, ...(fileId === undefined ? {} : { fileId }) }
    const applied = this.#submitted.isRead ? undefined : 'unknown'
    return new StorageError({ ...facts, details, applied }, {}, cause)
  }
}

function goesOn({ id }: KeboolaJob): string {
  return `the job may go on: look at job ${id} before repeating anything`
}
