/**
 * Passes items on until a signal aborts; then it fails with the signal's reason at once, also while the source keeps the
 * next item waiting, and tells the source to end without waiting for it.
 */
export async function* abortable<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item> {
  if (signal === undefined) return yield* items
  const iterator = items[Symbol.asyncIterator]()
  // The wait under way. A race against one promise for all waits would collect a reaction for each item.
  let fail: (reason: unknown) => void = () => {}
  const onAbort = (): void => fail(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  let isDone = false
  try {
    for (;;) {
      signal.throwIfAborted()
      const next = await new Promise<IteratorResult<Item>>((resolve, reject) => {
        fail = reject
        iterator.next().then(resolve, reject)
      })
      isDone = next.done === true
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (!isDone) await end(iterator, signal.aborted)
  }
}

async function end(iterator: AsyncIterator<unknown>, isAborted: boolean): Promise<void> {
  const ending = Promise.resolve(iterator.return?.())
  // A generator in the middle of waiting ends only after its wait, which may never come.
  if (isAborted) ending.catch(() => {})
  else await ending
}
