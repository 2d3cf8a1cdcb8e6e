import { ReceiptRecorder } from '../../contract/receipt.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { countTarget } from './target-count.ts'
import type { TableEnd } from './table-end.ts'

const patienceMs = 10_000

/**
 * Drops a target that a failed copy made, when nothing got into it. What can't be found out or dropped stays: the copy's own failure is the
 * one to report.
 */
export async function removeMade(target: TableEnd, error: unknown): Promise<void> {
  const { session, request } = target
  const isInDoubt = StorageError.is(error) && (error.applied === 'partly' || error.applied === 'unknown')
  if (isInDoubt || session.driver.capabilities.operations['tables.drop'] === undefined) return
  // The copy's own signal is aborted by now, where that was what ended it.
  const call = { signal: AbortSignal.timeout(patienceMs), receipt: new ReceiptRecorder() }
  try {
    if ((await countTarget(target, call)) === 0) await session.tables.drop(request, call)
  } catch {
    return
  }
}
