import type { Row, Table, Transfer } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'
import { poll } from '../poll.ts'
import { textRows } from './text-rows.ts'

/** How long a job gets to be named while its source waits; backends that begin it behind the last row never name it before. */
const earlyMs = 500

/** A load whose source waits before its last row until it is let go. */
export interface HeldLoad {
  /** The load; its failure doesn't go unobserved. */
  readonly load: Transfer<unknown>
  /** The job's id. Where the backend names it only behind the last row, the source was let go already. */
  readonly jobId: string
  /** The rows it brings. */
  readonly rows: readonly Row[]
  /** Lets the source go on to its end. */
  readonly release: () => void
}

/** Starts a load of three rows that is held, and waits until its job is named. */
export async function holdLoad(context: CheckContext, table: Table, start = 0): Promise<HeldLoad> {
  // Without jobs the load itself would run.
  context.require('jobs.get')
  const rows = textRows(3, start)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  async function* source(): AsyncGenerator<Row, void, undefined> {
    yield* rows.slice(0, -1)
    await released
    yield* rows.slice(-1)
  }
  const load = table.load(source())
  load.catch(() => undefined)
  context.defer(() => load.abort())
  const isNamed = (): boolean => load.jobId !== undefined || hasEnded(load)
  await poll(isNamed, 'not yet', earlyMs).catch(release)
  await poll(isNamed, 'the load names no job')
  const { jobId } = load
  if (jobId === undefined) throw new Error(`the load ended (${load.reason}) and named no job`)
  return { load, jobId, rows, release }
}

/** Tells whether a transfer has ended. */
export function hasEnded({ status }: Transfer<unknown>): boolean {
  return status !== 'ready' && status !== 'active'
}
