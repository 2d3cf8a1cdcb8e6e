import { join } from 'node:path'
import { copyFileToTable, copyTableToFile, type File, type Row, type TableDefinition } from '@stowage/core'
import { interceptDriver, type StorageDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../portable/embedded.ts'
import { openEnd, people, peopleColumns, placeFor, rowsOf, tableWith } from './table-ends.ts'

const definition: TableDefinition = {
  columns: { id: 'number', name: 'string', at: 'timestamp', tags: 'array' },
  primaryKey: ['id'],
}
const plain: readonly Row[] = [
  { id: 1, name: '', at: null, tags: null },
  { id: 2, name: 'Zoë "x",\n', at: '2026-11-21T10:00:00Z', tags: ['a', 1] },
]
const odd: readonly Row[] = [...plain, { id: 3, name: null }, { id: 4, at: null, tags: [] }]

async function fileFor(key: string, text?: string): Promise<File> {
  const bucket = (await openEnd()).bucket('files')
  await bucket.create()
  const file = bucket.file(key)
  if (text !== undefined) await file.put(text)
  return file
}

describe('a table and a file', () => {
  test.each([
    ['rows.csv', plain, {}],
    ['rows.csv', odd, { csv: { dialect: 'lossless' } }],
    ['rows.jsonl', [...odd, { id: 5, extra: { a: 1 } }], {}],
  ] as const)('%s gives the same rows back', async (key, rows, options) => {
    const source = await tableWith(await openEnd(), rows, definition)
    const file = await fileFor(key)
    const verify = 'read-back'
    const out = await copyTableToFile(source, file, { ...options, verify, allowLossy: key === 'rows.csv' || [] })
    expect(out).toMatchObject({ rows: rows.length, written: rows.length, isCreated: true })
    expect(out.verification.checks).toEqual([
      expect.stringMatching(/rows were written as \d+ bytes, checked by the checksum/),
      expect.stringMatching(/SHA-256 of the bytes is [0-9a-f]{64}/),
      expect.stringContaining('read again'),
    ])
    const target = await placeFor(await openEnd())
    const back = await copyFileToTable(file, target, { ...options, verify, definition })
    expect(back).toMatchObject({ rows: rows.length, written: rows.length, isCreated: true, casts: [] })
    expect(back.digest).toBe(out.digest)
    expect(await rowsOf(target)).toEqual(rows)
  })

  test('what CSV does not tell apart is refused unless it may be lost', async () => {
    const source = await tableWith(await openEnd(), odd, definition)
    const file = await fileFor('rows.csv')
    await expect(copyTableToFile(source, file)).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { row: 2, column: 'name' },
    })
    expect(await file.exists()).toBe(false)
    const { casts } = await copyTableToFile(source, file, { allowLossy: true })
    expect(casts.map(({ column, kind }) => [column, kind])).toContainEqual(['name', 'lossy'])
    expect(await file.text()).toContain('3,,,\n')
  })

  test('a field that no column declares is refused in CSV', async () => {
    const source = await tableWith(await openEnd(), [{ id: 1, name: 'x', at: null, tags: null, extra: 1 }], definition)
    await expect(copyTableToFile(source, await fileFor('rows.csv'))).rejects.toMatchObject({
      details: { row: 0, column: 'extra' },
    })
  })
})

