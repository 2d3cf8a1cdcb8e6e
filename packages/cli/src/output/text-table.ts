/** How many characters of a cell are shown. */
const maxCell = 60

/** How wide the columns of a table are. */
export type ColumnWidths = readonly number[]

/** Gives the widths that fit these lines of cells. */
export function widthsOf(lines: readonly (readonly string[])[]): ColumnWidths {
  const widths: number[] = []
  for (const cells of lines) {
    cells.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, Math.min(maxCell, lengthOf(cell)))
    })
  }
  return widths
}

/** Lays cells out in columns, two spaces apart; long ones are cut, which an ellipsis shows. */
export function textLine(cells: readonly string[], widths: ColumnWidths): string {
  const laid = cells.map((cell, index) => {
    const shown =
      lengthOf(cell) > maxCell
        ? `${Array.from(cell)
            .slice(0, maxCell - 1)
            .join('')}…`
        : cell
    return shown + ' '.repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(shown)))
  })
  return `${laid.join('  ').trimEnd()}\n`
}

/** Lays out a whole table. */
export function textTable(lines: readonly (readonly string[])[]): string {
  const widths = widthsOf(lines)
  return lines.map((cells) => textLine(cells, widths)).join('')
}

function lengthOf(text: string): number {
  // Cheaper than splitting into characters, and right for what needs no second look.
  return /^[\u0020-\u007e]*$/.test(text) ? text.length : Array.from(text).length
}
