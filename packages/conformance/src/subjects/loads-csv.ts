import assert from 'node:assert/strict'
import type { LoadFormat, LoadOptions, LoadResult, StorageErrorCode, Table } from '@stowage/core'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertNotLoaded, needsOfLoad } from './load-modes.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'

function loadText(table: Table, text: string, format: LoadFormat, options: LoadOptions = {}): PromiseLike<LoadResult> {
  return table.load(new TextEncoder().encode(text), { ...options, format })
}

type Fault = readonly [what: string, text: string, code: StorageErrorCode, row: number | undefined]

const csvFaults: readonly Fault[] = [
  ['a short row', 'id,name,city\na,b,c\nd,e\n', 'corrupt-data', 1],
  ['a long row', 'id,name,city\na,b,c\nd,e,f,g\n', 'corrupt-data', 1],
  ['a quote left open', 'id,name,city\na,b,c\nd,"e,f\n', 'corrupt-data', 1],
  ['text behind a quote', 'id,name,city\na,"b"x,c\n', 'corrupt-data', 0],
  ['a quote inside a cell', 'id,name,city\na,b"x,c\n', 'corrupt-data', 0],
  ['a column named twice', 'id,name,name\na,b,c\n', 'corrupt-data', undefined],
  ['a column without a name', 'id,name,\na,b,c\n', 'corrupt-data', undefined],
  ['a column the table lacks', 'id,name,city,planet\na,b,c,d\n', 'invalid-argument', undefined],
  ['no column for the key', 'name,city\na,b\n', 'invalid-argument', undefined],
]

const jsonLinesFaults: readonly Fault[] = [
  ['no JSON', '{"id":"a"}\n{"id":\n', 'corrupt-data', 1],
  ['no object', '{"id":"a"}\n{"id":"b"}\n["c"]\n', 'corrupt-data', 2],
  ['a number no double holds', '{"id":"a"}\n{"id":"b","name":9007199254740993}\n', 'invalid-argument', 1],
  ['half a surrogate pair', '{"id":"a"}\n{"id":"b","name":"\\ud800"}\n', 'invalid-argument', 1],
]

const jsonFaults: readonly Fault[] = [
  ['no array', '{"id":"a"}', 'corrupt-data', undefined],
  ['an array left open', '[{"id":"a"},{"id":"b"}', 'corrupt-data', undefined],
  ['no object', '[{"id":"a"},5]', 'corrupt-data', 1],
  ['text behind the array', '[{"id":"a"}] x', 'corrupt-data', undefined],
]

function faultCheck(format: LoadFormat, faults: readonly Fault[]): Check {
  return check(
    `loads/${format}-faults`,
    `malformed ${format} fails with its row, and the table stays as it was`,
    { needs: needsOfLoad },
    async (context) => {
      for (const [what, text, code, row] of faults) {
        const table = await context.table(textTable)
        await table.load(textRows(3))
        const error = await expectError(loadText(table, text, format), code)
        if (row !== undefined) assert.equal(error.details['row'], row, what)
        await assertNotLoaded(context, table, textRows(3), error)
      }
    },
  )
}

