import assert from 'node:assert/strict'
import type { JobInfo, WaitOptions } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { jobEndingChecks } from './jobs-endings.ts'
import { jobPollingChecks } from './jobs-polling.ts'
import { holdLoad } from './held-load.ts'
import { assertJustNow, assertNotBefore } from './plausible-dates.ts'
import { textRows, textTable } from './text-rows.ts'
import { expectUnsent } from './unsent.ts'

const needs: readonly Need[] = ['tables.create', 'tables.get', 'tables.load', 'jobs.get']

/** Jobs: work that outlives the call. */
export const jobChecks: readonly Check[] = [
  check('jobs/named', 'a load names its job, on the transfer and on the receipt', { needs }, async (context) => {
    context.require('jobs.get')
    const table = await context.table(textTable)
    const load = table.load(textRows(3))
    const { receipt } = await load
    assert.ok(load.jobId !== undefined && load.jobId !== '', 'the load names no job')
    assert.ok(receipt.jobIds.includes(load.jobId), 'the receipt names another job')
    assert.equal((await context.storage.job(load.jobId).info()).id, load.jobId)
  }),
  check(
    'jobs/facts',
    'the job of a load says what it did, to what, when, and what came of it',
    { needs },
    async (context) => {
      const startedMs = Date.now()
      const table = await context.table(textTable)
      const info = await loadAndLook(context, table)
      const { operation, resource, status, reason } = info
      assert.deepEqual(
        { operation, status, reason },
        { operation: 'tables.load', status: 'succeeded', reason: undefined },
      )
      for (const name of [table.bucketName, table.name]) {
        assert.ok(resource.includes(name), `the job works on ${resource}, without ${name}`)
      }
      assert.ok(info.createdAt instanceof Date)
      assertJustNow(info.createdAt, startedMs, 'createdAt')
      assert.ok(info.endedAt !== undefined, 'an ended job does not say when it ended')
      assertJustNow(info.endedAt, startedMs, 'endedAt')
      assertNotBefore(info.endedAt, info.createdAt, 'endedAt')
    },
  ),
  check(
    'jobs/wait-ended',
    'waiting for a job that succeeded gives its result, again and again',
    { needs },
    async (context) => {
      const info = await loadAndLook(context, await context.table(textTable))
      const job = context.storage.job(info.id)
      const waited = await job.wait({ deadlineMs: 20_000 })
      assert.equal(waited.status, 'succeeded')
      assert.equal(typeof waited.result, 'object')
      assert.deepEqual(waited, info)
      assert.deepEqual(await job.wait({ deadlineMs: 20_000 }), info)
    },
  ),
  check('jobs/attach', 'another storage finds a job by its id alone', { needs }, async (context) => {
    const info = await loadAndLook(context, await context.table(textTable))
    const other = context.openStorage()
    assert.deepEqual(await other.job(info.id).info(), info)
    assert.deepEqual(await other.job(info.id).wait({ deadlineMs: 20_000 }), info)
  }),
  check('jobs/apart', 'each load is a job of its own', { needs }, async (context) => {
    const [one, two] = [await context.table(textTable), await context.table(textTable)]
    const [first, second] = [await loadAndLook(context, one), await loadAndLook(context, two)]
    assert.notEqual(first.id, second.id)
    assert.ok(first.resource.includes(one.name) && second.resource.includes(two.name))
    assert.deepEqual(await context.storage.job(first.id).info(), first)
  }),
  check('jobs/handle-lazy', 'a handle on a job sends nothing', { needs: ['jobs.get'] }, async (context) => {
    const job = context.storage.job('no-such-job')
    assert.equal(job.id, 'no-such-job')
    assert.equal(context.log.calls.length, 0)
  }),
  check(
    'jobs/unknown',
    'looking at or waiting for a job that is not there fails with not-found',
    { needs: ['jobs.get'] },
    async (context) => {
      for (const id of ['no-such-job', '0', '00000000-0000-4000-8000-000000000000']) {
        const error = await expectError(context.storage.job(id).info(), 'not-found')
        assert.deepEqual([error.backend, error.operation, error.resource], [context.storage.backend, 'jobs.get', id])
        await expectError(context.storage.job(id).wait({ deadlineMs: 10_000 }), 'not-found')
      }
    },
  ),
  check('jobs/unknown-near', 'a part of an id, or an id with more behind it, is no job', { needs }, async (context) => {
    const { id } = await loadAndLook(context, await context.table(textTable))
    for (const other of [`${id}0`, ` ${id}`, '%', '*']) {
      await expectError(context.storage.job(other).info(), 'not-found')
    }
  }),
  check(
    'jobs/unknown-cancel',
    'cancelling a job that is not there fails with not-found',
    { needs: ['jobs.get', 'jobs.cancel'] },
    async (context) => {
      await expectError(context.storage.job('no-such-job').cancel(), 'not-found')
    },
  ),
  check(
    'jobs/deadline-needed',
    'waiting without a deadline, or with one that is none, is refused before anything is sent',
    { needs: ['jobs.get'] },
    async (context) => {
      await expectError(context.storage.job('no-such-job').info(), 'not-found')
      for (const deadlineMs of [undefined, 0, -1, Number.NaN, Infinity, '10']) {
        const options = { deadlineMs } as unknown as WaitOptions
        await expectUnsent(context, context.storage.job('no-such-job').wait(options), 'invalid-argument')
      }
      await expectUnsent(context, () => context.storage.job(''), 'invalid-argument')
    },
  ),
  check(
    'jobs/running',
    'a job that runs is not ended, has no result, and can be waited for while it runs',
    { needs },
    async (context) => {
      const held = await holdLoad(context, await context.table(textTable))
      const job = context.storage.job(held.jobId)
      const info = await job.info()
      if (info.status === 'waiting' || info.status === 'processing') {
        assert.deepEqual({ result: info.result, endedAt: info.endedAt }, { result: undefined, endedAt: undefined })
      } else {
        assert.equal(info.status, 'succeeded')
      }
      const waiting = job.wait({ deadlineMs: 20_000, pollMs: 10 })
      held.release()
      assert.equal((await waiting).status, 'succeeded')
      await held.load
    },
  ),
  ...jobEndingChecks,
  ...jobPollingChecks,
]

async function loadAndLook(context: CheckContext, table: Awaited<ReturnType<CheckContext['table']>>): Promise<JobInfo> {
  context.require('jobs.get')
  const load = table.load(textRows(3))
  await load
  assert.ok(load.jobId !== undefined, 'the load names no job')
  return context.storage.job(load.jobId).info()
}
