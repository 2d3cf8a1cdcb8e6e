/**
 * Gives bytes of a generator, and ends their source where the generator was never begun: such a one runs no `finally`, so nothing would let
 * go of the connection.
 */
export function releasing(
  generator: AsyncGenerator<Uint8Array, void, undefined>,
  source: AsyncIterator<Uint8Array, unknown, undefined>,
): AsyncIterableIterator<Uint8Array, void, undefined> {
  let isBegun = false
  return {
    next() {
      isBegun = true
      return generator.next()
    },
    async return() {
      if (!isBegun) await source.return?.()
      isBegun = true
      return generator.return()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
