import type { JobInfo } from '@stowage/core'
import { type CallContext, type LoadRowsRequest, type RowBatch, StorageError } from '@stowage/core/driver'
import type { Fault } from './faults.ts'

/** How a job ends that doesn't succeed; `processing` doesn't end. */
export type FaultyStatus = Extract<Fault, { kind: 'job' }>['status']

/** Jobs that were made to end otherwise than by success, and what they tell of themselves from then on. */
export class FaultyJobs {
  readonly #statuses = new Map<string, FaultyStatus>()

  /** Gives a load that takes all its rows and then ends as told; its job tells the same. */
  spoil(request: LoadRowsRequest, call: CallContext, status: FaultyStatus): LoadRowsRequest {
    const onJob = (id: string): void => {
      this.#statuses.set(id, status)
      request.onJob(id)
    }
    return { ...request, batches: endBadly(request.batches, call.signal, status), onJob }
  }

  /** Gives what a job tells of itself. */
  report(info: JobInfo): JobInfo {
    const status = this.#statuses.get(info.id)
    if (status === undefined) return info
    if (status === 'processing') return { ...info, status, result: undefined, reason: undefined, endedAt: undefined }
    return { ...info, status, result: undefined, reason: info.reason ?? reasonOf(status) }
  }
}

async function* endBadly(
  batches: AsyncIterable<RowBatch>,
  signal: AbortSignal,
  status: FaultyStatus,
): AsyncGenerator<RowBatch, void, undefined> {
  yield* batches
  if (status === 'processing') await aborted(signal)
  const code = status === 'failed' ? 'unavailable' : 'aborted'
  throw new StorageError({ code, message: reasonOf(status), retryable: false, applied: 'no' })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

function reasonOf(status: FaultyStatus): string {
  return `the job was made to end as "${status}"`
}
