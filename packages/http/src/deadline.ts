/**
 * Runs work with a deadline of its own beside the caller's signal: its signal aborts with a `TimeoutError` when the time is up.
 *
 * @param timeoutMs - how long it may take, in milliseconds; 0 for as long as it takes
 * @param signal - the caller's; the work's signal is this one when there is no deadline
 */
export async function withDeadline<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<Result>,
): Promise<Result> {
  if (timeoutMs === 0) return work(signal)
  signal?.throwIfAborted()
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  const onTimeout = (): void => controller.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError'))
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(onTimeout, timeoutMs)
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
