import type { ByteSource, WriteFileRequest } from '../driver/file-driver.ts'
import type { DriverCall } from '../driver/operation.ts'
import type { LoadRowsRequest } from '../driver/table-driver.ts'

/** Hears how a driver takes what the app gives it. */
export interface SourceWatcher {
  /** Reading begins; may happen again where a source can be opened again. */
  opened?(): void
  /** The driver asks for more: from here the app's side is waited for. */
  waiting?(): void
  /** The driver has more, or the last of it, or the source failed: from here the driver's side is waited for. */
  resumed?(): void
  /** The source, or this reading of it, is over: read to its end, failed or closed. */
  ended?(): void
}

/**
 * Gives a call whose source reports to a watcher; a call without one as it is.
 *
 * Bytes in memory that a driver takes as they are go unreported.
 */
export function watchSource(call: DriverCall, watcher: SourceWatcher): DriverCall {
  if (call.operation === 'tables.load') {
    const request = call.request as LoadRowsRequest
    const csv = request.csv && watchByteSource(request.csv, watcher)
    return { ...call, request: { ...request, batches: watchIterable(() => request.batches, watcher), csv } }
  }
  if (call.operation === 'files.write') {
    const request = call.request as WriteFileRequest
    return { ...call, request: { ...request, source: watchByteSource(request.source, watcher) } }
  }
  return call
}

/** Whether a call takes bytes or rows from the app while it runs. */
export function hasSource({ operation }: DriverCall): boolean {
  return operation === 'tables.load' || operation === 'files.write'
}

/** Whether what a call sends can be read only once. */
export function hasOneShotSource(call: DriverCall): boolean {
  if (call.operation === 'tables.load') return true
  return call.operation === 'files.write' && !(call.request as WriteFileRequest).source.isReopenable
}

function watchByteSource(source: ByteSource, watcher: SourceWatcher): ByteSource {
  return {
    get sizeBytes() {
      return source.sizeBytes
    },
    isReopenable: source.isReopenable,
    get bytes() {
      return source.bytes
    },
    open: (range) => watchIterable(() => source.open(range), watcher),
  }
}

function watchIterable<Item>(open: () => AsyncIterable<Item>, watcher: SourceWatcher): AsyncIterable<Item> {
  return {
    [Symbol.asyncIterator]() {
      watcher.opened?.()
      return watchIterator(open()[Symbol.asyncIterator](), watcher)
    },
  }
}

function watchIterator<Item>(iterator: AsyncIterator<Item>, watcher: SourceWatcher): AsyncIterator<Item> {
  let isOver = false
  const end = (): void => {
    if (!isOver) watcher.ended?.()
    isOver = true
  }
  return {
    async next() {
      watcher.waiting?.()
      try {
        const result = await iterator.next()
        if (result.done === true) end()
        return result
      } catch (error) {
        end()
        throw error
      } finally {
        watcher.resumed?.()
      }
    },
    async return() {
      end()
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
}

/** Gives a call with another signal. */
export function withSignal(call: DriverCall, signal: AbortSignal): DriverCall {
  return { ...call, context: { ...call.context, signal } }
}
