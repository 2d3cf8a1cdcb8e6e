import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalNumber, cellReader, cellText } from './cell-reader.ts'
import type { TableColumn } from './table-record.ts'

function typed(basetype: string, nullable = true): TableColumn {
  return { name: 'c', definition: { type: 'X', length: null, nullable, default: null }, basetype, storedAs: 'string' }
}

describe('cells', () => {
  test('an untyped column takes any text as it is, and nothing as an empty one', () => {
    const read = cellReader({ name: 'c', definition: null, basetype: null, storedAs: 'string' })
    expect(['003.123', ' x ', 'true', null].map(read)).toEqual(['003.123', ' x ', 'true', ''])
  })

  test.each([
    ['INTEGER', '007', '7'],
    ['INTEGER', '-0', '0'],
    ['INTEGER', '9'.repeat(38), '9'.repeat(38)],
    ['NUMERIC', '+1.50', '1.5'],
    ['NUMERIC', '.5', '0.5'],
    ['FLOAT', '1e3', '1000'],
    ['BOOLEAN', 'T', 'true'],
    ['BOOLEAN', 'off', 'false'],
    ['DATE', '2024-02-29', '2024-02-29'],
    ['TIMESTAMP', '2024-02-29', '2024-02-29 00:00:00.000'],
    ['TIMESTAMP', '2024-02-29T23:00:00.5+02:00', '2024-02-29 21:00:00.500'],
    ['TIMESTAMP', '2024-02-29 23:00:00+0200', '2024-02-29 21:00:00.000'],
    ['STRING', '', ''],
    ['INTEGER', '', null],
    ['INTEGER', null, null],
  ])('%s reads %j as %j', (basetype, cell, expected) => {
    expect(cellReader(typed(basetype))(cell)).toBe(expected)
  })

  test.each([
    ['INTEGER', '1.5'],
    ['INTEGER', '1e3'],
    ['INTEGER', '9'.repeat(1000)],
    ['NUMERIC', '.'],
    ['FLOAT', 'one'],
    ['BOOLEAN', '2'],
    ['DATE', '2023-02-29'],
    ['DATE', '29.2.2024'],
    ['TIMESTAMP', '2024-02-29 25:00:00'],
  ])('%s refuses %j', (basetype, cell) => {
    expect(() => cellReader(typed(basetype))(cell)).toThrow('in column "c"')
  })

  test('nothing is refused where it has no place', () => {
    expect(() => cellReader(typed('STRING', false))(null)).toThrow("can't be null")
    expect(cellReader(typed('STRING', false))('')).toBe('')
  })

  test('equal numbers are equal texts', () => {
    const zeros = fc.integer({ min: 0, max: 3 }).map((count) => '0'.repeat(count))
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(999), zeros, zeros, (whole, part, before, behind) => {
        const digits = `${Math.abs(whole)}.${String(part).padStart(3, '0')}`
        const text = `${whole < 0 ? '-' : ''}${before}${digits}${behind}`
        expect(canonicalNumber(text)).toBe(canonicalNumber(`${whole < 0 ? '-' : ''}${digits}`))
        expect(Number(canonicalNumber(text))).toBe(Number(text) + 0)
      }),
    )
  })

  test('a text of many zeros takes no time', () => {
    expect(canonicalNumber(`1.${'0'.repeat(1_000_000)}1`)).toBeUndefined()
  })

  test('values of any kind are written as text', () => {
    expect(['x', 1.5, true, { a: [1] }, null, undefined].map(cellText)).toEqual([
      'x',
      '1.5',
      'true',
      '{"a":[1]}',
      null,
      null,
    ])
  })
})
