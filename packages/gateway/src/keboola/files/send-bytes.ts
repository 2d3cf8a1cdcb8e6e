import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

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
  // Nothing is promised before the bytes are open.
  const first = await body.next()
  try {
    response.writeHead(status, headers)
    await pipeline(Readable.from(oneBehind(first, body), { objectMode: true }), response, { signal })
  } catch (error) {
    // A client that has left broke it off itself.
    if (!response.destroyed || response.errored !== null) response.destroy()
    if (!isPrematureClose(error)) throw error
  } finally {
    await body.return()
  }
}

async function* oneBehind(
  first: IteratorResult<Uint8Array, void>,
  body: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let next = first; next.done !== true;) {
    const chunk = next.value
    next = await body.next()
    yield chunk
  }
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
