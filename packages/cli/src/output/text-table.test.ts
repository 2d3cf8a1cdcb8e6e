import { describe, expect, test } from 'vitest'
import { shownText, shownValue } from './shown-text.ts'
import { textTable } from './text-table.ts'

describe('a table for people', () => {
  test('columns are aligned, and long cells are cut visibly', () => {
    const lines = textTable([
      ['NAME', 'ROWS'],
      ['a', '12'],
      ['é🐈', 'x'.repeat(80)],
    ])
    expect(lines).toBe(`NAME  ROWS\na     12\né🐈    ${'x'.repeat(59)}…\n`)
  })

  test.each([
    ['plain é 🐈', 'plain é 🐈'],
    ['two\nlines\t', String.raw`two\nlines\t`],
    ['\u001b[2J\u0007', String.raw`\u001b[2J\u0007`],
    ['abc\u202egnp.exe', String.raw`abc\u202egnp.exe`],
    ['\u009b31m', String.raw`\u009b31m`],
  ])('%j can do nothing to a terminal', (text, shown) => {
    expect(shownText(text)).toBe(shown)
  })

  test.each([
    [undefined, ''],
    [null, 'null'],
    [12.5, '12.5'],
    [{ a: ['\u001b'] }, String.raw`{"a":["\u001b"]}`],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('the value %j is shown', (value, shown) => {
    expect(shownValue(value)).toBe(shown)
  })
})
