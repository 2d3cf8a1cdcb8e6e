import { randomUUID } from 'node:crypto'
import type { WriteCounts } from '@stowage/core'
import { abortable, type CallContext, type LoadRowsRequest, StorageError } from '@stowage/core/driver'
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
