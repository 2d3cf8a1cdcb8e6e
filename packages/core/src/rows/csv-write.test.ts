import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { columnTypes, type Column } from '../contract/column.ts'
import { toBatch } from './batch.ts'
import type { CsvDialect } from './csv-dialect.ts'
import { readCsv, type ReadCsvOptions } from './csv-read.ts'
import { writeCsv, type WriteCsvOptions } from './csv-write.ts'
import type { Cell, JsonValue, RowBatch } from './row.ts'

async function* arrive<Item>(...items: Item[]): AsyncGenerator<Item> {
  yield* items
}

async function write(batches: RowBatch | RowBatch[], options: WriteCsvOptions): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeCsv(arrive(...[batches].flat()), options)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function read(text: string, options: ReadCsvOptions): Promise<(readonly Cell[])[]> {
  const rows: (readonly Cell[])[] = []
  for await (const batch of readCsv(arrive(Buffer.from(text)), options)) rows.push(...batch.rows)
  return rows
}

function column(name: string, type: Column['type']): Column {
  return { name, type, required: false, native: undefined, description: undefined }
}

// Texts that look like everything else in CSV.
const tricky = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\\',
    '\\N',
    '\\M',
    '\\J1',
    '\\\\N',
    'NULL',
    '"',
    '""',
    ',',
    '\r',
    '\n',
    '\r\n',
    ';',
    '\ufeff',
    '5',
    'true',
    '-',
  ),
  fc.string({ unit: 'grapheme' }),
)
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const json = fc
  .letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      tricky,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(tricky, tie('value'), { maxKeys: 3 }),
    ),
  }))
  .value.filter((value) => !JSON.stringify(value).includes('__proto__'))
const dialects = fc.constantFrom<CsvDialect>(
  {},
  { delimiter: ';' },
  { delimiter: '\t' },
  { delimiter: ']' },
  { delimiter: '^' },
  { delimiter: '-' },
)

describe('writeCsv', () => {
  test('cells are quoted where they have to be', async () => {
    const batch = toBatch([
      { a: 'plain', b: 'a,b', c: 'say "hi"', d: 'two\nlines', e: 'x\r' },
      { a: 1.5, b: true, c: null, d: { k: [1, 'x'] }, e: -1e21 },
    ])
    expect(await write(batch, { columns: ['a', 'b', 'c', 'd', 'e'] })).toBe(
      'a,b,c,d,e\nplain,"a,b","say ""hi""","two\nlines","x\r"\n1.5,true,,"{""k"":[1,""x""]}",-1e+21\n',
    )
  })

  test('columns come in the order asked for, whatever each batch has', async () => {
    const batches = [toBatch([{ a: 1, b: 2 }]), toBatch([{ c: 3, b: 4 }]), toBatch([])]
    expect(await write(batches, { columns: ['b', 'a', 'x'] })).toBe('b,a,x\n2,1,\n4,,\n')
    expect(await write(batches, { columns: ['b'], header: false })).toBe('2\n4\n')
    expect(await write([], { columns: ['b'] })).toBe('b\n')
  })

  test('an empty cell alone in its row is quoted, or it would be a blank line', async () => {
    expect(await write(toBatch([{ a: '' }, { a: null }]), { columns: ['a'] })).toBe('a\n""\n""\n')
  })

  test('a byte order mark in the first cell survives', async () => {
    const text = await write(toBatch([{ '\ufeffa': '\ufeff' }]), { columns: ['\ufeffa'] })
    expect(await read(text, {})).toEqual([['\ufeff']])
  })

  test('large tables come in chunks, and rows are never lost between them', async () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, note: `row ${id}`.padEnd(40, '.') }))
    const chunks: Uint8Array[] = []
    for await (const chunk of writeCsv(arrive(toBatch(rows)), { columns: ['id', 'note'] })) chunks.push(chunk)
    expect(chunks.length).toBeGreaterThan(2)
    expect(Math.max(...chunks.map((chunk) => chunk.byteLength))).toBeLessThan(300 * 1024)
    const types = [column('id', 'number'), column('note', 'string')]
    expect(await read(Buffer.concat(chunks).toString(), { columns: types })).toEqual(
      rows.map(({ id, note }) => [id, note]),
    )
  })

  test('no columns and repeated columns are refused', async () => {
    await expect(write([], { columns: [] })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(write([], { columns: ['a', 'b', 'a'] })).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('a text that would be read as a marker is refused with row and column', async () => {
    const batches = [toBatch([{ a: 'x', b: null }]), toBatch([{ a: '-', b: 'NULL' }])]
    const writing = write(batches, { columns: ['a', 'b'], nullText: 'NULL' })
    await expect(writing).rejects.toMatchObject({ code: 'invalid-argument', details: { row: 1, column: 'b' } })
    await expect(write(batches, { columns: ['a'], missingText: '-' })).rejects.toMatchObject({
      details: { row: 1, column: 'a' },
    })
  })
})

describe('reading what was written', () => {
  test('texts survive the plain dialect', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ a: tricky, b: tricky })), dialects, async (rows, dialect) => {
        const text = await write(toBatch(rows), { columns: ['a', 'b'], ...dialect })
        expect(await read(text, dialect)).toEqual(rows.map(({ a, b }) => [a, b]))
      }),
    )
  })

  test('null, missing and text survive the plain dialect with markers', async () => {
    const cell = fc
      .oneof(tricky, fc.constant(null), fc.constant(undefined))
      .filter((value) => value !== 'NULL' && value !== '-')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell)), async (rows) => {
        const markers = { nullText: 'NULL', missingText: '-' }
        const text = await write({ columns: ['a', 'b'], rows }, { columns: ['a', 'b'], ...markers })
        expect(await read(text, markers)).toEqual(rows)
      }),
    )
  })

  test('values of declared types survive the plain dialect', async () => {
    const types = columnTypes.map((type) => column(type, type))
    const at = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    const row = fc.tuple(
      tricky,
      fc.option(number),
      fc.option(fc.boolean()),
      fc.option(at.map((date) => date.toISOString())),
      fc.option(json.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value))),
      fc.option(json.filter((value) => Array.isArray(value))),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(row), async (rows) => {
        const text = await write({ columns: [...columnTypes], rows }, { columns: columnTypes })
        expect(await read(text, { columns: types })).toEqual(rows)
      }),
    )
  })

  test('everything survives the lossless dialect, types known or not', async () => {
    const types = [column('s', 'string'), column('n', 'number'), column('o', 'object')]
    const any = fc.option(json, { nil: undefined })
    const row = fc.tuple(
      fc.option(tricky),
      fc.oneof(number, fc.constantFrom(null, undefined)),
      fc.oneof(
        fc.constantFrom(null, undefined),
        json.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
      ),
      any,
      any,
    )
    const columns = ['s', 'n', 'o', 'x', 'y']
    await fc.assert(
      fc.asyncProperty(fc.array(row), dialects, async (rows, { delimiter }) => {
        const dialect = { dialect: 'lossless', delimiter } as const
        const typed = await write({ columns, rows }, { columns, types, ...dialect })
        expect(await read(typed, { columns: types, unknownColumns: 'keep', ...dialect })).toEqual(rows)
        const untyped = await write({ columns, rows }, { columns, ...dialect })
        expect(await read(untyped, dialect)).toEqual(rows)
      }),
    )
  })
})

