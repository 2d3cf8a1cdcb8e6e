import assert from 'node:assert/strict'
import { type ManualClock, manualClock, retryLayer, timeoutLayer } from '@stowage/core/driver'
import { type Check, check } from '../check.ts'
import { findNeeds } from './filters-truth.ts'
import { attemptsOf, expectCode, outcomeOf, retryingStorage, rowsOf, sameTable } from './retried-calls.ts'
import { wordTable } from './word-rows.ts'

/** Plays the waits of a clock until work is done, and gives how long they were. */
async function playWaits(clock: ManualClock, work: Promise<unknown>): Promise<number[]> {
  const waits: number[] = []
  let isDone = false
  const ended = work.then(
    () => (isDone = true),
    () => (isDone = true),
  )
  while (!isDone) {
    const waitedMs = await clock.advanceToNext()
    if (waitedMs !== undefined) waits.push(waitedMs)
    // Real time must pass as well while a real request is under way.
    else {
      await new Promise((resolve) => {
        setTimeout(resolve, 1)
      })
    }
  }
  await ended
  return waits
}

/** Longer than any answer of a healthy backend takes here. */
const timeoutMs = 400
const latencyMs = 5000

/** Waits between attempts, and ends of waiting. */
export const waitChecks: readonly Check[] = [
  check(
    'retries/retry-after',
    'when the service says how long to wait, that long is waited before the next attempt',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      for (const [status, retryAfterMs] of [
        [429, 7000],
        [503, 3000],
      ] as const) {
        const clock = manualClock()
        const storage = retryingStorage(context, { clock, random: () => 0 })
        await context.inject({ kind: 'status-before', operation: 'tables.find', status, retryAfterMs })
        const reading = rowsOf(sameTable(storage, table))
        const waits = await playWaits(clock, reading)
        assert.equal((await reading).length, 5)
        assert.deepEqual(waits, [retryAfterMs], `after status ${status}`)
      }
    },
  ),
  check(
    'retries/retry-after-too-long',
    'a wait longer than allowed is not begun: the call fails at once and says how long it would have been',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const storage = retryingStorage(context, { maxRetryAfterMs: 60_000 })
      await context.inject({ kind: 'status-before', operation: 'tables.find', status: 429, retryAfterMs: 120_000 })
      const { error, attempts } = await attemptsOf(context, 'tables.find', () => rowsOf(sameTable(storage, table)))
      expectCode(error, 'rate-limited')
      assert.deepEqual([attempts, error?.retryAfterMs], [1, 120_000])
    },
  ),
  check(
    'retries/waits-grow',
    'without a word of the service the waits double up to the longest',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const clock = manualClock()
      const policy = { clock, random: () => 0.5, maxAttempts: 6, baseDelayMs: 100, maxDelayMs: 600 }
      const storage = retryingStorage(context, policy)
      await context.inject({ kind: 'status-before', operation: 'tables.find', status: 503, times: 5 })
      const reading = rowsOf(sameTable(storage, table))
      assert.deepEqual(await playWaits(clock, reading), [50, 100, 200, 300, 300])
      assert.equal((await reading).length, 5)
    },
  ),
  check(
    'retries/abort-wait',
    'an abort ends a wait at once',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const storage = retryingStorage(context, { baseDelayMs: 60_000, maxDelayMs: 60_000, random: () => 0.9 })
      const abort = new AbortController()
      await context.inject({ kind: 'status-before', operation: 'tables.find', status: 503 })
      const startedMs = performance.now()
      const reading = outcomeOf(sameTable(storage, table).find({}, { signal: abort.signal }).toArray())
      setTimeout(() => abort.abort(), 100)
      expectCode((await reading).error, 'aborted')
      assert.ok(performance.now() - startedMs < 10_000, 'the abort waited for the next attempt')
    },
  ),
  check(
    'retries/timeout-read',
    'a read whose answer is too late fails with timeout, and is repeated where that is asked for',
    { needs: findNeeds, faults: ['latency'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const impatient = context.openStorage([timeoutLayer({ timeoutMs })])
      await context.inject({ kind: 'latency', operation: 'tables.find', ms: latencyMs })
      const { error } = await outcomeOf(rowsOf(sameTable(impatient, table)))
      expectCode(error, 'timeout')
      const retry = retryLayer({ maxAttempts: 3, baseDelayMs: 2 })
      const patient = context.openStorage([retry, timeoutLayer({ timeoutMs })])
      await context.inject({ kind: 'latency', operation: 'tables.find', ms: latencyMs })
      const again = await attemptsOf(context, 'tables.find', () => rowsOf(sameTable(patient, table)))
      assert.equal(again.value?.length, 5)
      assert.ok(again.attempts >= 2, 'the late answer was waited for')
    },
  ),
  check(
    'retries/timeout-append',
    'an append whose answer is too late is never sent again, and its rows are there once or not at all',
    { needs: findNeeds, faults: ['latency'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const retry = retryLayer({ maxAttempts: 3, baseDelayMs: 2 })
      const storage = context.openStorage([retry, timeoutLayer({ timeoutMs })])
      await context.inject({ kind: 'latency', operation: 'tables.insert', ms: latencyMs })
      const insert = (): PromiseLike<unknown> =>
        sameTable(storage, table).insert({ row_id: 'new', half: 'n', word: 'n' })
      const { error, attempts } = await attemptsOf(context, 'tables.insert', insert)
      const copies = (await rowsOf(table)).filter((row) => row['row_id'] === 'new').length
      assert.ok(copies <= 1, `${copies} copies of the row`)
      if (error?.applied === 'no') assert.equal(copies, 0, 'the error says that nothing was applied')
      else {
        expectCode(error, 'outcome-unknown', 'timeout')
        assert.deepEqual([attempts, error?.applied], [1, 'unknown'])
      }
    },
  ),
  check(
    'retries/timeout-call',
    'a late answer ends at the call’s own deadline',
    { needs: findNeeds, faults: ['latency'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      await context.inject({ kind: 'latency', operation: 'tables.find', ms: latencyMs })
      const startedMs = performance.now()
      const { error } = await outcomeOf(table.find({}, { timeoutMs: 100 }).toArray())
      expectCode(error, 'timeout')
      assert.ok(performance.now() - startedMs < latencyMs - 1000, 'the deadline waited for the answer')
    },
  ),
]
