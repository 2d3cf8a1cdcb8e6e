import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column, ColumnType } from '../contract/column.ts'
import { StorageError } from '../errors/storage-error.ts'
import { toBatch } from './batch.ts'
import { cellProblem, checkBatch, type RowSchema } from './row-check.ts'
import type { Cell, RowInput } from './row.ts'

function column(name: string, type: ColumnType, required = false): Column {
  return { name, type, required, native: undefined, description: undefined }
}

const table: RowSchema = {
  columns: [column('id', 'string', true), column('n', 'number'), column('at', 'timestamp')],
  primaryKey: ['id'],
  undeclaredFields: 'refuse',
}

function failure(rows: RowInput[], schema: RowSchema = table, firstRow?: number): StorageError {
  try {
    checkBatch(toBatch(rows), schema, firstRow)
  } catch (error) {
    if (StorageError.is(error, 'invalid-argument')) return error
    throw error
  }
  throw new Error('did not fail')
}

function badRow(rows: RowInput[], schema: RowSchema = table): unknown {
  try {
    checkBatch(toBatch(rows), schema)
    return undefined
  } catch (error) {
    return StorageError.is(error, 'invalid-argument') ? error.details['row'] : error
  }
}

describe('cellProblem', () => {
  const samples: [ColumnType, Cell][] = [
    ['string', 'a'],
    ['number', 5],
    ['boolean', false],
    ['timestamp', '2026-11-21T09:30:00Z'],
    ['object', { a: 1 }],
    ['array', []],
  ]
  test('each type takes its own values, null and missing, and nothing else', () => {
    for (const [type] of samples) {
      const fitting = samples.filter(([, cell]) => cellProblem(column('c', type), cell) === undefined)
      // A timestamp is a text, so a string column takes it too.
      expect(fitting.map(([other]) => other)).toEqual(type === 'string' ? ['string', 'timestamp'] : [type])
      expect(cellProblem(column('c', type), null)).toBeUndefined()
      expect(cellProblem(column('c', type), undefined)).toBeUndefined()
    }
  })

  test('the text says what was expected and found, shortened', () => {
    expect(cellProblem(column('c', 'number'), '5')).toBe('needs a number and has the string "5"')
    expect(cellProblem(column('c', 'array'), { a: 1 })).toBe('needs an array and has an object')
    expect(cellProblem(column('c', 'string', true), null)).toBe('needs a value (a string) and has null')
    expect(cellProblem(column('c', 'string', true), undefined)).toContain('has none')
    expect(cellProblem(column('c', 'boolean'), 'x'.repeat(1e6))?.length).toBeLessThan(150)
    expect(cellProblem(column('c', 'timestamp'), '2026-02-29T00:00:00Z')).toContain('a timestamp such as')
  })
})

describe('checkBatch', () => {
  test('rows that fit pass', () => {
    expect(badRow([{ id: 'a', n: 1, at: '2026-11-21T09:30:00Z' }, { id: 'b' }, { id: 'c', n: null }])).toBeUndefined()
    expect(badRow([])).toBeUndefined()
  })

  test.each([
    ['a wrong type', [{ id: 'a' }, { id: 'b', n: 'x' }], 1, 'n'],
    ['null in the key', [{ id: 'a' }, { id: null }], 1, 'id'],
    ['a missing key', [{ id: 'a' }, { n: 1 }], 1, 'id'],
    ['a column no row has', [{ n: 1 }], 0, 'id'],
    ['an undeclared field', [{ id: 'a' }, { id: 'b', more: null }], 1, 'more'],
  ] as [string, RowInput[], number, string][])('%s names row and column', (_name, rows, row, name) => {
    expect(failure(rows).details).toMatchObject({ row, column: name })
    expect(failure(rows, table, 1000).details).toMatchObject({ row: row + 1000, column: name })
    expect(failure(rows).message).toContain(`rows[${row}].${name} `)
  })

  test('the first row with a problem is named, whatever its column', () => {
    expect(failure([{ id: 'a', n: 1 }, { id: 'b', n: 'x' }, { id: 5 }]).details).toMatchObject({ row: 1, column: 'n' })
    expect(failure([{ more: 1 }]).details).toMatchObject({ row: 0 })
  })

  test('undeclared fields pass where the table keeps them', () => {
    expect(badRow([{ id: 'a', more: [1] }], { ...table, undeclaredFields: 'keep' })).toBeUndefined()
  })

  test('a key column needs a value even when its column does not say so', () => {
    const loose: RowSchema = { ...table, columns: [column('id', 'string')] }
    expect(failure([{ id: null }], loose).details).toMatchObject({ row: 0, column: 'id' })
  })

  test('a batch passes exactly when each cell does', () => {
    const cells = fc.record(
      { id: fc.oneof(fc.string(), fc.constant(null)), n: fc.oneof(fc.integer(), fc.string()) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), (rows) => {
        const bad = rows.findIndex((row) =>
          table.columns.some((c) => cellProblem(c, (row as Record<string, Cell>)[c.name])),
        )
        expect(badRow(rows)).toBe(bad < 0 ? undefined : bad)
      }),
    )
  })
})
