import type { FileContent } from '../driver/file-driver.ts'
import type { OperationName } from '../driver/operation.ts'

/** The bytes a result still has to give. */
export type Body = AsyncIterable<Uint8Array>

/** How a body ended: read to its end, closed early by its reader, failed, or dropped without either. */
export type BodyEnd =
  | { readonly kind: 'done' | 'closed' | 'dropped' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Hears how a body is read. Must not hold on to the body itself. */
export interface BodyWatcher {
  /** The reader asks for more: from here the driver's side is waited for. */
  waiting?(): void
  /** The reader has more: from here the app's side is waited for. */
  resumed?(): void
  /** It ended, exactly once, in whichever way. */
  ended(end: BodyEnd): void
}

/** The body of an operation's result; undefined for results that are complete. */
export function bodyOf(operation: OperationName, result: unknown): Body | undefined {
  if (operation === 'files.read') return (result as FileContent).body
  return operation === 'tables.exportCsv' ? (result as Body) : undefined
}

/** Puts another body into an operation's result; gives a result without body as it is. */
export function replaceBody(operation: OperationName, result: unknown, replace: (body: Body) => Body): unknown {
  const body = bodyOf(operation, result)
  if (body === undefined) return result
  if (operation !== 'files.read') return replace(body)
  const { file, sizeBytes } = result as FileContent
  return { file, sizeBytes, body: replace(body) } satisfies FileContent
}

/** Gives a body whose failure goes through a function. */
export function mapBodyErrors(body: Body, map: (error: unknown) => unknown): Body {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = body[Symbol.asyncIterator]()
      const rethrow = (error: unknown): never => {
        throw map(error)
      }
      return {
        next: () => iterator.next().catch(rethrow),
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      }
    },
  }
}

/** Lets go of a result that nobody will read. */
export function discardResult(operation: OperationName, result: unknown): void {
  const body = bodyOf(operation, result)
  if (body !== undefined) closeQuietly(body[Symbol.asyncIterator]())
}

function closeQuietly(iterator: AsyncIterator<Uint8Array>): void {
  const close = async (): Promise<unknown> => iterator.return?.()
  // A reader that is gone can't be told that closing failed.
  close().catch(() => {})
}

/** What is left of a body whose reader forgot it: must not lead back to the body, not even through a closure. */
class Remains {
  readonly watcher: BodyWatcher
  readonly #inner: Body
  #iterator: AsyncIterator<Uint8Array> | undefined
  #hasEnded = false

  constructor(inner: Body, watcher: BodyWatcher) {
    this.watcher = watcher
    this.#inner = inner
  }

  open(): AsyncIterator<Uint8Array> {
    this.#iterator ??= this.#inner[Symbol.asyncIterator]()
    return this.#iterator
  }

  end(end: BodyEnd): void {
    forgotten.unregister(this)
    if (!this.#hasEnded) this.watcher.ended(end)
    this.#hasEnded = true
  }
}

const forgotten = new FinalizationRegistry<Remains>((remains) => {
  closeQuietly(remains.open())
  remains.end({ kind: 'dropped' })
})

/**
 * Gives a body that reports its end, also when its reader neither finishes nor closes it: then it is closed and reported once
 * the garbage collector finds it.
 */
export function watchBody(inner: Body, watcher: BodyWatcher): Body {
  const remains = new Remains(inner, watcher)
  const body = new WatchedBody(remains)
  forgotten.register(body, remains, remains)
  return body
}

class WatchedBody implements Body {
  readonly #remains: Remains

  constructor(remains: Remains) {
    this.#remains = remains
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return new WatchedIterator(this, this.#remains)
  }
}

class WatchedIterator implements AsyncIterableIterator<Uint8Array> {
  // Keeps the body from being found forgotten while somebody reads.
  readonly body: Body
  readonly #remains: Remains
  readonly #iterator: AsyncIterator<Uint8Array>

  constructor(body: Body, remains: Remains) {
    this.body = body
    this.#remains = remains
    this.#iterator = remains.open()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const { watcher } = this.#remains
    watcher.waiting?.()
    try {
      const result = await this.#iterator.next()
      if (result.done === true) this.#remains.end({ kind: 'done' })
      return result
    } catch (error) {
      this.#remains.end({ kind: 'failed', error })
      throw error
    } finally {
      watcher.resumed?.()
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    try {
      await this.#iterator.return?.()
    } finally {
      this.#remains.end({ kind: 'closed' })
    }
    return { done: true, value: undefined }
  }
}
