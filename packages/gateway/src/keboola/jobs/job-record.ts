/** The states of a job; `cancelled` and `terminated` only by a fault. */
export type JobStatus = 'waiting' | 'processing' | 'success' | 'error' | 'cancelled' | 'terminated'

/** A job as it is remembered. Instants are milliseconds since 1970. */
export interface JobRecord {
  readonly id: number
  readonly status: JobStatus
  readonly operationName: string
  readonly operationParams: Readonly<Record<string, unknown>>
  readonly tableId: string | null
  readonly bucketId: string | null
  readonly runId: string
  readonly creatorToken: { readonly id: number; readonly description: string }
  readonly createdMs: number
  readonly startMs: number | null
  readonly endMs: number | null
  readonly results: unknown
  readonly error: Readonly<Record<string, unknown>> | null
  readonly inBytes: number
  readonly outBytes: number
}

/** Tells whether a job is over. */
export function isOver({ status }: Pick<JobRecord, 'status'>): boolean {
  return status !== 'waiting' && status !== 'processing'
}
