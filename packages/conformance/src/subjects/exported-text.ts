import type { ExportOptions, ExportResult, Row, Table } from '@stowage/core'

/** What an export wrote. */
export interface ExportedText {
  /** The text. */
  readonly text: string
  /** What the export came to. */
  readonly result: ExportResult
}

/** Exports a table and gives what was written as text. */
export async function exportText(table: Table, options: ExportOptions = {}): Promise<ExportedText> {
  const chunks: Uint8Array[] = []
  const result = await table.export((chunk) => void chunks.push(chunk), options)
  // A chunk belongs to the target for good, so joining them at the end also shows one that was changed afterwards.
  return { text: Buffer.concat(chunks).toString('utf8'), result }
}

/** Exports a table as JSON lines and gives the rows. */
export async function exportRows(table: Table, options: ExportOptions = {}): Promise<Row[]> {
  const { text } = await exportText(table, { ...options, format: 'json-lines' })
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** Gives the lines of a CSV without line breaks in cells: the header, and the others in an order of their own. */
export function csvLines(text: string): string[] {
  const [header = '', ...lines] = text.split('\n').slice(0, -1)
  return [header, ...lines.toSorted()]
}
