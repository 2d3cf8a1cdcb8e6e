/**
 * Passes items on and asks for the next one meanwhile, so that whoever makes them and whoever takes them work at the same time. One item
 * is held at most. A failure of the source comes in its turn, behind the items before it.
 */
export async function* readAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  let isWaiting = true
  const ask = (): Promise<IteratorResult<Item>> => {
    isWaiting = true
    const next = iterator.next().finally(() => (isWaiting = false))
    // Nobody may ask for it any more.
    next.catch(() => {})
    return next
  }
  try {
    for (let next = ask(); ;) {
      const result = await next
      if (result.done === true) return
      next = ask()
      yield result.value
    }
  } finally {
    const ending = Promise.resolve(iterator.return?.())
    // A generator in the middle of waiting ends only after its wait, which may never come.
    if (isWaiting) ending.catch(() => {})
    else await ending
  }
}
