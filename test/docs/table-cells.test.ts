import { expect, test } from 'vitest'
import { markTableCells } from './table-cells.ts'

test('the columns of a table that hold prose are marked in every row, and those of names are not', () => {
  const long = 'A sentence that goes on for a while, <code>with</code> code in it.'
  const table = `<table><tbody><tr><td>x</td><td>${long}</td></tr><tr><td>y</td><td>b</td></tr></tbody></table>`
  const phrases = '<table><tr><td>a few words, no more</td><td>name</td></tr></table>'
  expect(markTableCells(`<p>${long}</p>${table}`)).toBe(
    `<p>${long}</p>${table.replaceAll(/(<td>[xy]<\/td>)<td>/g, '$1<td class="prose">')}`,
  )
  expect(markTableCells(phrases)).toBe(phrases.replace('<td>', '<td class="phrase">'))
})

test('long code in a table may break between its words, and its text stays the same', () => {
  const table =
    '<table><tr><td><code>short_name</code> <code>A_VARIABLE_WITH_A_LONG_NAME_OF_ITS_OWN</code></td></tr></table>'
  const marked = markTableCells(table)
  expect(marked).toContain('<code>short_name</code> <code class="long">A_<wbr>VARIABLE_<wbr>WITH_')
  expect(marked.replaceAll('<wbr>', '').replace(' class="long"', '')).toBe(table)
})