describe('a table into a file', () => {
  test('writes the columns and rows that are chosen', async () => {
    const source = await tableWith(await openEnd(), people(20))
    const file = await fileFor('rows.csv')
    const options = { columns: ['name', 'id'], rename: { name: 'label' }, filter: { id: { $lt: 2 } } }
    await copyTableToFile(source, file, { ...options, allowLossy: ['id'] })
    expect(await file.text()).toBe('label,id\nperson 0,0\nperson 1,1\n')
  })

  test('meets a file that is there as the mode says', async () => {
    const source = await tableWith(await openEnd(), people(2))
    const file = await fileFor('rows.jsonl', 'was here')
    await expect(copyTableToFile(source, file)).rejects.toMatchObject({ code: 'already-exists' })
    expect(await copyTableToFile(source, file, { mode: 'skip-existing' })).toMatchObject({ rows: 0, isCreated: false })
    expect(await file.text()).toBe('was here')
    await copyTableToFile(source, file, { mode: 'replace' })
    expect((await file.text()).split('\n')).toHaveLength(3)
  })

  test('of which the source changes meanwhile leaves the file as it was', async () => {
    let late: (() => Promise<unknown>) | undefined
    const meddle = (driver: StorageDriver): StorageDriver =>
      interceptDriver(driver, async (call, next) => {
        const result = await next(call)
        if (call.operation !== 'tables.find') return result
        await late?.()
        late = undefined
        return result
      })
    const source = await tableWith(await openEnd({}, meddle), people(5))
    late = () => source.insert({ id: 77, name: 'late', age: 1 })
    const file = await fileFor('rows.jsonl', 'was here')
    await expect(copyTableToFile(source, file, { mode: 'replace' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await file.text()).toBe('was here')
  })
})

describe('a file into a table', () => {
  test('that is not there makes it with texts, or as it is defined', async () => {
    const file = await fileFor('rows.csv', 'id,name\n007,x\n')
    const texts = await placeFor(await openEnd())
    await copyFileToTable(file, texts)
    expect(await rowsOf(texts)).toEqual([{ id: '007', name: 'x' }])
    const numbers = await placeFor(await openEnd())
    await copyFileToTable(file, numbers, {
      definition: { columns: { id: 'number', name: 'string' }, primaryKey: ['id'] },
    })
    expect((await numbers.info()).primaryKey).toEqual(['id'])
    expect(await rowsOf(numbers)).toEqual([{ id: 7, name: 'x' }])
    const empty = await placeFor(await openEnd())
    expect(await copyFileToTable(await fileFor('rows.csv', '\uFEFF"i""d",name'), empty)).toMatchObject({ rows: 0 })
    expect((await empty.info()).columns.map(({ name }) => name)).toEqual(['i"d', 'name'])
    const lines = copyFileToTable(await fileFor('rows.jsonl', '{"id":1}\n'), await placeFor(await openEnd()))
    await expect(lines).rejects.toThrow('give its definition')
  })

  test('fails with the place of a cell that does not fit, and changes nothing', async () => {
    const file = await fileFor('rows.csv', 'id,name,age\n1,x,2\n2,y,old\n')
    const target = await tableWith(await openEnd(), people(3))
    await expect(copyFileToTable(file, target, { mode: 'replace' })).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { row: 1, column: 'age', line: 3 },
    })
    expect((await target.count()).count).toBe(3)
  })

  test('knows every mode, other names, and columns the table has not', async () => {
    const file = await fileFor('rows.csv', 'nr,name,age\n1,new,2\n9,new,3\n')
    const target = await tableWith(await openEnd(), people(3), {
      columns: peopleColumns,
      primaryKey: ['id'],
      undeclaredFields: 'refuse',
    })
    await expect(copyFileToTable(file, target)).rejects.toThrow('column "nr" can\'t be kept')
    const rename = { nr: 'id' }
    await expect(copyFileToTable(file, target, { rename })).rejects.toMatchObject({ code: 'conflict' })
    expect(await copyFileToTable(file, target, { rename, mode: 'skip-existing' })).toMatchObject({
      written: 1,
      skipped: 1,
    })
    expect((await target.get({ id: 1 }))?.['name']).toBe('person 1')
    await copyFileToTable(file, target, { rename, mode: 'upsert', verify: 'digest' })
    expect((await target.get({ id: 1 }))?.['name']).toBe('new')
  })

  test('goes on where its journal ends', async () => {
    const lines = people(230).map((row) => JSON.stringify(row))
    const file = await fileFor('rows.ndjson', lines.join('\n'))
    let loads = 0
    const crash = (driver: StorageDriver): StorageDriver =>
      interceptDriver(driver, async (call, next) => {
        const result = await next(call)
        if (call.operation === 'tables.load' && (loads += 1) === 3) throw new Error('crash')
        return result
      })
    const target = await tableWith(await openEnd({}, crash), [])
    const options = { journal: join(await temporaryDirectory(), 'copy.journal'), batchRows: 50 }
    await expect(copyFileToTable(file, target, options)).rejects.toThrow('crash')
    expect(await copyFileToTable(file, target, options)).toMatchObject({ rows: 230, written: 230, resumedAt: 100 })
    expect(await rowsOf(target)).toEqual(people(230))
  })

  test('needs a format that is known, and a file that is there', async () => {
    const target = await tableWith(await openEnd(), [])
    const file = await fileFor('rows.txt', '{"id":1}\n')
    expect(() => copyFileToTable(file, target)).toThrow('the ending of rows.txt does not tell')
    expect(await copyFileToTable(file, target, { format: 'json-lines' })).toMatchObject({ written: 1 })
    const gone = copyFileToTable(await fileFor('gone.csv'), target)
    await expect(gone).rejects.toMatchObject({ code: 'not-found' })
  })
})
