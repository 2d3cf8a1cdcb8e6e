import { describe, expect, test } from 'vitest'
import { startKeboola, type TestKeboola } from './keboola-fixture.ts'

async function importJob(keboola: TestKeboola): Promise<{ id: number; status: string }> {
  const json = { dataFileId: await keboola.file('id\n7\n'), incremental: 1 }
  return (await keboola.call('POST', '/tables/in.c-main.orders/import-async', { json })).json
}

async function withTable(options: Parameters<typeof startKeboola>[0] = {}): Promise<TestKeboola> {
  const keboola = await startKeboola(options)
  await keboola.table('id\n1\n')
  return keboola
}

async function rowCount(keboola: TestKeboola): Promise<number> {
  return (await keboola.call('GET', '/tables/in.c-main.orders')).json.rowsCount
}

describe('jobs', () => {
  test('a job is over at the first look, and has all that clients read', async () => {
    const keboola = await withTable()
    const { id } = await importJob(keboola)
    const { json } = await keboola.call('GET', `/jobs/${id}`)
    expect(json).toMatchObject({
      id,
      status: 'success',
      url: `${keboola.url}/v2/storage/jobs/${id}`,
      tableId: 'in.c-main.orders',
      operationName: 'tableImport',
      operationParams: { params: { incremental: 1 }, source: { type: 'file' } },
      createdTime: '2026-11-20T10:15:02+0100',
      startTime: '2026-11-20T10:15:02+0100',
      endTime: '2026-11-20T10:15:02+0100',
      creatorToken: { id: '27978' },
      metrics: { inBytes: 5 },
    })
    expect(json).not.toHaveProperty('error')
    expect(typeof id).toBe('number')
    expect(typeof json.runId).toBe('string')
  })

  test('looks before it is over can be had', async () => {
    const keboola = await withTable({ pollsBeforeDone: 2 })
    const { id } = await importJob(keboola)
    const states: unknown[] = []
    for (const _ of [1, 2, 3, 4]) {
      const { json } = await keboola.call('GET', `/jobs/${id}`)
      states.push([json.status, json.startTime === null, json.results === null])
    }
    expect(states).toEqual([
      ['waiting', true, true],
      ['processing', false, true],
      ['success', false, false],
      ['success', false, false],
    ])
  })

  test('those of a table run in the order they came', async () => {
    const keboola = await withTable()
    keboola.failJobs({ kind: 'slow', delayMs: 5000 })
    const first = await importJob(keboola)
    const second = await importJob(keboola)
    expect((await keboola.call('GET', `/jobs/${second.id}`)).json.status).toBe('waiting')
    expect((await keboola.call('GET', `/jobs/${first.id}`)).json.status).toBe('processing')
    await keboola.clock.advance(5000)
    expect((await keboola.wait(first.id)).status).toBe('success')
    expect((await keboola.wait(second.id)).status).toBe('success')
    expect(await rowCount(keboola)).toBe(3)
  })

  test('the list has the newest first, in pages, by state and time', async () => {
    const keboola = await withTable()
    keboola.failJobs({ kind: 'error', message: 'no luck' })
    const failed = await importJob(keboola)
    await keboola.clock.advance(60_000)
    const { id } = await importJob(keboola)
    await keboola.wait(id)
    const ids = async (query: string): Promise<number[]> =>
      (await keboola.call('GET', `/jobs?${query}`)).json.map((job: { id: number }) => job.id)
    const all = await ids('')
    expect(all.slice(0, 2)).toEqual([id, failed.id])
    expect(await ids('limit=1&offset=1')).toEqual([failed.id])
    expect(await ids('storage_job_status[]=error')).toEqual([failed.id])
    expect(await ids('excluded_storage_job_status[]=success')).toEqual([failed.id])
    expect(await ids('created_time_from=-30+seconds')).toEqual([id])
    expect(await ids('end_time_to=-30+seconds')).toEqual(all.slice(1))
    expect(await keboola.call('GET', '/jobs?created_time_from=soon')).toMatchObject({ status: 400 })
    expect(await keboola.call('GET', '/jobs/1')).toMatchObject({ status: 404 })
    expect(await keboola.call('GET', '/jobs/x')).toMatchObject({ status: 404 })
  })

  test('what a job was asked for is not remembered beyond measure', async () => {
    const keboola = await withTable()
    const json = { whereColumn: 'id', whereValues: Array.from({ length: 10_000 }, (_, at) => String(at)) }
    const done = await keboola.job('DELETE', '/tables/in.c-main.orders/rows', { json })
    expect(done).toMatchObject({ status: 'success', results: { deletedRows: 1 }, operationParams: { isCut: true } })
  })

  test('the run id of a request is that of its job', async () => {
    const keboola = await withTable()
    const json = { dataFileId: await keboola.file('id\n7\n') }
    const headers = { 'x-kbc-runid': '42.43' }
    const { json: job } = await keboola.call('POST', '/tables/in.c-main.orders/import-async', { json, headers })
    expect(job.runId).toBe('42.43')
  })
})

