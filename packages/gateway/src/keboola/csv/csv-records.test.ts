import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsvFormat, defaultCsvFormat } from './csv-format.ts'
import { type CsvRecord, CsvRecords } from './csv-records.ts'

function read(text: string, format: Partial<CsvFormat> = {}, cuts: readonly number[] = []): CsvRecord[] {
  const records = new CsvRecords({ ...defaultCsvFormat, ...format })
  const found: CsvRecord[] = []
  let start = 0
  for (const cut of [...cuts.map((one) => one % (text.length + 1)).toSorted((a, b) => a - b), text.length]) {
    found.push(...records.push(text.slice(start, cut)))
    start = cut
  }
  return [...found, ...records.end()]
}

describe('CSV records', () => {
  test.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '"a","b"\n"1","x ""y"" z"\n',
      [
        ['a', 'b'],
        ['1', 'x "y" z'],
      ],
    ],
    ['a,"line 1\nline 2",c\n', [['a', 'line 1\nline 2', 'c']]],
    [
      'a,"1"\r\n"2",b\r\n',
      [
        ['a', '1'],
        ['2', 'b'],
      ],
    ],
    ['a\\,b\n', [['a\\', 'b']]],
    ['x"y,z\n', [['x"y', 'z']]],
    [',\n', [[null, null]]],
    ['"",\n', [['', null]]],
    ['"a",', [['a', null]]],
    ['\n', [[null]]],
    ['', []],
    [' a , b \n', [[' a ', ' b ']]],
  ] as const)('%j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test('a tab between cells, another enclosure, or none', () => {
    expect(read('a\tb\n', { delimiter: '\t' })).toEqual([['a', 'b']])
    expect(read("'a''b',c\n", { enclosure: "'" })).toEqual([["a'b", 'c']])
    expect(read('"a",b\n', { enclosure: '' })).toEqual([['"a"', 'b']])
  })

  test('an escape takes the meaning from what is behind it', () => {
    expect(read('a\\,b,c\\\nd\n,e\n', { enclosure: '', escapedBy: '\\' })).toEqual([
      ['a,b', 'c\nd'],
      [null, 'e'],
    ])
  })

  test.each(['"a"b,c\n', 'a,"b\n'])('%j is refused', (text) => {
    expect(() => read(text)).toThrow('The CSV is invalid')
  })

  test('a missing enclosure takes no more memory than a record may', () => {
    const records = new CsvRecords(defaultCsvFormat)
    const chunk = 'x'.repeat(1024 * 1024)
    records.push('"')
    expect(() => {
      for (let count = 0; count < 20; count += 1) records.push(chunk)
    }).toThrow('too large')
  })

  test('what is written comes back, however it is cut into chunks', () => {
    const cell = fc.oneof(fc.constant(null), fc.string(), fc.constantFrom('"', '\n', '\r\n', ',', '\r', '""', ''))
    const enclosed = (one: string | null): string => (one === null ? '' : `"${one.replaceAll('"', '""')}"`)
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
        fc.array(fc.nat(200), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        (rows, cuts, lineBreak) => {
          const text = rows.map((row) => row.map(enclosed).join(',') + lineBreak).join('')
          expect(read(text, {}, cuts)).toEqual(rows)
        },
      ),
    )
  })

  test('time grows with the text, not with its square', () => {
    const text = 'plain,cells,without,any,enclosure\n'.repeat(100_000)
    const start = performance.now()
    expect(read(text)).toHaveLength(100_000)
    expect(performance.now() - start).toBeLessThan(1500)
  })
})
