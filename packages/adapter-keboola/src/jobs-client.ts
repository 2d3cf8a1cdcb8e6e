import { type KeboolaJob, jobsAnswer } from './job-answers.ts'
import { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** Asks for jobs. */
export interface KeboolaJobQuery {
  /** The most jobs of a page. Default: the service's, 20 to 100. */
  readonly limit?: number | undefined
  /** How many of the newest are left out. */
  readonly offset?: number | undefined
  /** Only jobs with one of these statuses. */
  readonly statuses?: readonly string[] | undefined
  /** No jobs with one of these statuses. */
  readonly excludedStatuses?: readonly string[] | undefined
  /** Only jobs submitted at this instant or later. */
  readonly createdFrom?: Date | undefined
  /** Only jobs submitted before this instant. */
  readonly createdTo?: Date | undefined
}

/** Jobs: the work the service does on its own. */
export class KeboolaJobsClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Gives a job (`GET jobs/{id}`); fails with `not-found` without it. */
  async get(jobId: string, call: KeboolaCallOptions = {}): Promise<KeboolaJob> {
    return this.#parts.watch.look(jobId, call, undefined)
  }

  /** Gives one page of the project's jobs, newest first (`GET jobs`). */
  async list(query: KeboolaJobQuery = {}, call: KeboolaCallOptions = {}): Promise<readonly KeboolaJob[]> {
    const { limit, offset, statuses, excludedStatuses, createdFrom, createdTo } = query
    const values = {
      limit,
      offset,
      storage_job_status: statuses,
      excluded_storage_job_status: excludedStatuses,
      created_time_from: createdFrom?.toISOString(),
      created_time_to: createdTo?.toISOString(),
    }
    return this.#parts.call({ path: ['jobs'], query: values, isBranched: false }, jobsAnswer, call)
  }

  /** Looks at a job that was submitted earlier, from whichever process, so that it can be waited for. */
  async attach(jobId: string, call: KeboolaCallOptions = {}): Promise<KeboolaJobHandle<KeboolaJob>> {
    const job = await this.get(jobId, call)
    const read = (ended: KeboolaJob | undefined): KeboolaJob => ended ?? job
    return new KeboolaJobHandle(this.#parts.watch, { job, read, isRead: false })
  }
}
