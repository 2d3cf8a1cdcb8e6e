import type { JobInfo } from '../contract/job.ts'
import { StorageError, invalidArgument } from '../errors/storage-error.ts'
import type { CallOptions } from './call-options.ts'
import { checkName, checkOptions } from './names.ts'
import type { CallPlace, Session } from './session.ts'

/** Options of waiting for a job. */
export interface WaitOptions {
  /** How long to wait at most, in milliseconds; then it fails with `timeout` and the job goes on. Always needed. */
  readonly deadlineMs: number
  /** Ends the waiting, not the job. */
  readonly signal?: AbortSignal | undefined
  /** The first pause between two looks, in milliseconds; it grows by half each time, up to 30 s. Default 200. */
  readonly pollMs?: number | undefined
}

const maxPollMs = 30_000

/**
 * A handle on a job: work the backend does on its own, that outlives the call and the process that began it.
 *
 * Get one with {@link Storage.job} from an id a transfer or receipt named.
 */
export class Job {
  readonly #session: Session
  /** The job's id. */
  readonly id: string

  /** @internal */
  constructor(session: Session, id: string) {
    this.#session = session
    this.id = checkName('job id', id, undefined)
    session.require('jobs.get', this.#place('jobs.get'))
  }

  /** Gives the job's state; fails with `not-found` without it. */
  async info(options: CallOptions = {}): Promise<JobInfo> {
    return this.#session.run(this.#place('jobs.get'), options, (call) => this.#session.jobs.get({ id: this.id }, call))
  }

  /**
   * Waits until the job ends.
   *
   * @returns its state, `succeeded`
   * @throws {@link StorageError} `aborted` when it was cancelled or terminated, `timeout` after the deadline, and
   * `unavailable` (not retryable) when it failed, with the job in `details`
   */
  async wait(options: WaitOptions): Promise<JobInfo> {
    checkOptions('job.wait', options, ['deadlineMs', 'signal', 'pollMs'])
    if (!(Number.isFinite(options.deadlineMs) && options.deadlineMs > 0)) {
      throw invalidArgument('job.wait needs deadlineMs: the most milliseconds to wait')
    }
    const limits = { signal: options.signal, timeoutMs: options.deadlineMs }
    return this.#session.run(this.#place('jobs.wait'), limits, async (call) => {
      for (let pauseMs = options.pollMs ?? 200; ; pauseMs = Math.min(pauseMs * 1.5, maxPollMs)) {
        const info = await this.#session.jobs.get({ id: this.id }, call)
        if (info.status === 'succeeded') return info
        if (info.status !== 'waiting' && info.status !== 'processing') throw this.#failure(info)
        await sleep(pauseMs, call.signal)
      }
    })
  }

  /** Asks the job to stop; a job that ended stays as it is. Whether it stopped, {@link Job.info} tells. */
  async cancel(options: CallOptions = {}): Promise<JobInfo> {
    this.#session.require('jobs.cancel', this.#place('jobs.cancel'))
    return this.#session.run(this.#place('jobs.cancel'), options, (call) =>
      this.#session.jobs.cancel({ id: this.id }, call),
    )
  }

  #place(operation: string): CallPlace {
    return { operation, resource: this.id }
  }

  #failure(info: JobInfo): StorageError {
    const code = info.status === 'failed' ? 'unavailable' : 'aborted'
    const message = `job ${info.id} (${info.operation} of ${info.resource}) ${info.status}: ${info.reason ?? 'no reason given'}`
    const place = { backend: this.#session.driver.backend, ...this.#place('jobs.wait') }
    return new StorageError({ code, message, retryable: false, details: { job: info } }, place)
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
