/** A job's state. `succeeded`, `failed`, `cancelled` and `terminated` are final. */
export type JobStatus = 'waiting' | 'processing' | 'succeeded' | 'failed' | 'cancelled' | 'terminated'

/** What is known of a job: work a backend does on its own, that outlives the call that began it. */
export interface JobInfo {
  /** The id to attach to it again, from any process. */
  readonly id: string
  /** The operation it does, for example `tables.load`. */
  readonly operation: string
  /** What it works on, for example `in.c-main/customers`. */
  readonly resource: string
  /** Its state. */
  readonly status: JobStatus
  /** What it came to, once succeeded. */
  readonly result: Readonly<Record<string, unknown>> | undefined
  /** Why it failed, in words. */
  readonly reason: string | undefined
  /** When it was created. */
  readonly createdAt: Date
  /** When it ended. */
  readonly endedAt: Date | undefined
}
