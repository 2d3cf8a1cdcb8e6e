import { StorageError } from '../../errors/storage-error.ts'
import { Job } from '../../portable/job.ts'
import type { TableEnd } from './table-end.ts'

const deadlineMs = 10 * 60_000

/**
 * Waits for the load of a process that died, which its service may still be doing. However it ended, and when nobody knows it any more, what is in
 * the table tells the rest.
 *
 * @throws {@link StorageError} `timeout` when it takes longer than ten minutes
 */
export async function awaitJob({ session }: TableEnd, id: string, signal: AbortSignal): Promise<void> {
  if (session.driver.capabilities.operations['jobs.get'] === undefined) return
  try {
    await new Job(session, id).wait({ deadlineMs, signal })
  } catch (error) {
    if (signal.aborted || StorageError.is(error, 'timeout')) throw error
    const isOver = StorageError.is(error, 'not-found') || (StorageError.is(error) && error.details['job'] !== undefined)
    if (!isOver) throw error
  }
}
