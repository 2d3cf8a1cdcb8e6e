import type { AbortGuard } from './abort-guard.ts'

// A source may give all it has as one chunk: an abort must not have to wait for all of it.
const maxTaken = 8 * 1024 * 1024

/**
 * Hands the chunks of a source to `take`, one after another.
 *
 * An abort ends it at once, even while the source keeps the next chunk waiting. However it ends, the source is told.
 */
export async function takeChunks(
  source: AsyncIterable<Uint8Array>,
  guard: AbortGuard,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]()
  let isEnded = false
  try {
    for (;;) {
      const next = await guard.wait(iterator.next())
      isEnded = next.done === true
      if (isEnded) return
      await takeAll(next.value as Uint8Array, guard, take)
    }
  } finally {
    if (!isEnded) await endSource(iterator, guard)
  }
}

async function takeAll(
  chunk: Uint8Array,
  guard: AbortGuard,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  for (let start = 0; start < chunk.byteLength; start += maxTaken) {
    guard.check()
    await take(chunk.subarray(start, start + maxTaken))
  }
}

async function endSource(iterator: AsyncIterator<Uint8Array>, guard: AbortGuard): Promise<void> {
  const ended = Promise.resolve(iterator.return?.()).catch(() => undefined)
  // A source that hangs would hang here as well.
  if (!guard.isAborted) await ended
}
