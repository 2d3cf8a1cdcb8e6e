import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column, ColumnType } from '../contract/column.ts'
import { StorageError } from '../errors/storage-error.ts'
import { readCsv, type ReadCsvOptions } from './csv-read.ts'
import type { Cell, RowBatch } from './row.ts'

async function* arrive(bytes: Uint8Array, ...cuts: number[]): AsyncGenerator<Uint8Array> {
  let start = 0
  for (const cut of [...cuts, bytes.byteLength]) {
    yield bytes.subarray(start, cut)
    start = cut
  }
}

interface Outcome {
  columns: readonly string[] | undefined
  rows: (readonly Cell[])[]
  error: StorageError | undefined
}

async function read(source: string | Uint8Array, options?: ReadCsvOptions, ...cuts: number[]): Promise<Outcome> {
  const rows: (readonly Cell[])[] = []
  let columns: readonly string[] | undefined
  try {
    for await (const batch of readCsv(arrive(Buffer.from(source), ...cuts), options)) {
      columns = batch.columns
      rows.push(...batch.rows)
    }
    return { columns, rows, error: undefined }
  } catch (error) {
    if (StorageError.is(error)) return { columns, rows, error }
    throw error
  }
}

async function failure(source: string | Uint8Array, options?: ReadCsvOptions): Promise<StorageError> {
  const { error } = await read(source, options)
  if (!error) throw new Error('did not fail')
  return error
}

function column(name: string, type: ColumnType, required = false): Column {
  return { name, type, required, native: undefined, description: undefined }
}

/** The grammar of RFC 4180 letter by letter, strict; undefined where the text breaks it. Slow and plain on purpose. */
function model(text: string): string[][] | undefined {
  const records: string[][] = []
  let at = 0
  while (at < text.length) {
    const cells: string[] = []
    for (;;) {
      let cell = ''
      if (text[at] === '"') {
        at++
        while (text[at] !== '"' || text[at + 1] === '"') {
          if (at >= text.length) return undefined
          cell += text[at]
          at += text[at] === '"' ? 2 : 1
        }
        at++
      } else {
        while (at < text.length && !',\n\r'.includes(text[at] ?? '')) {
          if (text[at] === '"') return undefined
          cell += text[at++]
        }
      }
      cells.push(cell)
      if (text[at] !== ',') break
      at++
    }
    records.push(cells)
    if (text[at] === '\r') at++
    if (at < text.length && text[at] !== '\n') return undefined
    if (at === text.length && text[at - 1] === ',') return records
    at++
  }
  return records
}

