import { randomUUID } from 'node:crypto'
import type { WriteCounts } from '@stowage/core'
import { type CallContext, type LoadRowsRequest, type RowBatch, StorageError } from '@stowage/core/driver'
import { run } from './call.ts'
import type { Engine } from './engine/engine.ts'
import type { RunningLoads } from './running-loads.ts'

/** Loads rows as one unit: they wait aside until the last one is there, and then become visible together. */
export async function loadRows(
  engine: Engine,
  loads: RunningLoads,
  request: LoadRowsRequest,
  call: CallContext,
): Promise<WriteCounts> {
  const id = randomUUID()
  const { bucket, table, mode } = request
  await run(engine, call, 'beginLoad', { id, bucket, table, mode })
  return loads.run(id, call.signal, async (signal) => {
    try {
      return await takeRows(engine, id, request, { ...call, signal })
    } catch (error) {
      // What can't be cleaned up now is dropped by whoever opens the directory next; the first failure is the one to report.
      const end = { id, reason: reasonOf(error), isCancelled: signal.aborted || isAborted(error) }
      await engine.call('abortLoad', end).catch(() => {})
      throw error
    }
  })
}

async function takeRows(
  engine: Engine,
  id: string,
  { batches, onJob, onProgress }: LoadRowsRequest,
  call: CallContext,
): Promise<WriteCounts> {
  onJob(id)
  for await (const batch of abortable(batches, call.signal)) {
    onProgress(await run(engine, call, 'addToLoad', { id, batch }))
  }
  return run(engine, call, 'commitLoad', { id })
}

function isAborted(error: unknown): boolean {
  return StorageError.is(error, 'aborted')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Iterates until the signal says stop, even while the source keeps it waiting. */
async function* abortable(
  batches: AsyncIterable<RowBatch>,
  signal: AbortSignal,
): AsyncGenerator<RowBatch, void, undefined> {
  const iterator = batches[Symbol.asyncIterator]()
  let isDone = false
  try {
    for (;;) {
      const next = await nextUnlessAborted(iterator, signal)
      if (next.done === true) {
        isDone = true
        return
      }
      yield next.value
    }
  } finally {
    // A source that hangs would never answer: it is told to stop and not waited for.
    if (!isDone) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

// One promise for each wait: racing against one that outlives them would keep every batch alive.
function nextUnlessAborted(
  iterator: AsyncIterator<RowBatch, unknown>,
  signal: AbortSignal,
): Promise<IteratorResult<RowBatch, unknown>> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    const settle = (): void => signal.removeEventListener('abort', stop)
    iterator.next().then(resolve, reject).finally(settle)
  })
}
