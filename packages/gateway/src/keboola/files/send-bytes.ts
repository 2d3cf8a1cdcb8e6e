import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** Headers of an answer. */
export type AnswerHeaders = Readonly<Record<string, string>>

/**
 * Sends bytes as an answer. One that goes wrong ends short of its length and closes the connection, so that nobody takes it for
 * the file: the last chunk waits until the storage has found all of them right.
 */
export async function sendBytes(
  response: ServerResponse,
  status: number,
  headers: AnswerHeaders,
  body: AsyncGenerator<Uint8Array, void, undefined>,
  signal: AbortSignal,
): Promise<void> {
  const gone = new AbortController()
  const onClose = (): void => gone.abort()
  response.on('close', onClose)
  if (response.destroyed) onClose()
  const stopped = AbortSignal.any([gone.signal, signal])
  try {
    // Nothing is promised before the bytes are open.
    let next = await body.next()
    while (next.done !== true) {
      const chunk = next.value
      next = await body.next()
      stopped.throwIfAborted()
      if (!response.headersSent) response.writeHead(status, headers)
      if (next.done === true) response.end(chunk)
      else if (!response.write(chunk)) await once(response, 'drain', { signal: stopped })
    }
  } catch (error) {
    // A client that has left broke it off itself.
    if (!gone.signal.aborted) throw error
  } finally {
    response.off('close', onClose)
    await body.return()
  }
}
