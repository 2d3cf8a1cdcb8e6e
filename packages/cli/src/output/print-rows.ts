import type { Row } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { shownText, shownValue } from './shown-text.ts'
import { type ColumnWidths, textLine, widthsOf } from './text-table.ts'

/** Prints rows as they come: a table for people, or one JSON document a line. */
export async function printRows(
  { write }: Pick<CommandContext, 'write'>,
  batches: AsyncIterable<readonly Row[]>,
  isJson: boolean,
): Promise<void> {
  if (isJson) {
    for await (const rows of batches) await write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    return
  }
  let shown: readonly string[] = []
  let widths: ColumnWidths = []
  for await (const rows of batches) {
    const fields = fieldsOf(shown, rows)
    const lines = rows.map((row) => fields.map((field) => shownValue(row[field])))
    // A field that first appears later gets a new heading, rather than staying unseen.
    if (fields.length > shown.length) {
      const heading = fields.map(shownText)
      widths = widthsOf([heading, ...lines])
      lines.unshift(heading)
      shown = fields
    }
    await write(lines.map((cells) => textLine(cells, widths)).join(''))
  }
}

function fieldsOf(known: readonly string[], rows: readonly Row[]): readonly string[] {
  const fields = new Set(known)
  for (const row of rows) for (const field of Object.keys(row)) fields.add(field)
  return [...fields]
}
