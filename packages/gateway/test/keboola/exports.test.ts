import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startKeboola, type TestKeboola } from './keboola-fixture.ts'

const id = 'in.c-main.orders'
const path = `/tables/${id}`

async function withTable(csv = 'id,name,n\n1,Ann,10\n2,Bob,9\n3,,x\n'): Promise<TestKeboola> {
  const keboola = await startKeboola()
  await keboola.table(csv)
  return keboola
}

describe('exports', () => {
  test('slices have no header, and two are made of two rows already', async () => {
    const keboola = await withTable()
    const exported = await keboola.exported(id)
    expect(exported).toMatchObject({ isSliced: true, parts: ['"1","Ann","10"\n"2","Bob","9"\n', '"3","","x"\n'] })
    expect(exported.job).toMatchObject({
      operationName: 'tableExport',
      tableId: id,
      results: { cacheHit: false },
      metrics: { outBytes: 40 },
    })
    const { json: file } = await keboola.call('GET', `/files/${exported.id}`)
    expect(file).toMatchObject({
      name: `${id}.csv`,
      tags: ['table-export'],
      maxAgeDays: 2,
      isSliced: true,
      sizeBytes: 40,
    })
  })

  test('one file with a header on request', async () => {
    const keboola = await startKeboola({ exportSliced: false })
    await keboola.table('id,name\n1,Ann\n')
    expect(await keboola.exported(id)).toMatchObject({ isSliced: false, parts: ['"id","name"\n"1","Ann"\n'] })
    const { json } = await keboola.call('GET', `/files/${(await keboola.exported(id, { gzip: true })).id}`)
    expect(json.name).toBe(`${id}.csv.gz`)
  })

  test('gzip compresses each slice, whose names say so', async () => {
    const keboola = await withTable()
    const { results } = await keboola.job('POST', `${path}/export-async`, { form: { gzip: '1', columns: 'name,id' } })
    const folder = `exp-15-files-${results.file.id}/`
    const files = keboola.storage.bucket('keboola-files')
    const manifest = JSON.parse(await files.file(`${folder}${id}.csvmanifest`).text())
    const keys: string[] = manifest.entries.map(({ url }: { url: string }) => url.slice(url.indexOf(folder)))
    expect(keys.every((key) => key.endsWith('.csv.gz'))).toBe(true)
    const { parts } = await keboola.exported(id, { gzip: true, columns: 'name,id' })
    expect(parts).toEqual(['"Ann","1"\n"Bob","2"\n', '"","3"\n'])
  })

  test('a table that is made anew has none of the exports of the one before', async () => {
    const keboola = await withTable()
    await keboola.exported(id)
    await keboola.call('DELETE', path)
    const dataFileId = await keboola.file('id,name\n')
    await keboola.job('POST', '/buckets/in.c-main/tables-async', { json: { name: id.split('.').at(-1), dataFileId } })
    expect(await keboola.exported(id)).toMatchObject({ parts: [], job: { results: { cacheHit: false } } })
  })

  test('the same export gives the same file until the table changes', async () => {
    const keboola = await withTable()
    const first = await keboola.exported(id, { limit: 1 })
    const second = await keboola.exported(id, { limit: 1 })
    expect(second).toMatchObject({ id: first.id, job: { results: { cacheHit: true } } })
    expect((await keboola.exported(id, { limit: 1, gzip: true })).id).not.toBe(first.id)
    await keboola.job('DELETE', `${path}/rows`, { json: { whereColumn: 'id', whereValues: ['1'] } })
    expect(await keboola.exported(id, { limit: 1 })).toMatchObject({ parts: ['"2","Bob","9"\n'] })
    const { id: cached } = await keboola.exported(id)
    await keboola.call('DELETE', `/files/${cached}`)
    expect((await keboola.exported(id)).job.results.cacheHit).toBe(false)
  })

  test.each([
    [{ limit: 2 }, '12'],
    [{ columns: 'id', whereFilters: [{ column: 'name', operator: 'eq', values: ['Ann', ''] }] }, '13'],
    [{ whereFilters: [{ column: 'name', operator: 'ne', values: ['Ann'] }] }, '23'],
    [{ whereFilters: [{ column: 'n', operator: 'gt', values: ['10'] }] }, '23'],
    [{ whereFilters: [{ column: 'n', operator: 'ge', values: ['9'], dataType: 'INTEGER' }] }, '12'],
    [{ whereFilters: [{ column: 'n', operator: 'gt', values: ['9'], dataType: 'DOUBLE' }], limit: 5 }, '1'],
    [{ whereFilters: [{ column: 'n', operator: 'lt', values: ['9'] }] }, '1'],
    [{ whereFilters: [{ column: 'n', operator: 'le', values: ['9'] }] }, '12'],
    [
      {
        whereFilters: [
          { column: 'name', values: ['Ann'] },
          { column: 'n', values: ['9'] },
        ],
      },
      '',
    ],
    [{ whereColumn: 'name', whereOperator: 'neq', whereValues: ['Bob'] }, '13'],
    [{ orderBy: [{ column: 'n', order: 'DESC' }] }, '321'],
    [{ orderBy: [{ column: 'n', order: 'ASC', dataType: 'INTEGER' }] }, '321'],
    [{ orderBy: [{ column: 'n', order: 'desc', dataType: 'INTEGER' }], limit: 2 }, '12'],
    [{ changedSince: '-1 minute' }, '123'],
    [{ changedSince: '+1 minute' }, ''],
    [{ changedUntil: '2026-11-20T10:00:00+0100' }, ''],
  ])('%j gives the rows %s', async (options, ids) => {
    const keboola = await withTable()
    const { parts } = await keboola.exported(id, options)
    const rows = parts
      .join('')
      .split('\n')
      .filter((line) => line !== '')
    expect(rows.map((line) => /^"(\d)"/.exec(line)?.[1]).join('')).toBe(ids)
  })

  test.each([
    [{ whereFilters: 'id' }, 'storage.validation'],
    [{ whereFilters: ['id'] }, 'storage.validation'],
    [{ whereFilters: [{ column: 'id', operator: 'like', values: ['1'] }] }, 'storage.validation'],
    [{ whereFilters: [{ column: 'id', operator: 'gt', values: ['1', '2'] }] }, 'storage.validation'],
    [{ whereFilters: [{ column: 'id', values: ['1'], dataType: 'TEXT' }] }, 'storage.validation'],
    [{ whereFilters: [{ column: 'nope', values: ['1'] }] }, 'storage.tables.columnNotExists'],
    [{ columns: 'id,nope' }, 'storage.tables.nonExistingColumns'],
    [{ columns: ['id'] }, 'storage.validation'],
    [{ orderBy: [{ column: 'id', order: 'UP' }] }, 'storage.validation'],
    [{ changedSince: 'soon' }, 'storage.validation'],
    [{ limit: '-1' }, 'storage.validation'],
    [{ format: 'xml' }, 'storage.validation'],
  ])('%j is refused', async (json, code) => {
    const keboola = await withTable()
    expect(await keboola.call('POST', `${path}/export-async`, { json })).toMatchObject({ status: 400, json: { code } })
  })

  test('only POST exports', async () => {
    const keboola = await withTable()
    const answer = await keboola.call('GET', `${path}/export-async`)
    expect(answer).toMatchObject({ status: 405, json: { code: 'methodNotAllowed' } })
    expect(answer.headers.get('allow')).toBe('POST')
  })

  test('whatever text is imported comes out the same', async () => {
    const keboola = await startKeboola()
    await keboola.bucket()
    let count = 0
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('"', ',', '\n', '\r\n', '\\', '', ' ', '\\N', '\t'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), async (rows) => {
        const csv = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',') + '\n').join('')
        const table = await keboola.table(`a,b\n${csv}`, { name: `t${(count += 1)}` })
        expect((await keboola.exported(table)).parts.join('')).toBe(csv)
      }),
      { numRuns: 15 },
    )
  })
})

