import { batchToRows, type RowBatch } from '@stowage/core/driver'

/** Some rows of a batch, as they are sent. */
export interface InsertPart {
  /** The number of the first row. */
  readonly start: number
  /** The number of the row after the last one. */
  readonly end: number
  /** The rows as a JSON array. */
  readonly text: string
}

/**
 * Cuts a batch so that the rows of each part take no more bytes as JSON than allowed; a row that is larger goes alone.
 *
 * @param maxBytes - for the rows with the commas between them
 */
export function* cutByBytes(batch: RowBatch, maxBytes: number): Generator<InsertPart, void, undefined> {
  const rows = batchToRows(batch)
  if (rows.length === 0) return
  // Writing a row takes longer than anything else about it: the text that is measured is the one that is sent. The first row tells
  // well enough whether all are likely to fit.
  const isLikelyToFit = JSON.stringify(rows[0]).length * rows.length <= maxBytes
  const text = isLikelyToFit ? JSON.stringify(rows) : undefined
  if (text !== undefined && Buffer.byteLength(text) <= maxBytes) yield { start: 0, end: rows.length, text }
  else yield* cutRows(rows, maxBytes)
}

function* cutRows(rows: readonly object[], maxBytes: number): Generator<InsertPart, void, undefined> {
  let start = 0
  let bytes = 0
  let texts: string[] = []
  for (const [index, row] of rows.entries()) {
    const text = JSON.stringify(row)
    const size = Buffer.byteLength(text) + 1
    if (texts.length > 0 && bytes + size > maxBytes) {
      yield { start, end: index, text: `[${texts.join(',')}]` }
      start = index
      bytes = 0
      texts = []
    }
    bytes += size
    texts.push(text)
  }
  yield { start, end: rows.length, text: `[${texts.join(',')}]` }
}
