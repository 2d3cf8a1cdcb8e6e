import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { StorageError, type StorageErrorCode } from 'stowage'

/** What is whose fault: the caller of this service sees only what they can do something about. */
const statusOf: Partial<Record<StorageErrorCode, 502 | 503 | 504>> = {
  'corrupt-data': 502,
  'outcome-unknown': 502,
  'rate-limited': 503,
  unavailable: 503,
  timeout: 504,
}

/** Makes the answer of a failure. Details go to the log: they may name what is nobody's business. */
export function answerFailure(error: unknown, context: Context): Response {
  if (error instanceof HTTPException) return context.json({ error: error.message }, error.status)
  console.error(error)
  if (StorageError.is(error) && error.retryAfterMs !== undefined) {
    context.header('retry-after', `${Math.ceil(error.retryAfterMs / 1000)}`)
  }
  return context.json({ error: 'the storage failed' }, (StorageError.is(error) && statusOf[error.code]) || 500)
}