describe('typed columns', () => {
  async function withTypes(): Promise<TestKeboola> {
    const keboola = await startKeboola()
    await keboola.bucket()
    const columns = [
      { name: 'id', basetype: 'INTEGER' },
      { name: 'price', basetype: 'FLOAT' },
      { name: 'paid', basetype: 'BOOLEAN' },
    ]
    await keboola.job('POST', '/buckets/in.c-main/tables-definition', { json: { name: 'orders', columns } })
    const load = { dataFileId: await keboola.file('id,price,paid\n1,10,true\n2,9.50,0\n10,,\n') }
    expect(await keboola.job('POST', `${path}/import-async`, { json: load })).toMatchObject({ status: 'success' })
    return keboola
  }

  test.each([
    [{ whereFilters: [{ column: 'id', operator: 'gt', values: ['2'] }] }, '10'],
    [{ whereFilters: [{ column: 'id', operator: 'eq', values: ['010', '2'] }] }, '2 10'],
    [{ whereFilters: [{ column: 'price', operator: 'eq', values: ['9.500'] }] }, '2'],
    [{ whereFilters: [{ column: 'price', operator: 'ne', values: ['9.5'] }] }, '1'],
    [{ whereFilters: [{ column: 'price', operator: 'lt', values: ['100'] }] }, '1 2'],
    [{ whereFilters: [{ column: 'paid', operator: 'ne', values: ['true'] }] }, '2'],
    [{ orderBy: [{ column: 'id', order: 'DESC' }] }, '10 2 1'],
    [{ orderBy: [{ column: 'price' }], limit: 2 }, '10 2'],
  ])('are compared as what they are: %j', async (options, ids) => {
    const keboola = await withTypes()
    const { parts } = await keboola.exported(id, { ...options, columns: 'id' })
    expect(parts.join('').trimEnd().split('\n').join(' ').replaceAll('"', '')).toBe(ids)
  })

  test('rows go by the number too', async () => {
    const keboola = await withTypes()
    const json = { whereFilters: [{ column: 'price', operator: 'eq', values: ['9.50'] }] }
    expect((await keboola.job('DELETE', `${path}/rows`, { json })).results).toEqual({ deletedRows: 1 })
    expect((await keboola.exported(id)).parts.join('')).toBe('"1","10","true"\n"10",,\n')
  })

  test('a dataType for the order is refused', async () => {
    const keboola = await withTypes()
    const json = { orderBy: [{ column: 'id', dataType: 'INTEGER' }] }
    expect(await keboola.call('POST', `${path}/export-async`, { json })).toMatchObject({ status: 400 })
  })
})

