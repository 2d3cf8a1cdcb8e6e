import type { Column, ColumnType } from '@stowage/core'
import { readCsv } from '@stowage/core/driver'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RowCsv } from './row-csv.ts'

function column(name: string, type: ColumnType = 'string'): Column {
  return { name, type, required: false, native: undefined, description: undefined }
}

test('every value is quoted, nothing is not, and columns come in the order of the table', () => {
  const csv = new RowCsv({ columns: [column('id'), column('n', 'number'), column('o', 'object')], primaryKey: ['id'] })
  const batch = {
    columns: ['o', 'id'],
    rows: [
      [{ x: '"' }, 'a,b'],
      [null, 'c\n'],
    ],
  }
  const lines = batch.rows.map(csv.lineWriter(batch.columns))
  expect([csv.header, ...lines].join('')).toBe('"id","n","o"\n"a,b",,"{""x"":""\\""""}"\n"c\n",,\n')
  expect(batch.rows.map(csv.keyReader(batch.columns))).toEqual([['a,b'], ['c\n']])
})

test('a row of one column without value is a line all the same', () => {
  const csv = new RowCsv({ columns: [column('a')], primaryKey: [] })
  expect([[null], [''], [undefined]].map(csv.lineWriter(['a']))).toEqual(['""\n', '""\n', '""\n'])
})

test('texts come back through a reader of CSV', async () => {
  const text = fc.string({ unit: 'binary' }).map((value) => value.toWellFormed())
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1 }), async (rows) => {
      const csv = new RowCsv({ columns: [column('a'), column('b')], primaryKey: [] })
      async function* source(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(csv.header + rows.map(csv.lineWriter(['a', 'b'])).join(''))
      }
      const read: unknown[] = []
      for await (const batch of readCsv(source())) read.push(...batch.rows)
      expect(read).toEqual(rows)
    }),
    { numRuns: 50 },
  )
})
