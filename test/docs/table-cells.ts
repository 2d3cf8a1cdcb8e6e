/** From this many characters outside of code on, a cell counts as prose or a phrase, which need a width of their own beside columns of names. */
const proseLength = { prose: 40, phrase: 20 }

/** From this many characters on, code in a cell may go over several lines: a name, or several words of code. */
const longLength = { name: 18, words: 28 }

/** Marks for the style sheet what the cells of a page's tables hold: columns of prose and phrases get a width, and long code a place to break. */
export function markTableCells(html: string): string {
  return html.replaceAll(/<table>.*?<\/table>/gs, (table) => breakLongCode(markProse(table)))
}

function markProse(table: string): string {
  const widths: number[] = []
  for (const row of rowsOf(table)) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell)))
  return table.replaceAll(/<tr>.*?<\/tr>/gs, (row) => {
    let column = 0
    return row.replaceAll('<td', () => `<td${kindOf(widths[column++] ?? 0)}`)
  })
}

function kindOf(width: number): string {
  if (width < proseLength.phrase) return ''
  return width < proseLength.prose ? ' class="phrase"' : ' class="prose"'
}

/** The lengths of the texts in each row's cells. */
function rowsOf(table: string): number[][] {
  const rows = table.match(/<tr>.*?<\/tr>/gs) ?? []
  return rows.map((row) => (row.match(/<td.*?<\/td>/gs) ?? []).map(proseOf))
}

function proseOf(cell: string): number {
  return cell.replaceAll(/<code>.*?<\/code>/gs, '').replaceAll(/<[^>]*>/g, '').length
}

function breakLongCode(table: string): string {
  return table.replaceAll(/<code>([^<]*)<\/code>/g, (code, text: string) => {
    if (text.length < (text.includes(' ') ? longLength.words : longLength.name)) return code
    return `<code class="long">${text.replaceAll(/(?<=\w)[/_.,-](?=\w)/g, '$&<wbr>')}</code>`
  })
}