describe('previews', () => {
  test('JSON names columns and cuts long values', async () => {
    const keboola = await withTable(`id,name\n1,${'x'.repeat(16_385)}\n`)
    const { json } = await keboola.call('GET', `${path}/data-preview?format=json`)
    expect(json.columns).toEqual(['id', 'name'])
    expect(json.rows[0]).toMatchObject([
      { columnName: 'id', value: '1', isTruncated: false },
      { columnName: 'name', value: 'x'.repeat(16_384), isTruncated: true },
    ])
  })

  test('at most 1,000 rows and 30 columns, 100 rows unless asked', async () => {
    const names = Array.from({ length: 31 }, (_, at) => `c${at}`).join(',')
    const keboola = await withTable(`${names}\n${`${','.repeat(30)}\n`.repeat(120)}`)
    const preview = (query: string): ReturnType<TestKeboola['call']> =>
      keboola.call('GET', `${path}/data-preview?${query}`)
    expect(await preview('')).toMatchObject({ status: 400, json: { code: 'storage.maxNumberOfColumnsExceed' } })
    expect((await preview('columns=c1,c0')).text.split('\n')).toHaveLength(102)
    expect((await preview('columns=c1&limit=1000&offset=50')).text.split('\n')).toHaveLength(122)
    const tooMany = await preview('columns=c1&limit=1001')
    expect(tooMany).toMatchObject({ status: 400, json: { code: 'storage.tables.validation' } })
    expect(tooMany.json.error).toContain('1000')
    expect(await preview('columns=c1&format=csv')).toMatchObject({
      status: 400,
      json: { code: 'storage.tables.validation.invalidFormat' },
    })
    expect(await preview('columns=nope')).toMatchObject({ json: { code: 'storage.tables.nonExistingColumns' } })
  })

  test('a text is found in any column', async () => {
    const keboola = await withTable()
    expect((await keboola.call('GET', `${path}/data-preview?fulltextSearch=ANN`)).text).toBe(
      '"id","name","n"\n"1","Ann","10"\n',
    )
    const both = 'fulltextSearch=a&whereFilters[0][column]=id&whereFilters[0][values][]=1'
    expect(await keboola.call('GET', `${path}/data-preview?${both}`)).toMatchObject({ status: 400 })
  })
})
