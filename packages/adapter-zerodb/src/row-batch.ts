import type { Cell, RowBatch } from '@stowage/core/driver'
import type { ZerodbRow } from './answers.ts'

/** The place of each field of a row in a batch; -1 leaves it out. Rows with the same fields in the same order share it. */
interface Layout {
  readonly names: readonly string[]
  readonly places: readonly number[]
}

/**
 * Gives rows as a batch whose columns are all their fields.
 *
 * @param leftOut - fields that were asked for but not by the app: the row's id, mostly
 */
export function toRowBatch(rows: readonly ZerodbRow[], leftOut: ReadonlySet<string>): RowBatch {
  const columns: string[] = []
  const places = new Map<string, number>([...leftOut].map((name) => [name, -1]))
  let layout: Layout = { names: [], places: [] }
  const cells = rows.map((row): Cell[] => {
    const names = Object.keys(row)
    if (!isSame(names, layout.names)) layout = { names, places: names.map((name) => placeOf(name, columns, places)) }
    const line: Cell[] = []
    // Filled in order, so that no hole slows the array down.
    for (let index = 0; index < columns.length; index += 1) line.push(undefined)
    for (let index = 0; index < names.length; index += 1) {
      const place = layout.places[index] as number
      if (place !== -1) line[place] = row[names[index] as string]
    }
    return line
  })
  for (const line of cells) while (line.length < columns.length) line.push(undefined)
  return { columns, rows: cells }
}

function placeOf(name: string, columns: string[], places: Map<string, number>): number {
  const known = places.get(name)
  if (known !== undefined) return known
  places.set(name, columns.length)
  return columns.push(name) - 1
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false
  return true
}