describe('null, missing and empty', () => {
  const columns = [column('s', 'string'), column('n', 'number')]

  test('markers are null and missing in any column, empty stays what it is', async () => {
    const rows = await read('s,n\n\\N,\\N\n-,-\n,\n', { columns, nullText: '\\N', missingText: '-' })
    expect(rows).toEqual([
      [null, null],
      [undefined, undefined],
      ['', null],
    ])
    expect(await read('s,n\n,\n', { columns, nullText: '' })).toEqual([[null, null]])
    expect(await read('s,n\n,\n', { columns, missingText: '' })).toEqual([[undefined, undefined]])
    expect(await read('a,b\n,x\n', { nullText: '' })).toEqual([[null, 'x']])
  })

  test('the lossless dialect tells all of them apart', async () => {
    const text = 's,n,u\n\\N,\\N,\\N\n\\M,\\M,\\M\n,5,\n\\\\N,\\J5,\\J5\n'
    const rows = await read(text, { columns, unknownColumns: 'keep', dialect: 'lossless' })
    expect(rows).toEqual([
      [null, null, null],
      [undefined, undefined, undefined],
      ['', 5, ''],
      ['\\N', 5, 5],
    ])
  })

  test('what the lossless dialect never writes is refused', async () => {
    for (const cell of ['\\', '\\x', '\\n', '\\J', '\\J{']) {
      await expect(read(`s\n${cell}\n`, { columns, dialect: 'lossless' })).rejects.toMatchObject({
        details: { column: 's', row: 0 },
      })
    }
    await expect(read('s,n\n,\n', { columns, dialect: 'lossless' })).rejects.toMatchObject({ details: { column: 'n' } })
    await expect(read('n\n"\\J""5"""\n', { columns, dialect: 'lossless' })).rejects.toMatchObject({
      details: { column: 'n' },
    })
  })

  test.each([
    [{ delimiter: '' }],
    [{ delimiter: ',,' }],
    [{ delimiter: '"' }],
    [{ delimiter: '\n' }],
    [{ delimiter: '\u{1f600}' }],
    [{ nullText: 'x', missingText: 'x' }],
    [{ dialect: 'lossless', nullText: 'x' }],
    [{ dialect: 'excel' }],
  ] as unknown as [ReadCsvOptions][])('%j is refused', async (options) => {
    await expect(read('a\n', options)).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})
