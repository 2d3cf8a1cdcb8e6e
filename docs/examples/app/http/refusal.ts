import { StorageError, type StorageErrorCode } from 'stowage'

/** A request that can't be answered as asked, with the status that says why. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What is whose fault: the caller of this service sees only what they can do something about. */
const statusOf: Partial<Record<StorageErrorCode, number>> = {
  'corrupt-data': 502,
  'outcome-unknown': 502,
  'rate-limited': 503,
  unavailable: 503,
  timeout: 504,
}

/** Makes the answer of a failure. Details go to the log: they may name what is nobody's business. */
export function answerFailure(error: unknown): Response {
  if (error instanceof Refusal) return Response.json({ error: error.message }, { status: error.status })
  console.error(error)
  const status = StorageError.is(error) ? (statusOf[error.code] ?? 500) : 500
  return Response.json({ error: 'the storage failed' }, { status, headers: retryAfter(error) })
}

function retryAfter(error: unknown): Record<string, string> {
  if (!StorageError.is(error) || error.retryAfterMs === undefined) return {}
  return { 'retry-after': `${Math.ceil(error.retryAfterMs / 1000)}` }
}
