import assert from 'node:assert/strict'
import type { JobInfo, JobStatus, StorageErrorCode } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { poll } from '../poll.ts'
import { holdLoad } from './held-load.ts'
import { assertStored } from './stored-rows.ts'
import { textRow, textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.get', 'tables.find', 'tables.load', 'jobs.get']
const deadlineMs = 20_000

/** How jobs end: failed, cancelled, terminated; and what of them stays. */
export const jobEndingChecks: readonly Check[] = [
  check(
    'jobs/source-fails',
    'a load whose source fails leaves no job that succeeded, nor one that runs on',
    { needs: [...needs, 'semantics.atomicWrites'] },
    async (context) => {
      const table = await context.table(textTable)
      // oxlint-disable-next-line typescript/require-await -- a source that arrives is asynchronous
      async function* source(): AsyncGenerator<ReturnType<typeof textRow>, void, undefined> {
        yield* textRows(1200)
        throw new Error('the source ran dry')
      }
      const load = table.load(source())
      await expectError(load, 'internal')
      if (load.jobId !== undefined) assert.notEqual((await endOf(context, load.jobId)).status, 'succeeded')
      await assertStored(table, [])
    },
  ),
  check(
    'jobs/load-fails',
    'the job of a load that failed says failed and why; waiting for it fails, with the job in the details',
    { needs: [...needs, 'semantics.atomicWrites'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.load(textRows(2))
      const load = table.load([...textRows(5, 2), textRow(1, 'taken')])
      await expectError(load, 'conflict')
      assert.ok(load.jobId !== undefined, 'the load names no job')
      const info = await endOf(context, load.jobId)
      assert.deepEqual([info.status, info.result], ['failed', undefined])
      assert.ok(info.reason !== undefined && info.reason !== '', 'a failed job gives no reason')
      assert.ok(info.endedAt !== undefined)
      await expectWaitFails(context, info, 'unavailable')
      await assertStored(table, textRows(2))
    },
  ),
  check(
    'jobs/cancel',
    'a cancelled job ends; it, its load and its table agree on whether it was in time',
    { needs: [...needs, 'jobs.cancel', 'semantics.atomicWrites'] },
    async (context) => {
      const table = await context.table(textTable)
      const held = await holdLoad(context, table)
      const told = await context.storage.job(held.jobId).cancel()
      assert.equal(told.id, held.jobId)
      held.release()
      const info = await endOf(context, held.jobId)
      if (info.status === 'succeeded') {
        await held.load
        return assertStored(table, held.rows)
      }
      assert.equal(info.status, 'cancelled')
      assert.equal(info.result, undefined)
      await expectError(held.load, 'aborted')
      await expectWaitFails(context, info, 'aborted')
      await assertStored(table, [])
      await table.load(textRows(2))
      await assertStored(table, textRows(2))
    },
  ),
  check(
    'jobs/cancel-elsewhere',
    'a job can be cancelled through another storage, and while somebody waits for it',
    { needs: [...needs, 'jobs.cancel', 'semantics.atomicWrites'] },
    async (context) => {
      const table = await context.table(textTable)
      const held = await holdLoad(context, table)
      const waiting = context.storage.job(held.jobId).wait({ deadlineMs, pollMs: 10 })
      const outcome = waiting.then(
        ({ status }) => status,
        ({ code }: { readonly code: StorageErrorCode }) => code,
      )
      await context.openStorage().job(held.jobId).cancel()
      held.release()
      const { status } = await endOf(context, held.jobId)
      assert.equal(await outcome, status === 'succeeded' ? 'succeeded' : 'aborted')
      await assertStored(table, status === 'succeeded' ? held.rows : [])
    },
  ),
  check(
    'jobs/cancel-ended',
    'cancelling a job that has ended leaves it, and what it did, as it was',
    { needs: [...needs, 'jobs.cancel'] },
    async (context) => {
      context.require('jobs.cancel')
      const table = await context.table(textTable)
      const load = table.load(textRows(3))
      await load
      assert.ok(load.jobId !== undefined, 'the load names no job')
      const job = context.storage.job(load.jobId)
      const before = await job.info()
      assert.deepEqual(await job.cancel(), before)
      assert.deepEqual(await job.info(), before)
      assert.equal((await job.wait({ deadlineMs })).status, 'succeeded')
      await assertStored(table, textRows(3))
    },
  ),
  ...endings([
    ['failed', 'unavailable'],
    ['cancelled', 'aborted'],
    ['terminated', 'aborted'],
  ]),
]

/** Checks of jobs that the backend makes end in a state. */
function endings(states: readonly (readonly ['failed' | 'cancelled' | 'terminated', StorageErrorCode])[]): Check[] {
  return states.map(([status, code]) =>
    check(
      `jobs/ends-${status}`,
      `a job that ends as ${status} fails its load, and waiting for it fails with ${code}, not to be repeated`,
      { needs: [...needs, 'semantics.atomicWrites'], faults: ['job'] },
      async (context) => {
        const table = await context.table(textTable)
        await table.load(textRows(2))
        await context.inject({ kind: 'job', status })
        const load = table.load(textRows(3, 2))
        await expectError(load, 'unavailable', 'aborted', 'invalid-argument', 'outcome-unknown')
        assert.ok(load.jobId !== undefined, 'the load names no job')
        const info = await endOf(context, load.jobId)
        assert.deepEqual([info.status, info.result], [status, undefined])
        await expectWaitFails(context, info, code)
        await assertStored(table, textRows(2))
      },
    ),
  )
}

async function endOf(context: CheckContext, id: string): Promise<JobInfo> {
  const job = context.storage.job(id)
  const running: readonly JobStatus[] = ['waiting', 'processing']
  await poll(async () => !running.includes((await job.info()).status), `job ${id} does not end`)
  return job.info()
}

async function expectWaitFails(context: CheckContext, info: JobInfo, code: StorageErrorCode): Promise<void> {
  const error = await expectError(context.storage.job(info.id).wait({ deadlineMs }), code)
  assert.equal(error.retryable, false)
  const { job } = error.details as { readonly job?: JobInfo }
  assert.deepEqual([job?.id, job?.status], [info.id, info.status])
}
