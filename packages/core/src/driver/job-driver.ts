import type { JobInfo } from '../contract/job.ts'
import type { CallContext } from './call.ts'

/** Names a job. */
export interface JobRequest {
  /** The job's id. */
  readonly id: string
}

/** Jobs, as an adapter implements them. */
export interface JobDriver {
  /** Gives a job's state; fails with `not-found` without it. */
  get(request: JobRequest, call: CallContext): Promise<JobInfo>
  /** Asks a job to stop, which it may do later or not at all; a job that ended stays as it is. */
  cancel(request: JobRequest, call: CallContext): Promise<JobInfo>
}
