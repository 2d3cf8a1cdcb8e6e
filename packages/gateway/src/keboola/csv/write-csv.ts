/** The cell of a row as it is written: null and missing are nothing. */
export type WrittenCell = string | null | undefined

/** Writes a row as the service's exports do: every cell in quotes, a line feed behind it. Null is a cell with nothing in it. */
export function csvLine(cells: readonly WrittenCell[]): string {
  let line = ''
  for (const [index, cell] of cells.entries()) {
    if (index > 0) line += ','
    if (cell !== null && cell !== undefined) line += quote(cell)
  }
  return `${line}\n`
}

function quote(cell: string): string {
  return `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`
}
