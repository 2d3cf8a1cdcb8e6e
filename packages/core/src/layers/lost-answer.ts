import type { OperationClass } from '../driver/call.ts'
import { type ErrorFacts, type ErrorPlace, StorageError, type StorageErrorCode } from '../errors/storage-error.ts'

const lostCodes: ReadonlySet<StorageErrorCode> = new Set(['unavailable', 'timeout', 'outcome-unknown'])

/** Tells whether after a failure nobody knows if the write took effect: it may have been applied, and only its answer lost. */
export function isAnswerLost(failure: StorageError): boolean {
  if (failure.applied !== undefined) return failure.applied === 'unknown'
  return lostCodes.has(failure.code)
}

/**
 * Builds what a write ends with when one of its attempts may have been applied.
 *
 * Writes that come to the same when repeated keep their code and say `applied: 'unknown'`, and so does an abort; of all others
 * nobody can tell whether they were applied, whatever the last attempt met: that is `outcome-unknown`.
 *
 * @param last - the last attempt's failure
 * @param operationClass - of the write
 * @param attempts - how many there were
 */
export function outcomeUnknown(
  last: StorageError,
  operationClass: OperationClass,
  attempts: number,
  place: ErrorPlace,
): StorageError {
  const keepsCode = operationClass === 'idempotent' || last.code === 'aborted' || last.code === 'outcome-unknown'
  if (keepsCode && last.applied === 'unknown') return last
  const code = keepsCode ? last.code : 'outcome-unknown'
  const message = keepsCode ? last.message : explainLost(last, attempts)
  const { status, nativeCode, requestId, retryAfterMs } = last
  const details = { ...last.details, attempts, lastCode: last.code }
  const facts: ErrorFacts = { code, message, status, nativeCode, requestId, retryAfterMs, applied: 'unknown', details }
  return new StorageError({ ...facts, retryable: keepsCode && last.retryable }, place, last)
}

function explainLost(last: StorageError, attempts: number): string {
  const told = attempts === 1 ? last.message : `attempt ${attempts} ended with: ${last.message}`
  return `an answer was lost and the write may have been applied; look before repeating it (${told})`
}
