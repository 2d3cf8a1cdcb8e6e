import { formatTime } from '../time-expression.ts'
import type { JobRecord, JobStatus } from './job-record.ts'

/** Writes a job as answers have it. */
export function jobShape(job: JobRecord, address: URL, status: JobStatus = job.status): Record<string, unknown> {
  const isShownDone = status === job.status
  return {
    id: job.id,
    status,
    url: `${address.origin}/v2/storage/jobs/${job.id}`,
    tableId: job.tableId,
    operationName: job.operationName,
    operationParams: emptyAsList(job.operationParams),
    createdTime: formatTime(job.createdMs),
    startTime: status === 'waiting' ? null : timeOf(job.startMs),
    endTime: isShownDone ? timeOf(job.endMs) : null,
    runId: job.runId,
    results: isShownDone ? emptyAsList(job.results) : null,
    creatorToken: { id: String(job.creatorToken.id), description: job.creatorToken.description },
    metrics: {
      inCompressed: false,
      inBytes: job.inBytes,
      inBytesUncompressed: job.inBytes,
      outCompressed: false,
      outBytes: job.outBytes,
      outBytesUncompressed: job.outBytes,
    },
    ...(isShownDone && job.error !== null ? { error: job.error } : {}),
  }
}

/** Writes an empty map as the service does: PHP can't tell it from an empty list. */
export function emptyAsList(value: unknown): unknown {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMap && Object.keys(value).length === 0 ? [] : value
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms)
}
