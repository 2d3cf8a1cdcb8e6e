import assert from 'node:assert/strict'
import { retryLayer } from '@stowage/core/driver'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { poll } from '../poll.ts'
import { hasEnded, holdLoad } from './held-load.ts'
import { textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.get', 'tables.load', 'jobs.get']
const deadlineMs = 20_000

/** Waiting for jobs: deadlines, aborts, answers that fail. */
export const jobPollingChecks: readonly Check[] = [
  check('jobs/abort-wait', 'aborting a wait ends the waiting at once, and not the job', { needs }, async (context) => {
    const held = await holdLoad(context, await context.table(textTable))
    const job = context.storage.job(held.jobId)
    const stop = new AbortController()
    const isRunning = ['waiting', 'processing'].includes((await job.info()).status)
    const waiting = job.wait({ deadlineMs, pollMs: 10_000, signal: stop.signal })
    if (isRunning) {
      setTimeout(() => stop.abort(new Error('no longer interested')), 20)
      const error = await expectError(waiting, 'aborted')
      assert.match(error.message, /no longer interested/)
      assert.deepEqual([error.operation, error.resource], ['jobs.wait', held.jobId])
    }
    await expectError(job.wait({ deadlineMs, signal: AbortSignal.abort() }), 'aborted')
    held.release()
    await held.load
    assert.equal((await job.wait({ deadlineMs, pollMs: 10 })).status, 'succeeded')
  }),
  check(
    'jobs/never-ends',
    'waiting for a job that never ends fails with timeout at the deadline, not before, and the job goes on',
    { needs, faults: ['job'] },
    async (context) => {
      const job = context.storage.job(await endlessJob(context))
      const startedMs = Date.now()
      const error = await expectError(job.wait({ deadlineMs: 300, pollMs: 20 }), 'timeout')
      const tookMs = Date.now() - startedMs
      assert.ok(tookMs >= 295 && tookMs < 5000, `a wait of at most 300 ms took ${tookMs} ms`)
      assert.equal(error.resource, job.id)
      const { status, result, endedAt } = await job.info()
      assert.deepEqual({ status, result, endedAt }, { status: 'processing', result: undefined, endedAt: undefined })
    },
  ),
  check(
    'jobs/pauses',
    'a job is looked at again and again, with pauses that grow',
    { needs, faults: ['job'] },
    async (context) => {
      const job = context.storage.job(await endlessJob(context))
      const calls = context.log.calls.length
      await expectError(job.wait({ deadlineMs: 500, pollMs: 40 }), 'timeout')
      // 40, 60, 90, 135 and 202 ms: the sixth look would come after 527 ms.
      const looks = context.log.calls.slice(calls).filter(({ operation }) => operation === 'jobs.get').length
      assert.ok(looks >= 2 && looks <= 6, `it was looked at ${looks} times in 500 ms`)
    },
  ),
  ...([429, 503, 500] as const).map((status) =>
    check(
      `jobs/polling-survives-${status}`,
      `a ${status} while a job is waited for is survived, where the storage retries`,
      { needs, faults: ['status-before'] },
      async (context) => {
        const id = await endedJob(context)
        const storage = context.openStorage([retryLayer({ baseDelayMs: 1, maxDelayMs: 2, maxAttempts: 4 })])
        await context.inject({ kind: 'status-before', operation: 'jobs.get', status, times: 2 })
        assert.equal((await storage.job(id).wait({ deadlineMs, pollMs: 10 })).status, 'succeeded')
      },
    ),
  ),
  check(
    'jobs/polling-fails',
    'a failing look at a job fails the wait where nothing retries; it says nothing of the job, which can be waited for anew',
    { needs, faults: ['status-before'] },
    async (context) => {
      const id = await endedJob(context)
      await context.inject({ kind: 'status-before', operation: 'jobs.get', status: 503 })
      const error = await expectError(context.storage.job(id).wait({ deadlineMs }), 'unavailable')
      assert.equal(error.retryable, true)
      assert.equal(error.details['job'], undefined)
      assert.equal((await context.storage.job(id).wait({ deadlineMs })).status, 'succeeded')
    },
  ),
  check(
    'jobs/deadline-of-answer',
    'the deadline holds for an answer that does not come as well',
    { needs, faults: ['latency'] },
    async (context) => {
      const id = await endedJob(context)
      await context.inject({ kind: 'latency', operation: 'jobs.get', ms: deadlineMs })
      const startedMs = Date.now()
      await expectError(context.storage.job(id).wait({ deadlineMs: 100 }), 'timeout')
      assert.ok(Date.now() - startedMs < 5000, 'it ended long after its deadline')
    },
  ),
]

async function endedJob(context: CheckContext): Promise<string> {
  context.require('jobs.get')
  const load = (await context.table(textTable)).load(textRows(3))
  await load
  assert.ok(load.jobId !== undefined, 'the load names no job')
  return load.jobId
}

/** Begins a load whose job never ends; the load is given up when the check ends. */
async function endlessJob(context: CheckContext): Promise<string> {
  context.require('jobs.get')
  const table = await context.table(textTable)
  await context.inject({ kind: 'job', status: 'processing' })
  const load = table.load(textRows(3))
  load.catch(() => undefined)
  context.defer(() => load.abort())
  await poll(() => load.jobId !== undefined || hasEnded(load), 'the load names no job')
  assert.ok(load.jobId !== undefined, `the load ended (${load.reason}) and named no job`)
  return load.jobId
}
