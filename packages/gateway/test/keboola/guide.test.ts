import { describe, expect, it } from 'vitest'
import { startKeboola, type TestKeboola } from './keboola-fixture.ts'

const csvHeaders = { 'content-type': 'text/csv' }

/** Sends data as the guide's samples do: in the query, with an empty body. */
function withData(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}

async function createCustomers(keboola: TestKeboola, extra: Readonly<Record<string, string>> = {}): Promise<string> {
  await keboola.bucket()
  const query = withData({ name: 'customers', dataString: 'id,name\n1,Ann\n2,Bo\n', ...extra })
  const done = await keboola.job('POST', `/buckets/in.c-main/tables-async?${query}`, { headers: csvHeaders })
  expect(done.status).toBe('success')
  return done.results.id as string
}

describe.each(['current', 'guide'] as const)(
  'the samples of the guide that contradict nothing, in dialect %s',
  (dialect) => {
    it('create a table of data in the query, and list it', async () => {
      const keboola = await startKeboola({ dialect })
      expect(await createCustomers(keboola, { primaryKey: 'id' })).toBe('in.c-main.customers')
      expect((await keboola.call('GET', '/tables')).json).toMatchObject([
        { id: 'in.c-main.customers', rowsCount: 2, primaryKey: ['id'] },
      ])
    })

    it('add rows by primary key from data in the query, a form or JSON', async () => {
      const keboola = await startKeboola({ dialect })
      const id = await createCustomers(keboola, { primaryKey: 'id' })
      const path = `/tables/${id}/import-async`
      const query = withData({ dataString: 'id,name\n2,Bob\n', incremental: '1' })
      const done = await keboola.job('POST', `${path}?${query}`, { headers: csvHeaders })
      expect(done).toMatchObject({ status: 'success', results: { importedRowsCount: 1, totalRowsCount: 2 } })
      await keboola.job('POST', path, { form: { dataString: 'id,name\n3,Cy\n', incremental: '1' } })
      const last = await keboola.job('POST', path, { json: { dataString: 'id,name\n4,Di\n', incremental: true } })
      expect(last.results.totalRowsCount).toBe(4)
    })

    it('set and change the primary key of a table at once', async () => {
      const keboola = await startKeboola({ dialect })
      const id = await createCustomers(keboola)
      const set = (primaryKey: unknown): ReturnType<TestKeboola['call']> =>
        keboola.call('POST', `/tables/${id}`, { json: { primaryKey } })
      expect(await set(['id'])).toMatchObject({ status: 200, json: { id, primaryKey: ['id'] } })
      expect((await set(['id', 'name'])).json.primaryKey).toEqual(['id', 'name'])
      expect(await set('id')).toMatchObject({
        status: 400,
        json: { code: 'storage.validation.invalidInput', error: 'primaryKey must be an array' },
      })
      expect((await set(['nothing'])).status).toBe(400)
      await keboola.job('POST', `/tables/${id}/import-async`, { json: { dataString: 'id,name\n1,X\n1,Y\n' } })
      expect((await set(['id'])).json.code).toBe('storage.tables.primaryKeyDuplicateValues')
      expect((await keboola.call('GET', `/tables/${id}`)).json.primaryKey).toEqual(['id', 'name'])
    })

    it('see jobs that were cancelled or terminated', async () => {
      const keboola = await startKeboola({ dialect })
      const id = await createCustomers(keboola)
      for (const kind of ['cancelled', 'terminated'] as const) {
        keboola.failJobs({ kind })
        expect((await keboola.job('POST', `/tables/${id}/export-async`)).status).toBe(kind)
      }
    })

    it('ask for exports by POST only', async () => {
      const keboola = await startKeboola({ dialect })
      const id = await createCustomers(keboola)
      const { status, json, headers } = await keboola.call('GET', `/tables/${id}/export-async`)
      expect([status, headers.get('allow')]).toEqual([405, 'POST'])
      expect(json.code).toBe(dialect === 'guide' ? 'storage.methodNotAllowed' : 'methodNotAllowed')
    })

    it('count a file more than data in the query', async () => {
      const keboola = await startKeboola({ dialect })
      const id = await createCustomers(keboola, { primaryKey: 'id' })
      const dataFileId = String(await keboola.file('id,name\n9,Io\n'))
      const query = withData({ dataString: 'id,name\n8,No\n', dataFileId, incremental: '1' })
      await keboola.job('POST', `/tables/${id}/import-async?${query}`)
      const { text } = await keboola.call('GET', `/tables/${id}/data-preview?format=rfc`)
      expect(text).toContain('"9","Io"')
      expect(text).not.toContain('"No"')
    })
  },
)

