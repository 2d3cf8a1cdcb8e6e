/** Does something with each item, so many at a time, and asks for an item only when there is somebody to work on it. The first failure ends it. */
export async function inParallel<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = (Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()) as
    | AsyncIterator<Item, unknown>
    | Iterator<Item, unknown>
  let turn: Promise<unknown> = Promise.resolve()
  let isStopped = false
  const take = (): Promise<IteratorResult<Item, unknown>> => {
    // An iterator is asked by one worker at a time.
    const next = turn.then(() => (isStopped ? { done: true as const, value: undefined } : iterator.next()))
    turn = next.catch(() => {})
    return next
  }
  const worker = async (): Promise<void> => {
    for (let next = await take(); next.done !== true; next = await take()) await work(next.value)
  }
  const stop = (error: unknown): never => {
    isStopped = true
    throw error
  }
  const results = await Promise.allSettled(Array.from({ length: limit }, () => worker().catch(stop)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) return
  await turn
  await iterator.return?.()
  throw failed.reason
}
