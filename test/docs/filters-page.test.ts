import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { codeText } from './code-text.ts'
import { filtersPage, filtersPageFile } from './filters-page.ts'

test('docs/filters.md is what the cases give; else: node test/docs/filters-page.ts', async () => {
  expect(await readFile(filtersPageFile, 'utf8')).toBe(await filtersPage())
})

test('values are shown as code that can be read', () => {
  const value = { a: "it's", 'b.c': [undefined, 10n, -0, NaN], $in: /x/i, at: new Date('2026-01-01'), t: 'a\n\u00a0é' }
  expect(codeText(value)).toBe(
    `{ a: 'it\\'s', 'b.c': [undefined, 10n, -0, NaN], $in: /x/i, at: new Date('2026-01-01'), t: 'a\\n\\u00a0é' }`,
  )
  expect(codeText('x'.repeat(500))).toHaveLength(121)
})
