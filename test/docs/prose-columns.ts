/** From this many characters on a cell counts as prose, which needs a width of its own beside columns of names. */
const proseLength = 40

/** Marks the cells of a page's tables that hold prose, or stand above or below it, for the style sheet. */
export function markProseColumns(html: string): string {
  return html.replaceAll(/<table>.*?<\/table>/gs, (table) => {
    const widths: number[] = []
    for (const row of rowsOf(table))
      row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell)))
    return table.replaceAll(/<tr>.*?<\/tr>/gs, (row) => {
      let column = 0
      return row.replaceAll('<td', () => ((widths[column++] ?? 0) >= proseLength ? '<td class="prose"' : '<td'))
    })
  })
}

/** The lengths of the texts in each row's cells. */
function rowsOf(table: string): number[][] {
  const rows = table.match(/<tr>.*?<\/tr>/gs) ?? []
  return rows.map((row) => (row.match(/<td.*?<\/td>/gs) ?? []).map((cell) => cell.replaceAll(/<[^>]*>/g, '').length))
}