describe('the grammar', () => {
  test('any text is read or refused as a letter-by-letter reading does, however it is cut', async () => {
    const texts = fc.array(
      fc.constantFrom('a', 'b', ',', '"', '""', '\n', '\r\n', '\r', ',"', '",', '"\n', '"\r\n', '\u00e9'),
      { maxLength: 14 },
    )
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat(20), { maxLength: 3 }), async (parts, cuts) => {
        const text = parts.join('')
        // Two columns, so that blank lines are skipped and other lengths are ragged.
        const expected = model(text)?.filter((cells) => cells.length > 1 || cells[0] !== '')
        const options = { header: ['x', 'y'] }
        const bytes = Buffer.from(text)
        const { rows, error } = await read(
          bytes,
          options,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b),
        )
        const isFine = expected !== undefined && expected.every((cells) => cells.length === 2)
        if (isFine) accepted++
        expect(error === undefined ? rows : 'refused').toEqual(isFine ? expected : 'refused')
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  test('cells with everything in them survive every cut in two and in three', async () => {
    const text = '\ufeffn\u00e4me,"b ""q"""\r\n"a,\r\n""x""\n",\u{1f600}\r\n,"\ufeff"\n"",\ufeff\n'
    const whole = await read(text)
    expect(whole).toEqual({
      columns: ['n\u00e4me', 'b "q"'],
      rows: [
        ['a,\r\n"x"\n', '\u{1f600}'],
        ['', '\ufeff'],
        ['', '\ufeff'],
      ],
      error: undefined,
    })
    const { length } = Buffer.from(text)
    for (let first = 0; first <= length; first++) {
      expect(await read(text, {}, first)).toEqual(whole)
      for (let second = first; second <= length; second += 3) expect(await read(text, {}, first, second)).toEqual(whole)
    }
    expect(await read(text, {}, ...Array.from({ length }, (_, index) => index))).toEqual(whole)
  })

  test('a quoted cell that ends with CR keeps it, whatever ends the line', async () => {
    expect((await read('a,b\r\n1,"x\r"\r\n2,"y\r"\n')).rows).toEqual([
      ['1', 'x\r'],
      ['2', 'y\r'],
    ])
  })

  test('LF and CRLF may be mixed, and the last line break may be missing or half there', async () => {
    for (const end of ['', '\n', '\r\n', '\r']) {
      expect((await read(`a,b\n1,2\r\n3,4\n5,6${end}`)).rows).toEqual([
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ])
      expect((await read(`a,b\n1,"2"${end}`)).rows).toEqual([['1', '2']])
    }
  })

  test('spaces are data, and other delimiters work', async () => {
    expect((await read(' a ;b\n 1; 2,3 \n', { delimiter: ';' })).rows).toEqual([[' 1', ' 2,3 ']])
    expect((await read('a\tb\n"1"\t"2\t"\n', { delimiter: '\t' })).rows).toEqual([['1', '2\t']])
    expect((await read('a b\n"1" "2"\n', { delimiter: ' ' })).rows).toEqual([['1', '2']])
  })

  test('blank lines are skipped, but are rows in a file of one column', async () => {
    expect((await read('\n\r\na,b\n\n1,2\n\n\n3,4\n\n')).rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    expect((await read('a\n\n1\n\n')).rows).toEqual([[''], ['1'], ['']])
    expect((await read('a\n""')).rows).toEqual([['']])
  })

  test('rows come in batches of at most 1,000 and none is lost', async () => {
    const text = `a,b\n${Array.from({ length: 12_345 }, (_, index) => `${index},"x${index}"\n`).join('')}`
    const batches: RowBatch[] = []
    for await (const batch of readCsv(arrive(Buffer.from(text), 50_000))) batches.push(batch)
    expect(batches.flatMap((batch) => batch.rows).map(([a]) => Number(a))).toEqual([...Array(12_345).keys()])
    expect(batches.slice(0, -1).every((batch) => batch.rows.length === 1000)).toBe(true)
    expect(batches.at(-1)?.rows).toHaveLength(345)
  })

  test('a header alone gives no batch, nothing at all is an error', async () => {
    expect(await read('a,b\n')).toEqual({ columns: undefined, rows: [], error: undefined })
    for (const nothing of ['', '\n\n', '\ufeff']) expect(await failure(nothing)).toMatchObject({ code: 'corrupt-data' })
    expect((await read('', { header: ['a'] })).error).toBeUndefined()
  })
})

describe('what is no CSV', () => {
  test.each([
    ['too few cells', 'a,b\n1,2\n3\n', 1, 3, /1 cells where the header has 2/],
    ['too many cells', 'a,b\n\n1,2\n"3\n",4\n5,6,7\n', 2, 6, /3 cells where the header has 2/],
    ['a quote never closed', 'a,b\n1,2\n3,"4\n5,6\n', 1, 3, /never closed/],
    ['a quote open at the very end', 'a,b\n1,"', 0, 2, /never closed/],
    ['text behind a closing quote', 'a,b\n1,2\n"3"x,4\n', 1, 3, /behind a closing quote/],
    ['a space behind a closing quote', 'a,b\n1,"2" \n', 0, 2, /behind a closing quote/],
    ['a quote in an unquoted cell', 'a,b\n1,2"\n', 0, 2, /within an unquoted cell/],
    ['a space before an opening quote', 'a,b\n1, "2"\n', 0, 2, /within an unquoted cell/],
    ['a lone CR', 'a,b\n1,2\r3,4\r', 0, 2, /CR alone/],
  ])('%s fails with row and line', async (_name, text, row, line, message) => {
    const { rows, error } = await read(text)
    expect(error).toMatchObject({ code: 'corrupt-data', message, details: { row, line } })
    expect(error?.message).toContain(`Row ${row + 1} of the CSV (line ${line})`)
    // What comes before is given, unless it was in the same batch as a ragged row.
    expect(rows.length).toBeLessThanOrEqual(row)
  })

  test('bytes that are not UTF-8 fail with row and line', async () => {
    const bytes = Buffer.concat([Buffer.from('a,b\n1,2\n3,'), Buffer.from([0xe9]), Buffer.from('\n5,6\n')])
    expect(await failure(bytes)).toMatchObject({
      code: 'corrupt-data',
      details: { row: 1, line: 3 },
      message: /not UTF-8/,
    })
    expect(await failure(Buffer.from('a,b\n1,2', 'utf16le'))).toMatchObject({ code: 'corrupt-data' })
    expect(await failure(Buffer.from('\ufeffa,b\n1,2', 'utf16le'))).toMatchObject({
      code: 'corrupt-data',
      message: /header/,
    })
    expect(await failure(Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from('\u20ac').subarray(0, 2)]))).toMatchObject({
      details: { row: 0, line: 2 },
    })
  })

  test.each([
    ['an empty name', 'a,,b\n', /Column 2 .* no name/],
    ['a repeated name', 'a,b,a\n', /Column 3 .* "a" like one before/],
    ['__proto__', 'a,__proto__\n', /rename it/],
    ['a NUL', 'a\0,b\n', /UTF-16/],
  ])('a header with %s is refused', async (_name, text, message) => {
    expect(await failure(text)).toMatchObject({ code: 'corrupt-data', message, details: { line: 1 } })
  })

  test('a quote that is never closed stops at the limit and not at the end of the file', async () => {
    let given = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a,b\n1,2\n3,"')
      for (; given < 1e9; given += 65_536) yield Buffer.alloc(65_536, 'x\n,')
    }
    const rows: (readonly Cell[])[] = []
    const reading = (async () => {
      for await (const batch of readCsv(endless(), { maxRecordLength: 1_000_000 })) rows.push(...batch.rows)
    })()
    await expect(reading).rejects.toMatchObject({
      code: 'corrupt-data',
      details: { row: 1, line: 3 },
      message: /1000000 char/,
    })
    expect(rows).toEqual([['1', '2']])
    expect(given).toBeLessThan(1_300_000)
  })

  test('a long record in small chunks costs linear time', async () => {
    const cell = `"${'x'.repeat(4_000_000)}"`
    const bytes = Buffer.from(`a,b\n1,${cell}\n`)
    const { rows } = await read(bytes, {}, ...Array.from({ length: bytes.length / 2000 }, (_, index) => index * 2000))
    expect(rows[0]?.[1]).toBe('x'.repeat(4_000_000))
  })

  test('a failing source passes its error on', async () => {
    // oxlint-disable-next-line require-yield
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error('cable cut')
    }
    await expect(readCsv(broken()).next()).rejects.toThrow('cable cut')
  })
})