describe('the dialect of the guide', () => {
  it('finds the URL of an export in its results, and one file with a header behind it', async () => {
    const keboola = await startKeboola({ dialect: 'guide' })
    const id = await createCustomers(keboola)
    const done = await keboola.job('POST', `/tables/${id}/export-async`)
    const { url } = done.results.file as { url: string }
    expect(await (await fetch(url)).text()).toBe('"id","name"\n"1","Ann"\n"2","Bo"\n')
    const since = await keboola.job('POST', `/tables/${id}/export-async`, { json: { changedSince: '-1 day' } })
    expect(await (await fetch(since.results.file.url as string)).text()).toContain('"1","Ann"')
  })

  it('pages a preview by limit and offset, as a list of rows', async () => {
    const keboola = await startKeboola({ dialect: 'guide' })
    await keboola.bucket()
    const lines = Array.from({ length: 25 }, (_, index) => `${index},n${index}`)
    const dataString = `id,name\n${lines.join('\n')}\n`
    await keboola.job('POST', '/buckets/in.c-main/tables-async', { json: { name: 'many', dataString } })
    const rows: unknown[] = []
    for (;;) {
      const path = `/tables/in.c-main.many/data-preview?limit=10&offset=${rows.length}`
      const { status, json } = await keboola.call('GET', path)
      expect(status).toBe(200)
      rows.push(...(json as unknown[]))
      if ((json as unknown[]).length < 10) break
    }
    expect(rows).toHaveLength(25)
    expect(rows[24]).toEqual({ id: '24', name: 'n24' })
    expect((await keboola.call('GET', '/tables/in.c-main.many/data-preview?limit=10000')).json).toHaveLength(25)
    expect((await keboola.call('GET', '/tables/in.c-main.many/data-preview?limit=10001')).status).toBe(400)
    expect((await keboola.call('GET', '/tables/in.c-main.many/data-preview?limit=0')).json).toEqual([])
    const some = '/tables/in.c-main.many/data-preview?columns=name&whereColumn=id&whereValues[]=7'
    expect((await keboola.call('GET', some)).json).toEqual([{ name: 'n7' }])
    // Who names a format gets what the service has.
    const { text } = await keboola.call('GET', '/tables/in.c-main.many/data-preview?limit=1&format=rfc')
    expect(text).toBe('"id","name"\n"0","n0"\n')
  })

  it('refuses with the codes and statuses of the guide', async () => {
    const keboola = await startKeboola({ dialect: 'guide', tokens: [{ token: 'small' }] })
    const id = await createCustomers(keboola)
    const codeOf = async (method: string, path: string, sent = {}): Promise<unknown> => {
      const { status, json } = await keboola.call(method, path, sent)
      return [status, json.code]
    }
    const again = { json: { name: 'customers', dataString: 'a\n1\n' } }
    expect(await codeOf('POST', '/buckets/in.c-main/tables-async', again)).toEqual([
      409,
      'storage.tables.alreadyExists',
    ])
    const rows = { json: { dataString: 'id,name\n1,A\n', incremental: 1 } }
    expect(await codeOf('POST', `/tables/${id}/import-async`, rows)).toEqual([422, 'storage.tables.primaryKeyRequired'])
    const badCsv = { form: { dataString: 'id,name\n1,2,3\n' } }
    expect(await codeOf('POST', `/tables/${id}/import`, badCsv)).toEqual([422, 'storage.tables.invalidCsvData'])
    expect(await codeOf('GET', '/tables/nonsense')).toEqual([400, 'storage.tables.invalidId'])
    expect(await codeOf('GET', '/tables/in.c-main.no')).toEqual([404, 'storage.tables.notFound'])
    expect(await codeOf('GET', '/buckets/in.c-no')).toEqual([404, 'storage.buckets.notFound'])
    expect(await codeOf('GET', `/tables/${id}`, { token: 'small' })).toEqual([403, 'storage.accessDenied'])
    expect(await codeOf('GET', '/tables', { token: 'wrong' })).toEqual([401, 'storage.tokenInvalid'])
    expect(await codeOf('POST', '/buckets', { json: { stage: 'in' } })).toEqual([
      400,
      'storage.validation.invalidInput',
    ])
    keboola.limitRate({ retryAfterSeconds: 60 })
    const limited = await keboola.call('GET', '/tables')
    expect([limited.status, limited.json.code, limited.json.retryAfter]).toEqual([429, 'storage.rateLimitExceeded', 60])
  })
})

describe('the dialect of the service', () => {
  it('keeps to itself what the guide promises', async () => {
    const keboola = await startKeboola()
    const id = await createCustomers(keboola)
    const done = await keboola.job('POST', `/tables/${id}/export-async`)
    expect(Object.keys(done.results.file as object)).toEqual(['id'])
    expect((await keboola.call('GET', `/tables/${id}/data-preview?limit=10000&offset=0`)).status).toBe(400)
    const first = await keboola.call('GET', `/tables/${id}/data-preview?limit=1`)
    const second = await keboola.call('GET', `/tables/${id}/data-preview?limit=1&offset=1`)
    expect(second.text).toBe(first.text)
    const rows = { json: { dataString: 'id,name\n1,A\n', incremental: 1 } }
    expect((await keboola.job('POST', `/tables/${id}/import-async`, rows)).results.totalRowsCount).toBe(3)
    const again = { json: { name: 'customers', dataString: 'a\n1\n' } }
    const { status, json } = await keboola.call('POST', '/buckets/in.c-main/tables-async', again)
    expect([status, json.code]).toEqual([400, 'storage.buckets.tableAlreadyExists'])
  })

  it('refuses data in a query that no proxy lets through', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    const query = withData({ name: 'big', dataString: `id\n${'1\n'.repeat(3000)}` })
    const { status, json } = await keboola.call('POST', `/buckets/in.c-main/tables-async?${query}`)
    expect([status, json.code]).toEqual([414, 'requestTooLarge'])
    const patient = await startKeboola({ maxRequestLineBytes: 15_000 })
    await patient.bucket()
    expect((await patient.call('POST', `/buckets/in.c-main/tables-async?${query}`)).status).toBe(202)
  })
})
