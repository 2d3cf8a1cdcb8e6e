import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { startKeboola, type TestKeboola } from './keboola-fixture.ts'

async function importing(
  keboola: TestKeboola,
  csv: string | Uint8Array,
  options: object = {},
  name?: string,
): Promise<TestKeboola extends { wait(id: number): Promise<infer Job> } ? Job : never> {
  const dataFileId = await keboola.file(csv, name)
  return keboola.job('POST', '/tables/in.c-main.orders/import-async', { json: { dataFileId, ...options } })
}

async function rowsOf(keboola: TestKeboola, table = 'in.c-main.orders'): Promise<string[]> {
  const { text } = await keboola.call('GET', `/tables/${table}/data-preview`)
  return text.trimEnd().split('\n').slice(1).toSorted()
}

describe('imports', () => {
  test('a full load replaces all rows and says what it did', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n2,Bob\n')
    const done = await importing(keboola, 'name,id\nCid,3\n')
    expect(done).toMatchObject({ status: 'success', operationName: 'tableImport', tableId: 'in.c-main.orders' })
    expect(done.results).toEqual({
      transaction: null,
      warnings: [],
      importedColumns: ['name', 'id'],
      importedRowsCount: 1,
      totalRowsCount: 1,
      totalDataSizeBytes: 4,
    })
    expect(await rowsOf(keboola)).toEqual(['"3","Cid"'])
  })

  test('an incremental load appends without a primary key', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n')
    const done = await importing(keboola, 'id,name\n1,Ann\n2,Bob\n', { incremental: 1 })
    expect(done.results).toMatchObject({ importedRowsCount: 2, totalRowsCount: 3 })
    expect(await rowsOf(keboola)).toEqual(['"1","Ann"', '"1","Ann"', '"2","Bob"'])
  })

  test('with one it replaces whole rows of the same key, also within the file', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n2,Bob\n', { primaryKey: 'id' })
    const done = await importing(keboola, 'id,name\n2,\n3,Cid\n3,Dan\n', { incremental: '1' })
    expect(done.results).toMatchObject({ importedRowsCount: 3, totalRowsCount: 3 })
    expect(await rowsOf(keboola)).toEqual(['"1","Ann"', '"2",""', '"3","Dan"'])
  })

  test('a key also holds in a full load and when the table is created', async () => {
    const keboola = await startKeboola()
    await keboola.table('a,b,c\n1,1,x\n1,1,y\n1,2,z\n', { primaryKey: 'a,b' })
    expect(await rowsOf(keboola)).toEqual(['"1","1","y"', '"1","2","z"'])
    const done = await importing(keboola, 'a,b,c\n7,7,x\n7,7,y\n')
    expect(done.results).toMatchObject({ totalRowsCount: 1 })
    expect(await rowsOf(keboola)).toEqual(['"7","7","y"'])
  })

  test('columns that are missing fail the job and name them', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n')
    const done = await importing(keboola, 'id,other\n1,2\n')
    expect(done).toMatchObject({
      status: 'error',
      error: { code: 'csvImport.columnsNotMatch' },
      results: { missingColumns: ['name'], expectedColumns: ['id', 'name'] },
    })
    expect(done.error.exceptionId).toMatch(/^exception-/)
    expect(await rowsOf(keboola)).toEqual(['"1","Ann"'])
  })

  test.each([
    ['an empty file', '', 'csvImport.columnsNotMatch'],
    ['a ragged row', 'id,name\n1,Ann\n2\n', 'invalidData'],
    ['bytes that are not UTF-8', Buffer.from('id,name\n1,\xff\n', 'latin1'), 'invalidCsv'],
    ['an enclosure left open', 'id,name\n1,"Ann\n', 'invalidCsv'],
    ['a column that is there twice', 'id,name,name\n1,2,3\n', 'storage.tables.validation.invalidColumnName'],
    ['a column without a name', 'id,name,\n1,2,3\n', 'storage.tables.validation.invalidColumnName'],
    ['gzip under a name that does not say so', gzipSync('id,name\n1,2\n'), 'invalidCsv'],
  ])('%s fails the job and leaves the rows', async (_, content, code) => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n')
    for (const incremental of [false, true]) {
      expect(await importing(keboola, content, { incremental })).toMatchObject({ status: 'error', error: { code } })
      expect(await rowsOf(keboola)).toEqual(['"1","Ann"'])
    }
  })

  test('a byte order mark and CRLF are no data, and backslashes are', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n')
    await importing(keboola, '\uFEFFid,name\r\n1,a\\\r\n2,"b\r\nc"\r\n')
    expect((await keboola.call('GET', '/tables/in.c-main.orders/data-preview')).text).toBe(
      '"id","name"\n"1","a\\"\n"2","b\r\nc"\n',
    )
  })

  test('a header alone empties the table', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n')
    expect((await importing(keboola, 'id,name\n')).results).toMatchObject({ totalRowsCount: 0, totalDataSizeBytes: 0 })
  })

  test('gzip is told by the name, several members are one file', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n')
    const content = Buffer.concat([gzipSync('id,name\n1,A'), gzipSync('nn\n2,Bob\n')])
    expect((await importing(keboola, content, {}, 'data.csv.gz')).results).toMatchObject({ importedRowsCount: 2 })
    expect(await importing(keboola, 'id,name\n', {}, 'x.csv.gz')).toMatchObject({ error: { code: 'invalidCsv' } })
  })

  test('what the file says of its columns', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n')
    const rows = async (csv: string, options: object): Promise<string[]> => {
      expect(await importing(keboola, csv, options)).toMatchObject({ status: 'success' })
      return rowsOf(keboola)
    }
    expect(await rows('1,Ann\n', { withoutHeaders: true })).toEqual(['"1","Ann"'])
    expect(await rows('Ann,1\n', { columns: ['name', 'id'] })).toEqual(['"1","Ann"'])
    expect(await rows('name,id\nAnn,1\n', { columns: ['name', 'id'] })).toEqual(['"1","Ann"', '"id","name"'])
    expect(await rows('name,id\nAnn,1\n', { columns: ['name', 'id'], ignoredLinesCount: 1 })).toEqual(['"1","Ann"'])
    expect(await rows('# made\nid,name\n1,Ann\n'.replace('# made', 'x,y'), { ignoredLinesCount: 2 })).toEqual([
      '"1","Ann"',
    ])
    expect(await rows('id;name\n1;a,b\n', { delimiter: ';' })).toEqual(['"1","a,b"'])
    expect(await rows('id\tname\n1\tAnn\n', { delimiter: '\\t', enclosure: "'" })).toEqual(['"1","Ann"'])
    expect(await rows('id,name\n1,a\\,b\n', { escapedBy: '\\' })).toEqual(['"1","a,b"'])
  })

  test.each([
    [{ delimiter: ';;' }],
    [{ enclosure: '""' }],
    [{ enclosure: '"', escapedBy: '\\' }],
    [{ delimiter: '"' }],
  ])('%j is refused at once', async (options) => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n')
    const json = { dataFileId: await keboola.file('id,name\n'), ...options }
    const answer = await keboola.call('POST', '/tables/in.c-main.orders/import-async', { json })
    expect(answer).toMatchObject({ status: 400, json: { code: 'csvImport.invalidCsvParams' } })
  })

  test('columns the table lacks are added behind its own, empty in the rows that are there', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n', { primaryKey: 'id' })
    const done = await importing(keboola, 'city of birth,id,name\nOslo,2,Bob\n', { incremental: true })
    expect(done).toMatchObject({ status: 'success' })
    const detail = await keboola.call('GET', '/tables/in.c-main.orders')
    expect(detail.json).toMatchObject({ columns: ['id', 'name', 'city_of_birth'], primaryKey: ['id'], rowsCount: 2 })
    expect(await rowsOf(keboola)).toEqual(['"1","Ann",""', '"2","Bob","Oslo"'])
    const full = await importing(keboola, 'id,name,city_of_birth,zip\n3,Cid,Rome,00100\n')
    expect(full.results).toMatchObject({ totalRowsCount: 1 })
    expect(await rowsOf(keboola)).toEqual(['"3","Cid","Rome","00100"'])
    expect(await importing(keboola, 'id,name,city_of_birth,zip,more\n4\n')).toMatchObject({ status: 'error' })
    const broken = 'id,name,city_of_birth,zip,more\n4,a,b,c,d\n5\n'
    expect(await importing(keboola, broken, { incremental: true })).toMatchObject({ status: 'error' })
    expect((await keboola.call('GET', '/tables/in.c-main.orders')).json.columns).toHaveLength(4)
    expect(await rowsOf(keboola)).toEqual(['"3","Cid","Rome","00100"'])
  })

  test('a table that is not there is refused at once, a file that is not there in the job', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n')
    const path = '/tables/in.c-main.orders/import-async'
    expect(
      await keboola.call('POST', '/tables/in.c-main.nope/import-async', { json: { dataFileId: 1 } }),
    ).toMatchObject({
      status: 404,
      json: { code: 'storage.tables.notFound' },
    })
    expect(await keboola.call('POST', '/tables/in.c-nope.orders/import-async', { json: {} })).toMatchObject({
      status: 404,
      json: { code: 'storage.buckets.notFound' },
    })
    expect(await keboola.job('POST', path, { json: { dataFileId: 99 } })).toMatchObject({
      error: { code: 'storage.files.notFound' },
    })
    const { json: prepared } = await keboola.call('POST', '/files/prepare', { json: { name: 'x', federationToken: 1 } })
    expect(await keboola.job('POST', path, { json: { dataFileId: prepared.id } })).toMatchObject({
      error: { code: 'storage.fileNotUploaded' },
    })
    const sliced = { name: 'x', federationToken: 1, isSliced: 1 }
    const { json: empty } = await keboola.call('POST', '/files/prepare', { json: sliced })
    expect(await keboola.job('POST', path, { json: { dataFileId: empty.id } })).toMatchObject({
      error: { code: 'storage.manifestFileMissing' },
    })
  })

  test('an exported table is imported again as it was, slices and all', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,"a\nb"\n2,\n3,"""q"""\n')
    for (const gzip of [false, true]) {
      const { results } = await keboola.job('POST', '/tables/in.c-main.orders/export-async', { json: { gzip } })
      const json = { dataFileId: results.file.id, columns: ['id', 'name'] }
      const done = await keboola.job('POST', '/tables/in.c-main.orders/import-async', { json })
      expect(done.results).toMatchObject({ importedRowsCount: 3 })
    }
    expect((await keboola.call('GET', '/tables/in.c-main.orders/data-preview')).text).toBe(
      '"id","name"\n"1","a\nb"\n"2",""\n"3","""q"""\n',
    )
  })

  test('only one of several ways a form may say it, as the Python client does', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n', { primaryKey: 'id' })
    const dataFileId = String(await keboola.file('id,name\n2,Bob\n'))
    const form = {
      delimiter: ',',
      enclosure: '"',
      escapedBy: '',
      incremental: '1',
      withoutHeaders: '0',
      dataFileId,
      'primaryKey[]': 'id',
    }
    const done = await keboola.job('POST', '/tables/in.c-main.orders/import-async', { form })
    expect(done.results).toMatchObject({ totalRowsCount: 2 })
  })
})

