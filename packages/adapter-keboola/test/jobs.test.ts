import { manualClock, type StorageError } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { createKeboolaClient, type KeboolaClient } from '../src/client.ts'
import { explainKeboolaError } from '../src/errors.ts'
import { KeboolaJobError } from '../src/job-error.ts'
import { answerAll, failureOf, job, makeClient, origin, token, useNock } from './wire-fixture.ts'

useNock()

const tableId = 'in.c-main.orders'
const waiting = { ...job, status: 'waiting' }
const done = { ...job, results: { importedRowsCount: 2, warnings: [] } }
const submit = (client: KeboolaClient): ReturnType<KeboolaClient['tables']['import']> =>
  client.tables.import(tableId, { dataFileId: '555', incremental: true })

/** Lets time pass for whoever waits on a clock, until the work is done. */
async function withClock<Result>(
  work: (client: KeboolaClient) => Promise<Result>,
): Promise<{ waits: number[]; result: Result }> {
  const clock = manualClock(1_000_000)
  const options = { url: origin, token }
  const client = createKeboolaClient(options, { environment: {}, clock, random: () => 0.5 })
  const waits: number[] = []
  let isDone = false
  const running = work(client).finally(() => (isDone = true))
  running.catch(() => {})
  while (!isDone) {
    const ms = await clock.advanceToNext()
    if (ms === undefined) await new Promise((resolve) => setTimeout(resolve, 1))
    else waits.push(Math.round(ms))
  }
  return { waits, result: await running }
}

describe('a job that was submitted', () => {
  test('is looked at until it has ended, at growing intervals', async () => {
    const seen = answerAll(
      [202, waiting],
      [200, { ...job, status: 'processing' }],
      ...[1, 2, 3, 4, 5, 6, 7, 8].map(() => [200, waiting] as const),
      [200, done],
    )
    const { waits, result } = await withClock(async (client) => (await submit(client)).wait())
    expect(result).toMatchObject({ importedRowsCount: 2 })
    expect(waits).toEqual([200, 320, 512, 819, 1311, 2097, 3355, 5000, 5000, 5000])
    expect(seen[0]?.line).toBe(`POST /v2/storage/tables/${tableId}/import-async`)
    expect(new Set(seen.slice(1).map(({ line }) => line))).toEqual(new Set(['GET /v2/storage/jobs/22070846']))
  })

  test('is looked at on the configured host, wherever its own URL leads', async () => {
    const seen = answerAll([202, { ...waiting, url: 'https://evil.example/jobs/1' }], [200, done])
    await (await submit(makeClient())).wait()
    expect(seen.map(({ headers }) => headers['host'])).toEqual(['connection.keboola.test', 'connection.keboola.test'])
  })

  test('tells of each look', async () => {
    answerAll([202, waiting], [200, { ...job, status: 'processing' }], [200, done])
    const statuses: string[] = []
    await (await submit(makeClient())).wait({ onLook: ({ status }) => statuses.push(status) })
    expect(statuses).toEqual(['processing', 'success'])
  })

  test('may have failed already when it is accepted', async () => {
    const seen = answerAll([202, { ...job, status: 'error', error: { code: 'invalidData', message: 'no' } }])
    const failure = await failureOf((await submit(makeClient())).wait())
    expect(explainKeboolaError(failure)).toMatchObject({
      code: 'corrupt-data',
      nativeCode: 'invalidData',
      applied: 'no',
    })
    expect(seen).toHaveLength(1)
  })

  test.each([
    ['error', 'unavailable', 'no'],
    ['cancelled', 'aborted', 'unknown'],
    ['terminated', 'aborted', 'unknown'],
  ] as const)('ends with %s', async (status, code, applied) => {
    answerAll([202, waiting], [200, { ...job, status }])
    const failure = await failureOf((await submit(makeClient())).wait())
    expect(KeboolaJobError.is(failure)).toBe(true)
    expect(explainKeboolaError(failure)).toMatchObject({
      code,
      applied,
      retryable: false,
      details: { jobId: '22070846' },
    })
  })

  test('with a status nobody knows goes on', async () => {
    answerAll([202, { ...job, status: 'rolling-back' }], [200, { ...job, status: 'created' }], [200, done])
    expect(await (await submit(makeClient())).wait()).toMatchObject({ importedRowsCount: 2 })
  })

  test('that never ends is given up after the deadline, and named with its file', async () => {
    const seen = answerAll([202, waiting])
    const { result } = await withClock(async (client) => failureOf((await submit(client)).wait({ deadlineMs: 60_000 })))
    expect(result).toMatchObject({ code: 'timeout', applied: 'unknown', retryable: false })
    expect((result as StorageError).details).toMatchObject({ jobId: '22070846', fileId: 555 })
    expect((result as StorageError).message).toContain('look at job 22070846 before repeating anything')
    expect(seen.filter(({ line }) => line.startsWith('POST'))).toHaveLength(1)
  })

  test('that ended just before the deadline counts as ended', async () => {
    answerAll([202, waiting], [200, done])
    const { waits, result } = await withClock(async (client) => (await submit(client)).wait({ deadlineMs: 100 }))
    expect(waits).toEqual([100])
    expect(result).toMatchObject({ importedRowsCount: 2 })
  })

  test('that vanished is named, and its outcome is unknown', async () => {
    answerAll([202, waiting], [404, { error: 'Job not found', code: 'notFound', exceptionId: 'e-1' }])
    expect(await failureOf((await submit(makeClient())).wait())).toMatchObject({
      code: 'not-found',
      applied: 'unknown',
      requestId: 'e-1',
      details: { jobId: '22070846' },
    })
  })

  test('is looked at again after failures that pass', async () => {
    const seen = answerAll([202, waiting], [500, ''], [429, { error: 'slow' }], [502, '<html></html>'], [200, done])
    expect(await (await submit(makeClient())).wait()).toMatchObject({ importedRowsCount: 2 })
    expect(seen).toHaveLength(5)
  })

  test('waits as long as the service asks', async () => {
    answerAll([202, waiting], [503, { status: 'maintenance' }, { 'Retry-After': '55' }], [200, done])
    const { waits } = await withClock(async (client) => (await submit(client)).wait())
    expect(waits).toEqual([200, 55_000])
  })

  test('waits as long as a body asks', async () => {
    answerAll([202, waiting], [429, { code: 'storage.rateLimitExceeded', retryAfter: 60 }], [200, done])
    const { waits } = await withClock(async (client) => (await submit(client)).wait())
    expect(waits).toEqual([200, 60_000])
  })

  test('is not waited for over a maintenance that outlasts the deadline', async () => {
    const maintenance = {
      status: 'maintenance',
      estimatedEndTime: '2026-11-20T10:30:44+0100',
      reason: 'Planned upgrade',
    }
    answerAll([202, waiting], [503, maintenance, { 'Retry-After': '559' }])
    const { waits, result } = await withClock(async (client) =>
      failureOf((await submit(client)).wait({ deadlineMs: 300_000 })),
    )
    expect(waits).toEqual([200])
    expect(result).toMatchObject({
      code: 'unavailable',
      retryAfterMs: 559_000,
      details: { jobId: '22070846', maintenance: true },
    })
    expect((result as StorageError).message).toContain('2026-11-20T09:30:44.000Z (Planned upgrade)')
  })

  test('goes on when its wait is aborted', async () => {
    answerAll([202, waiting])
    const controller = new AbortController()
    const handle = await submit(makeClient({ pollFirstMs: 60_000, pollMaxMs: 60_000 }))
    const ended = failureOf(handle.wait({ signal: controller.signal }))
    controller.abort()
    expect(await ended).toMatchObject({ code: 'aborted', applied: 'unknown', details: { jobId: '22070846' } })
  })

  test('can be attached to by its id from another process', async () => {
    const seen = answerAll([200, waiting], [200, done])
    const handle = await makeClient().jobs.attach('22070846')
    expect(handle.isFinished).toBe(false)
    expect(await handle.wait()).toMatchObject({ id: '22070846', status: 'success', results: { importedRowsCount: 2 } })
    expect(seen).toHaveLength(2)
  })
})

