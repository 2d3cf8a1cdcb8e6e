import { join } from 'node:path'
import {
  type Bucket,
  copyFileToTable,
  type CopyMode,
  copyTable,
  copyTableToFile,
  type Row,
  type StorageError,
  type Table,
  type TableDefinition,
} from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../portable/embedded.ts'
import { openEnd, people, peopleColumns, placeFor, rowsOf, tableWith } from './table-ends.ts'
import { openKeboola, openZerodb } from './table-services.ts'

const definition: TableDefinition = {
  columns: {
    id: 'string',
    label: { type: 'string', required: true },
    amount: 'number',
    ok: 'boolean',
    at: 'timestamp',
    tags: 'array',
    more: 'object',
  },
  primaryKey: ['id'],
  undeclaredFields: 'refuse',
}

const nothing = { amount: null, ok: null, at: null, tags: null, more: null }
const edges: readonly Row[] = [
  { id: 'a', label: '', ...nothing },
  { id: 'b', label: 'Zoë 𝄞 "x",\n\ttab\r\nend', amount: 0.1, ok: true, at: '2026-11-21T10:00:00Z', tags: [], more: {} },
  {
    id: 'c',
    label: ' ',
    amount: -1.7976931348623157e308,
    ok: false,
    at: '0001-01-01T00:00:00.000001+14:00',
    tags: [null, [1]],
    more: { a: { b: '' } },
  },
  { id: 'd', label: '\\N', ...nothing, amount: 9007199254740991 },
  { id: 'e', label: 'null', ...nothing, amount: 5e-324 },
  { id: 'é', label: 'NULL', ...nothing, amount: -0.5 },
  { id: '', label: "=1+1;'--", ...nothing },
]

test('a table goes local, Keboola, ZeroDB, local and comes back equal', async () => {
  const source = await tableWith(await openEnd(), [...edges], definition)
  const keboola = (await openKeboola()).table('people')
  const zerodb = (await openZerodb()).table('people')
  const back = await placeFor(await openEnd())
  const options = { verify: 'read-back' } as const
  const digests = [
    (await copyTable(source, keboola, options)).digest,
    (await copyTable(keboola, zerodb, options)).digest,
    (await copyTable(zerodb, back, options)).digest,
  ]
  expect(new Set(digests).size).toBe(1)
  expect(await rowsOf(back)).toEqual(await rowsOf(source))
  const { primaryKey, columns } = await back.info()
  expect(primaryKey).toEqual(['id'])
  expect(columns.map(({ name, type }) => [name, type])).toEqual(
    (await source.info()).columns.map(({ name, type }) => [name, type]),
  )
})

const places = [
  ['Keboola', openKeboola, ['person 3', 30]],
  ['ZeroDB', openZerodb, 'unsupported'],
] as const

test.each(places)('every mode works into %s', async (_, open, afterReplacing) => {
  const required = { id: 'number', name: { type: 'string', required: true }, age: { type: 'number', required: true } }
  const plain = { columns: required, primaryKey: ['id'], undeclaredFields: 'refuse' } as TableDefinition
  const rows = [
    { id: 3, name: 'was', age: 1 },
    { id: 99, name: 'was', age: 2 },
  ]
  const source = await tableWith(await openEnd(), people(30), plain)
  const there = await tableWith(await openEnd(), rows, plain)
  const bucket = await open()
  const into = async (mode: CopyMode): Promise<readonly unknown[]> => {
    const target = bucket.table(`people_${mode.replace('-', '_')}`)
    await copyTable(there, target)
    await copyTable(source, target, { mode, verify: 'read-back' })
    return [(await target.get({ id: 3 }))?.['name'], (await target.find().toArray()).length]
  }
  expect(await into('upsert')).toEqual(['person 3', 31])
  expect(await into('skip-existing')).toEqual(['was', 31])
  const replaced = await into('replace').catch((error: unknown) => (error as StorageError).code)
  expect(replaced).toEqual(afterReplacing)
})

test.each(places)('a copy with a journal works into %s', async (_, open) => {
  const source = await tableWith(await openEnd(), people(250), { columns: peopleColumns, primaryKey: ['id'] })
  const target = (await open()).table('people')
  const journal = join(await temporaryDirectory(), 'copy.journal')
  const options = { journal, batchRows: 100, verify: 'read-back', allowLossy: true } as const
  expect(await copyTable(source, target, options)).toMatchObject({ written: 250, isCreated: true })
  expect(await rowsOf(target)).toEqual(await rowsOf(source))
})

describe('where both ends speak CSV', () => {
  const columns = { id: 'string', text: 'string' } as const
  const large = Array.from({ length: 25_000 }, (_, index) => ({ id: `${index} "é"`, text: `one,\n${'x'.repeat(40)}` }))
  const plain = { columns, undeclaredFields: 'refuse' } as const

  async function fill(bucket: Bucket, rows: readonly Row[]): Promise<Table> {
    const table = bucket.table('texts')
    await table.create(plain)
    await table.load([...rows])
    return table
  }

  test('bytes go through unread, and say the same', async () => {
    const source = await fill(await openKeboola(), large)
    const target = (await openKeboola()).table('texts')
    const result = await copyTable(source, target)
    expect(result).toMatchObject({ rows: 25_000, written: 25_000, values: undefined, casts: [] })
    const back = await placeFor(await openEnd())
    await copyTable(target, back, { mode: 'replace' })
    expect(await rowsOf(back)).toEqual(large.toSorted((left, right) => (left.id < right.id ? -1 : 1)))
  })

  test('rows are read where the target has to see them', async () => {
    const source = await fill(await openKeboola(), large.slice(0, 10))
    const bucket = await openKeboola()
    expect((await copyTable(source, bucket.table('small'))).values).toEqual({ id: 10, text: 10 })
    expect((await copyTable(source, bucket.table('checked'), { verify: 'read-back' })).values).toEqual({
      id: 10,
      text: 10,
    })
    const chosen = await copyTable(source, bucket.table('chosen'), { columns: ['text', 'id'] })
    expect(chosen.values).toEqual({ id: 10, text: 10 })
  })

  test('a file goes through as well', async () => {
    const files = (await openEnd()).bucket('files')
    await files.create()
    const source = await tableWith(await openEnd(), large, {
      columns: { id: { type: 'string', required: true }, text: { type: 'string', required: true } },
    })
    await copyTableToFile(source, files.file('rows.csv'), { allowLossy: true })
    const target = (await openKeboola()).table('texts')
    const result = await copyFileToTable(files.file('rows.csv'), target, { definition: plain })
    expect(result).toMatchObject({ rows: 25_000, written: 25_000, values: undefined })
    expect((await target.count()).count).toBe(25_000)
  })
})
