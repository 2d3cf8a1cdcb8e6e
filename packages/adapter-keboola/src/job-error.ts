import { redact } from '@stowage/core/driver'
import type { KeboolaJob } from './job-answers.ts'

/** A job that ended otherwise than well, before anybody said what it means: the adapter's `explainError` does. */
export class KeboolaJobError extends Error {
  /** Always `KeboolaJobError`. */
  override readonly name: string = 'KeboolaJobError'
  /** The job. */
  readonly job: KeboolaJob

  /** @param job - as it was seen last */
  constructor(job: KeboolaJob) {
    const why = job.error?.message ?? job.error?.code ?? 'without saying why'
    super(redact(`job ${job.id} (${job.operationName ?? 'of unknown kind'}) ended with ${job.status}: ${why}`))
    this.job = job
  }

  /** Tells whether a value is a KeboolaJobError, of this or another copy of the package. */
  static is(value: unknown): value is KeboolaJobError {
    return value instanceof Error && value.name === 'KeboolaJobError' && 'job' in value
  }
}
