import type { Cell, RowBatch } from '@stowage/core/driver'
import type { ZerodbRow } from './answers.ts'

/**
 * Gives rows as a batch whose columns are all their fields.
 *
 * @param leftOut - fields that were asked for but not by the app: the row's id, mostly
 */
export function toRowBatch(rows: readonly ZerodbRow[], leftOut: ReadonlySet<string>): RowBatch {
  const columns: string[] = []
  const places = new Map<string, number>([...leftOut].map((name) => [name, -1]))
  // The fields of the row before and their places: mostly the next row has the same.
  const lastNames: string[] = []
  const lastPlaces: number[] = []
  const cells = rows.map((row): Cell[] => {
    const line: Cell[] = []
    let at = 0
    // Rows are fresh from JSON and inherit nothing that is enumerable; this is the fastest way through their fields.
    for (const name in row) {
      if (lastNames[at] !== name) {
        lastNames[at] = name
        lastPlaces[at] = placeOf(name, columns, places)
      }
      const place = lastPlaces[at] as number
      at += 1
      if (place === line.length) line.push(row[name])
      else if (place !== -1) setCell(line, place, row[name])
    }
    return line
  })
  for (const line of cells) while (line.length < columns.length) line.push(undefined)
  return { columns, rows: cells }
}

/** Sets a cell without leaving a hole, which would slow the array down. */
function setCell(line: Cell[], place: number, cell: Cell): void {
  while (line.length <= place) line.push(undefined)
  line[place] = cell
}

function placeOf(name: string, columns: string[], places: Map<string, number>): number {
  const known = places.get(name)
  if (known !== undefined) return known
  places.set(name, columns.length)
  return columns.push(name) - 1
}