describe('odd but legal', () => {
  test('columns named like integers keep their order', async () => {
    const keboola = await startKeboola()
    await keboola.table('2,10,1\nb,j,a\n')
    const detail = await keboola.call('GET', '/tables/in.c-main.orders')
    expect(detail.json.columns).toEqual(['2', '10', '1'])
    expect(
      (await keboola.exported('in.c-main.orders', { orderBy: [{ column: '10' }, { column: '2' }] })).parts,
    ).toEqual(['"b","j","a"\n'])
  })

  test.each([
    [
      'columns named like parts of objects',
      'constructor,__proto__,toString\na,b,c\n',
      '"constructor","proto","toString"\n',
    ],
    ['a NUL', 'id\n"a\0b"\n', '"a\0b"\n'],
    ['a cell of a mebibyte', `id\n${'x'.repeat(2 ** 20)}\n`, 'xxx"\n'],
    ['a lone carriage return', 'id\n"a\rb"\n', '"a\rb"\n'],
    ['a blank line in a table of one column', 'id\n\n', '""\n'],
  ])('%s', async (_, csv, expected) => {
    const keboola = await startKeboola()
    await keboola.table(csv)
    expect((await keboola.call('GET', '/tables/in.c-main.orders/data-preview')).text).toContain(expected)
  })

  test('many columns', async () => {
    const keboola = await startKeboola()
    const names = Array.from({ length: 1200 }, (_, at) => `c${at}`).join(',')
    await keboola.table(`${names}\n${names}\n`)
    expect((await keboola.exported('in.c-main.orders')).parts).toEqual([`"${names.replaceAll(',', '","')}"\n`])
  })
})

