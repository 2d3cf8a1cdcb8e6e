import type { IncomingMessage } from 'node:http'

/** The body of a request that doesn't come to its end: each API says so in its own words. */
export class BrokenBody extends Error {
  override readonly name = 'BrokenBody'
  /** Whether the gateway stopped reading it; otherwise the client stopped sending. */
  readonly isStopped: boolean

  constructor(isStopped: boolean) {
    super(isStopped ? 'the gateway is closing' : 'the body is incomplete')
    this.isStopped = isStopped
  }
}

// What may wait here beside what the socket holds.
const mostWaiting = 16

/**
 * Gives the chunks of a request's body as they arrive, without copying them, and holds the client back while nobody takes them.
 *
 * Ending the iteration early leaves the rest unread; unlike the stream's own iterator it does not break the connection, so that
 * an answer can still be sent.
 *
 * @throws BrokenBody when the connection ends first, or the signal aborts
 */
export async function* messageChunks(
  message: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const waiting: Buffer[] = []
  let state = 'open' as 'open' | 'ended' | 'broken'
  let wake = (): void => undefined
  const onData = (chunk: Buffer): void => {
    waiting.push(chunk)
    if (waiting.length >= mostWaiting) message.pause()
    wake()
  }
  const onEnd = (): void => {
    state = 'ended'
    wake()
  }
  const onBroken = (): void => {
    if (state === 'open') state = 'broken'
    wake()
  }
  // Whoever took the chunks may have stopped without a word: then they must not pile up here.
  const onAbort = (): void => {
    stop()
    waiting.length = 0
    state = 'broken'
    wake()
  }
  const listeners = { data: onData, end: onEnd, close: onBroken, error: onBroken } as const
  const stop = (): void => {
    signal.removeEventListener('abort', onAbort)
    for (const [event, listener] of Object.entries(listeners)) message.off(event, listener)
  }
  for (const [event, listener] of Object.entries(listeners)) message.on(event, listener)
  signal.addEventListener('abort', onAbort)
  if (message.destroyed) onBroken()
  if (signal.aborted) onAbort()
  try {
    for (;;) {
      for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
        if (waiting.length === 0 && message.isPaused()) message.resume()
        yield chunk
      }
      if (state === 'ended') return
      if (state === 'broken') throw new BrokenBody(signal.aborted)
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    stop()
  }
}