describe('columns', () => {
  const columns = [
    column('id', 'string', true),
    column('n', 'number'),
    column('ok', 'boolean'),
    column('at', 'timestamp'),
    column('o', 'object'),
    column('l', 'array'),
  ]

  test('cells become values of their types, in the order of the file', async () => {
    const text =
      'n,id,ok,at,l,o\n-1.50,a,true,2026-11-21T09:30:00Z,"[1,""x""]","{""k"":null}"\n,,,,,\n1e3,007,False,,,\n'
    expect(await read(text, { columns })).toEqual({
      columns: ['n', 'id', 'ok', 'at', 'l', 'o'],
      rows: [
        [-1.5, 'a', true, '2026-11-21T09:30:00Z', [1, 'x'], { k: null }],
        [null, '', null, null, null, null],
        [1000, '007', false, null, null, null],
      ],
      error: undefined,
    })
  })

  test.each([
    ['a number', 'n', '12a'],
    ['a number with spaces', 'n', ' 12'],
    ['a boolean', 'ok', 'yes'],
    ['a timestamp', 'at', '2026-02-30T00:00:00Z'],
    ['an object', 'o', '"[1]"'],
    ['an array', 'l', '"{""a"":1}"'],
    ['JSON', 'o', '{a}'],
    ['a number JSON can hold and a double can not', 'o', '"{""a"":9007199254740993}"'],
    ['a key that is a prototype', 'o', '"{""__proto__"":1}"'],
    ['an inexact number', 'n', '9007199254740993'],
  ])('a cell that is not %s names row, line and column', async (_name, name, cell) => {
    const error = await failure(`id,${name}\n"a\nb",\nc,${cell}\n`, { columns })
    expect(error).toMatchObject({ code: 'invalid-argument', details: { row: 1, line: 4, column: name } })
    expect(error.message).toContain(`Row 2 of the CSV (line 4), column "${name}" `)
  })

  test('the line is right below multi-line cells of the same batch, JSON included', async () => {
    const error = await failure('id,o\na,"{\n""x"": 1\n}"\nb,"{\n}"\nc,x\n', { columns })
    expect(error.details).toEqual({ row: 2, line: 7, column: 'o' })
  })

  test('the line is right below multi-line cells of earlier pieces', async () => {
    const text = 'id,o\n"a\nb\n",\n"c\r\nd",\ne,x\n'
    for (let at = 0; at <= text.length; at++) {
      expect((await read(text, { columns }, at)).error?.details).toEqual({ row: 2, line: 7, column: 'o' })
    }
  })

  test('inexact numbers stay text when asked for', async () => {
    const options = { columns, inexactNumbers: 'text' } as const
    const { rows } = await read('id,n,l\na,9007199254740993,"[1,9007199254740993,1e400]"\nb,5,\n', options)
    expect(rows).toEqual([
      ['a', '9007199254740993', [1, '9007199254740993', '1e400']],
      ['b', 5, null],
    ])
    expect(await failure('id,n\na,x\n', options)).toMatchObject({ code: 'invalid-argument' })
  })

  test('unknown columns are refused, kept as text or left out', async () => {
    const text = 'more,id,n\n1,a,2\n'
    expect(await failure(text, { columns })).toMatchObject({
      code: 'invalid-argument',
      details: { column: 'more', line: 1 },
    })
    expect((await read(text, { columns, unknownColumns: 'keep' })).rows).toEqual([['1', 'a', 2]])
    expect(await read(text, { columns, unknownColumns: 'ignore' })).toMatchObject({
      columns: ['id', 'n'],
      rows: [['a', 2]],
    })
  })

  test('a required column must be there and have values', async () => {
    expect(await failure('n\n1\n', { columns })).toMatchObject({ code: 'invalid-argument', details: { column: 'id' } })
    const required = [column('n', 'number', true), column('s', 'string', true)]
    expect((await failure('n,s\n1,\n,x\n', { columns: required })).details).toMatchObject({ row: 1, column: 'n' })
    const nulls = { columns: required, nullText: 'NULL' }
    expect((await failure('n,s\n1,\n2,NULL\n', nulls)).details).toMatchObject({ row: 1, column: 's' })
  })

  test('names may be given for a file without them', async () => {
    const given = await read('1,a\n2,b\n', { columns, header: ['n', 'id'] })
    expect(given).toMatchObject({
      columns: ['n', 'id'],
      rows: [
        [1, 'a'],
        [2, 'b'],
      ],
    })
    expect((await failure('1\n', { header: ['a', 'b'] })).details).toMatchObject({ row: 0, line: 1 })
    expect(await failure('1\n', { header: [] })).toMatchObject({ code: 'invalid-argument' })
  })
})