/** Loads of CSV and JSON: what the text means. */
export const loadCsvChecks: readonly Check[] = [
  check(
    'loads/csv-quoting',
    'quotes, delimiters, line breaks and spaces inside cells come in as they are',
    { needs: needsOfLoad },
    async (context) => {
      const names = [
        'say "hi"',
        'a,b',
        'line\nbreak',
        'crlf\r\nbreak',
        ' spaced ',
        '\ttab',
        '""',
        ',',
        ';',
        "it's",
        '\\',
      ]
      const rows = names.map((name, index) => ({ id: `k${index}`, name, city: 'Łódź 😀' }))
      const lines = rows.map(({ id, name, city }) => `${city},"${name.replaceAll('"', '""')}",${id}`)
      for (const end of ['\n', '\r\n']) {
        const table = await context.table(textTable)
        // The columns in another order, a byte order mark, and no line end behind the last row.
        await loadText(table, `\ufeffcity,name,id${end}${lines.join(end)}`, 'csv')
        await assertStored(table, rows)
      }
    },
  ),
  check(
    'loads/csv-dialect',
    'another delimiter, a header from the call, and columns to ignore',
    { needs: needsOfLoad },
    async (context) => {
      const table = await context.table(textTable)
      await loadText(table, 'id;name;city\na;b,c;d\n', 'csv', { csv: { delimiter: ';' } })
      await loadText(table, 'b,name,city\n', 'csv', { csv: { header: ['id', 'name', 'city'] } })
      await loadText(table, 'id,planet,name,city\nc,Mars,n,o\n', 'csv', { csv: { unknownColumns: 'ignore' } })
      await assertStored(table, [
        { id: 'a', name: 'b,c', city: 'd' },
        { id: 'b', name: 'name', city: 'city' },
        { id: 'c', name: 'n', city: 'o' },
      ])
    },
  ),
  check(
    'loads/csv-types',
    'cells become values of their columns',
    { needs: [...needsOfLoad, 'semantics.keepsTypes'] },
    async (context) => {
      const columns = { id: 'string', n: 'number', b: 'boolean', t: 'timestamp', o: 'object', a: 'array' } as const
      const table = await context.table({ columns, primaryKey: ['id'] })
      const line = '7,-1.50,true,2026-02-03T04:05:06+01:00,"{""x"":[1,""2""]}","[null,0.1]"'
      await loadText(table, `id,n,b,t,o,a\n${line}\n`, 'csv')
      const values = { n: -1.5, b: true, t: '2026-02-03T04:05:06+01:00', o: { x: [1, '2'] }, a: [null, 0.1] }
      await assertStored(table, [{ id: '7', ...values }])
    },
  ),
  check(
    'loads/csv-type-faults',
    'a cell that does not fit its column fails with row, line and column, and nothing is loaded',
    { needs: needsOfLoad },
    async (context) => {
      const columns = { id: 'string', n: 'number', b: 'boolean', t: 'timestamp', o: 'object' } as const
      const bad = { n: ['x', '1,5', '9007199254740993', '1e400', ' 1'], b: ['1', 'yes'], t: ['today'], o: ['[1]', 'x'] }
      for (const [column, cells] of Object.entries(bad)) {
        for (const cell of cells) {
          const table = await context.table({ columns, primaryKey: ['id'] })
          const error = await expectError(loadText(table, `id,${column}\na,\nb,"${cell}"\n`, 'csv'), 'invalid-argument')
          const { row, line, column: named } = error.details
          assert.deepEqual([row, line, named], [1, 3, column], `${column}: ${cell}`)
          await assertNotLoaded(context, table, [], error)
        }
      }
    },
  ),
  check(
    'loads/csv-nulls',
    'empty cells are the empty text in a column of texts and null in others; markers tell null and missing',
    { needs: [...needsOfLoad, 'semantics.keepsNulls', 'semantics.keepsTypes'] },
    async (context) => {
      const table = await context.table({ columns: { id: 'string', s: 'string', n: 'number' }, primaryKey: ['id'] })
      await loadText(table, 'id,s,n\na,,\nb,"",""\n', 'csv')
      await loadText(table, 'id,s\nc,x\n', 'csv')
      const markers = { nullText: 'NULL', missingText: '-' }
      await loadText(table, 'id,s,n\nd,NULL,NULL\ne,-,-\nf,,\n', 'csv', { csv: markers })
      await assertStored(table, [
        { id: 'a', s: '', n: null },
        { id: 'b', s: '', n: null },
        { id: 'c', s: 'x' },
        { id: 'd', s: null, n: null },
        { id: 'e' },
        { id: 'f', s: '', n: null },
      ])
    },
  ),
  check(
    'loads/csv-unknown-kept',
    'a column the table lacks is kept as text when asked for',
    { needs: [...needsOfLoad, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table(textTable)
      await loadText(table, 'id,name,city,planet\na,b,c,3\n', 'csv', { csv: { unknownColumns: 'keep' } })
      await assertStored(table, [{ id: 'a', name: 'b', city: 'c', planet: '3' }])
    },
  ),
  check(
    'loads/inexact-numbers-as-text',
    'a number that no double holds stays text when asked for, every digit of it',
    { needs: needsOfLoad },
    async (context) => {
      const table = await context.table(textTable)
      const number = '12345678901234567890.12345678901234567890'
      const options = { json: { inexactNumbers: 'text' } } as const
      await loadText(table, `{"id":"a","name":${number},"city":"9007199254740993"}\n`, 'json-lines', options)
      await loadText(table, `[{"id":"b","name":-9007199254740993,"city":"c"}]`, 'json', options)
      await loadText(table, `id,name,city\nc,${number},0012\n`, 'csv')
      await assertStored(table, [
        { id: 'a', name: number, city: '9007199254740993' },
        { id: 'b', name: '-9007199254740993', city: 'c' },
        { id: 'c', name: number, city: '0012' },
      ])
    },
  ),
  faultCheck('csv', csvFaults),
  faultCheck('json-lines', jsonLinesFaults),
  faultCheck('json', jsonFaults),
  check(
    'loads/csv-not-utf8',
    'bytes that are not UTF-8 fail, and the table stays as it was',
    { needs: needsOfLoad },
    async (context) => {
      const table = await context.table(textTable)
      await table.load(textRows(2))
      const bytes = Buffer.concat([
        Buffer.from('id,name,city\na,b,c\nd,'),
        Buffer.from([0xe9, 0x2c]),
        Buffer.from('f\n'),
      ])
      const error = await expectError(table.load(bytes, { format: 'csv' }), 'corrupt-data')
      await assertNotLoaded(context, table, textRows(2), error)
    },
  ),
]
