import type { RowBatch } from '@stowage/core/driver'

/** Some rows of a batch, by number. */
export interface RowRange {
  /** The first row. */
  readonly start: number
  /** The row after the last one. */
  readonly end: number
}

/**
 * Cuts a batch so that the rows of each part take no more bytes as JSON than allowed; a row that is larger goes alone.
 *
 * @param maxBytes - for the rows with the commas between them
 */
export function cutByBytes(batch: RowBatch, maxBytes: number): RowRange[] {
  const { rows } = batch
  if (rows.length === 0) return []
  // Writing each row takes as long as sending it: mostly a bound will do.
  if (boundOf(batch, maxBytes) <= maxBytes) return [{ start: 0, end: rows.length }]
  const names = batch.columns.map((name) => Buffer.byteLength(JSON.stringify(name)) + 2)
  const parts: RowRange[] = []
  let start = 0
  let bytes = 0
  for (let row = 0; row < rows.length; row += 1) {
    const size = bytesOf(rows[row] ?? [], names)
    if (row > start && bytes + size > maxBytes) {
      parts.push({ start, end: row })
      start = row
      bytes = 0
    }
    bytes += size
  }
  return [...parts, { start, end: rows.length }]
}

/** Gives the bytes of a row and its comma. */
function bytesOf(cells: RowBatch['rows'][number], names: readonly number[]): number {
  let bytes = 3
  for (const [index, cell] of cells.entries()) {
    if (cell !== undefined) bytes += (names[index] ?? 0) + Buffer.byteLength(JSON.stringify(cell))
  }
  return bytes
}

/** Gives a number of bytes the rows surely don't exceed, or any number above the most allowed. */
function boundOf({ columns, rows }: RowBatch, maxBytes: number): number {
  // A character takes 6 bytes at most, as \u00e9 does.
  const namesBytes = columns.reduce((sum, name) => sum + 6 * name.length + 4, 3)
  let bound = namesBytes * rows.length
  for (const cells of rows) {
    for (let index = 0; index < cells.length; index += 1) {
      const cell = cells[index]
      if (typeof cell === 'string') bound += 6 * cell.length + 2
      else if (typeof cell === 'object' && cell !== null) bound += Buffer.byteLength(JSON.stringify(cell))
      else bound += 25
    }
    if (bound > maxBytes) return bound
  }
  return bound
}
