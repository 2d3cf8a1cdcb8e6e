import { expect, test } from 'vitest'
import { markProseColumns } from './prose-columns.ts'

test('the columns of a table that hold prose are marked in every row, and those of names are not', () => {
  const long = 'A sentence that goes on for a while, <code>with</code> code in it.'
  const table = `<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x</td><td>${long}</td></tr><tr><td>y</td><td>b</td></tr></tbody></table>`
  expect(markProseColumns(`<p>${long}</p>${table}`)).toBe(
    `<p>${long}</p>${table.replaceAll(/(<td>[xy]<\/td>)<td>/g, '$1<td class="prose">')}`,
  )
})
