import type { JobInfo, JobStatus } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { Database } from './database.ts'
import { isOwnerAlive, ownerOf } from './owner.ts'

type JobRow = [string, string, string, JobStatus, string | null, string | null, string, number, number | null]

const keptMs = 30 * 24 * 60 * 60 * 1000

/** Names a job. */
interface JobRequest {
  readonly id: string
}

/** Jobs, as the engine keeps them: one for each load, for 30 days. */
export const jobCommands = {
  getJob(database: Database, { id }: JobRequest): JobInfo {
    const job = readJob(database, id)
    if (job.status !== 'processing' || isOwnerAlive(database, job.owner)) return job.info
    finishJob(database, { id, status: 'terminated', reason: 'the process that ran it ended before it was done' })
    return readJob(database, id).info
  },

  /** Asks a job to stop; the load looks between batches, whatever process it runs in. */
  cancelJob(database: Database, { id }: JobRequest): JobInfo {
    database.statement("UPDATE jobs SET is_cancelled = 1 WHERE id = ? AND status = 'processing'").run(id)
    return jobCommands.getJob(database, { id })
  },
} as const

/** Notes that a job begins. */
export function beginJob(database: Database, job: { id: string; operation: string; resource: string }): void {
  const owner = ownerOf(database).id
  const nowMs = Date.now()
  database.transaction(() => {
    database.statement('DELETE FROM jobs WHERE ended < ?').run(nowMs - keptMs)
    database
      .statement("INSERT INTO jobs VALUES (?, ?, ?, 'processing', NULL, NULL, ?, 0, ?, NULL)")
      .run(job.id, job.operation, job.resource, owner, nowMs)
  })
}

/** How a job ended. */
export interface JobEnd extends JobRequest {
  /** Its final state. */
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'terminated'
  /** What it came to. */
  readonly result?: Readonly<Record<string, unknown>> | undefined
  /** Why it failed. */
  readonly reason?: string | undefined
}

/** Notes that a job ended; one that ended already stays as it is. */
export function finishJob(database: Database, { id, status, result, reason }: JobEnd): void {
  const text = result === undefined ? null : JSON.stringify(result)
  database
    .statement("UPDATE jobs SET status = ?, result = ?, reason = ?, ended = ? WHERE id = ? AND status = 'processing'")
    .run(status, text, reason ?? null, Date.now(), id)
}

/** Tells whether somebody asked for a job to stop. */
export function isJobCancelled(database: Database, id: string): boolean {
  const row = database.statement('SELECT is_cancelled FROM jobs WHERE id = ?').get(id) as unknown as
    | [number]
    | undefined
  return row?.[0] === 1
}

function readJob(database: Database, id: string): { info: JobInfo; status: JobStatus; owner: string } {
  const row = database
    .statement('SELECT id, operation, resource, status, result, reason, owner, created, ended FROM jobs WHERE id = ?')
    .get(id) as unknown as JobRow | undefined
  if (row === undefined) throw new StorageError({ code: 'not-found', message: `there is no job "${id}"` })
  const [, operation, resource, status, result, reason, owner, created, ended] = row
  const info: JobInfo = {
    id,
    operation,
    resource,
    status,
    result: result === null ? undefined : (JSON.parse(result) as Record<string, unknown>),
    reason: reason ?? undefined,
    createdAt: new Date(created),
    endedAt: ended === null ? undefined : new Date(ended),
  }
  return { info, status, owner }
}