describe('a submission', () => {
  test('is known by its body, not by its status', async () => {
    for (const status of [200, 201, 202]) {
      answerAll([status, done])
      expect((await submit(makeClient())).id).toBe('22070846')
    }
  })

  test('whose answer is no job is refused, and may have been applied', async () => {
    answerAll([200, { totalRowsCount: 3 }])
    expect(await failureOf(submit(makeClient()))).toMatchObject({
      code: 'unavailable',
      applied: 'unknown',
      retryable: false,
    })
  })

  test('is made once, whatever becomes of its answer', async () => {
    for (const status of [429, 500, 503, 504]) {
      const seen = answerAll([status, ''])
      await failureOf(submit(makeClient()))
      expect(seen).toHaveLength(1)
    }
  })

  test('may be done at once, with or without a result', async () => {
    answerAll([204, ''])
    const deleted = await makeClient().snapshots.delete('1')
    expect([deleted.id, deleted.isFinished, await deleted.wait()]).toEqual([undefined, true, undefined])
    answerAll([200, { ...job, id: 'in.c-main.orders', operationName: undefined, name: 'orders' }])
    const created = await makeClient().tables.createDefinition('in.c-main', { name: 'orders', columns: [] })
    expect(await created.wait()).toMatchObject({ id: 'in.c-main.orders', name: 'orders' })
  })

  test('gives an empty list for an empty map of results', async () => {
    answerAll([202, { ...done, operationParams: [], results: [], creatorToken: [] }])
    expect(await (await submit(makeClient())).wait()).toEqual({ importedColumns: [], warnings: [] })
  })

  test('of an export without a file in its results fails', async () => {
    answerAll([202, { ...done, results: { file: [] } }])
    const handle = await makeClient().tables.export(tableId)
    expect(await failureOf(handle.wait())).toMatchObject({ code: 'unavailable', applied: undefined })
  })
})

test('an error of a job may be a text, or missing', async () => {
  answerAll([202, { ...job, status: 'error', error: 'disk on fire' }])
  expect(String(await failureOf((await submit(makeClient())).wait()))).toContain('disk on fire')
  answerAll([202, { ...job, status: 'error', error: undefined }])
  expect(String(await failureOf((await submit(makeClient())).wait()))).toContain('without saying why')
})
