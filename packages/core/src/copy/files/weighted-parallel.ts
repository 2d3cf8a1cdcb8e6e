/**
 * Works on items as they come, as many at a time as their weights together allow, and asks for the next only when there is room for it.
 *
 * The first failure, of the work or of the items, ends it: `onFailure` is told at once, so that it can stop what runs; what runs is waited
 * for.
 *
 * @param items - ended early after a failure
 * @param capacity - how much weight may run at a time
 * @param weightOf - at least 1; what is above the capacity counts as the capacity
 */
export async function weightedParallel<Item>(
  items: AsyncIterable<Item>,
  capacity: number,
  weightOf: (item: Item) => number,
  work: (item: Item) => Promise<void>,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const running = new Set<Promise<void>>()
  let free = capacity
  let failure: { readonly error: unknown } | undefined
  const fail = (error: unknown): void => {
    if (failure === undefined) onFailure(error)
    failure ??= { error }
  }
  const start = (item: Item, weight: number): void => {
    free -= weight
    const run = work(item)
      .catch(fail)
      .finally(() => {
        free += weight
        running.delete(run)
      })
    running.add(run)
  }
  try {
    for await (const item of items) {
      const weight = Math.min(capacity, weightOf(item))
      while (free < weight) await Promise.race(running)
      if (failure !== undefined) break
      start(item, weight)
    }
  } catch (error) {
    fail(error)
  }
  await Promise.all(running)
  if (failure !== undefined) throw failure.error
}