describe('the instants of rows', () => {
  test('an untyped table notes what changed: a row that stays the same keeps its instant', async () => {
    const keboola = await startKeboola()
    await keboola.table('id,name\n1,Ann\n2,Bob\n', { primaryKey: 'id' })
    await keboola.clock.advance(60_000)
    const sinceMs = keboola.clock.now()
    await keboola.clock.advance(60_000)
    await importing(keboola, 'id,name\n1,Ann\n2,Bo\n3,Cid\n', { incremental: true })
    const query = `changedSince=${Math.floor(sinceMs / 1000)}`
    const { text } = await keboola.call('GET', `/tables/in.c-main.orders/data-preview?${query}`)
    expect(text.trimEnd().split('\n').slice(1).toSorted()).toEqual(['"2","Bo"', '"3","Cid"'])
    const until = await keboola.call('GET', `/tables/in.c-main.orders/data-preview?changedUntil=-30+seconds`)
    expect(until.text).toBe('"id","name"\n"1","Ann"\n')
    const { parts } = await keboola.exported('in.c-main.orders', { changedSince: '-1 minute', columns: 'name' })
    expect(parts.join('').trimEnd().split('\n').toSorted()).toEqual(['"Bo"', '"Cid"'])
  })

  test('a key of several columns keeps them too', async () => {
    const keboola = await startKeboola()
    await keboola.table('a,b,c\n1,1,x\n1,2,y\n', { primaryKey: 'a,b' })
    await keboola.clock.advance(60_000)
    await importing(keboola, 'a,b,c\n1,1,x\n1,2,z\n', { incremental: true })
    const { text } = await keboola.call('GET', `/tables/in.c-main.orders/data-preview?changedSince=-10+seconds`)
    expect(text).toBe('"a","b","c"\n"1","2","z"\n')
  })

  test('an export can show them', async () => {
    const keboola = await startKeboola()
    await keboola.table('id\n1\n')
    const { parts } = await keboola.exported('in.c-main.orders', { includeInternalTimestamp: true })
    expect(parts).toEqual(['"1","2026-11-20T10:15:02+0100"\n'])
  })
})