describe('faults of jobs', () => {
  test.each([
    ['error', 'error', 1],
    ['cancelled', 'cancelled', 1],
    ['terminated', 'terminated', 1],
    ['error-after-commit', 'error', 2],
  ] as const)('%s', async (kind, status, rows) => {
    const keboola = await withTable()
    keboola.failJobs({ kind, operationName: 'tableImport' })
    const { id } = await importJob(keboola)
    expect(await keboola.wait(id)).toMatchObject({ status })
    expect(await rowCount(keboola)).toBe(rows)
    expect((await keboola.wait((await importJob(keboola)).id)).status).toBe('success')
  })

  test('failed-at-submit is over in the answer', async () => {
    const keboola = await withTable()
    keboola.failJobs({ kind: 'failed-at-submit', code: 'storage.backend.exception', message: 'no' })
    const answer = await keboola.call('POST', '/tables/in.c-main.orders/import-async', {
      json: { dataString: 'id\n2\n' },
    })
    expect(answer).toMatchObject({
      status: 202,
      json: { status: 'error', error: { code: 'storage.backend.exception', message: 'no' } },
    })
    expect(await rowCount(keboola)).toBe(1)
  })

  test('stuck never ends, and closing the gateway ends it', async () => {
    const keboola = await withTable()
    keboola.failJobs({ kind: 'stuck' })
    const { id } = await importJob(keboola)
    expect((await keboola.call('GET', `/jobs/${id}`)).json.status).toBe('processing')
    await keboola.close()
  })

  test('vanished is done and not there', async () => {
    const keboola = await withTable()
    keboola.failJobs({ kind: 'vanished' })
    const { id } = await importJob(keboola)
    expect(await keboola.call('GET', `/jobs/${id}`)).toMatchObject({ status: 404 })
    expect(await rowCount(keboola)).toBe(2)
  })

  test('an answer that is lost after the job was accepted', async () => {
    const keboola = await withTable()
    keboola.faults.add({ match: { path: /import-async/ }, times: 1, status: 500, when: 'after' })
    const json = { dataFileId: await keboola.file('id\n7\n'), incremental: 1 }
    expect((await keboola.call('POST', '/tables/in.c-main.orders/import-async', { json })).status).toBe(500)
    const [job] = (await keboola.call('GET', '/jobs?limit=1')).json
    await keboola.wait(job.id)
    expect(await rowCount(keboola)).toBe(2)
  })

  test.each([[{ kind: 'nope' }], [{ kind: 'slow', times: 0 }], [{ kind: 'slow', delayMs: -1 }]])(
    '%j is no fault',
    async (fault) => {
      const keboola = await startKeboola()
      expect(() => keboola.failJobs(fault as Parameters<TestKeboola['failJobs']>[0])).toThrow(/must be|no fault|kind/)
    },
  )
})
