/** Gives the rows, without the head, of the first table below a heading of a page, each as its cells. */
export function tableRows(page: string, heading: string): string[][] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  const section = start === -1 ? [] : lines.slice(start + 1)
  const end = section.findIndex((line) => /^#+ /.test(line))
  const own = end === -1 ? section : section.slice(0, end)
  const first = own.findIndex((line) => line.startsWith('|'))
  const table = first === -1 ? [] : own.slice(first)
  const after = table.findIndex((line) => !line.startsWith('|'))
  return (after === -1 ? table : table.slice(0, after)).slice(2).map(cellsOf)
}

/** Gives the cells of a table's line. */
export function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}
