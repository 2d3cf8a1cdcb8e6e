import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import Papa from 'papaparse'

/** Reads a CSV file in chunks and hands out its rows, without the header. */
export function readCsvRows(path: string, onRow: (cells: readonly string[]) => void): Promise<void> {
  const file = createReadStream(path, { encoding: 'utf8' })
  let isHeader = true
  return new Promise((resolve, reject) => {
    Papa.parse<string[]>(file, {
      skipEmptyLines: true,
      chunk({ data, errors }) {
        const [error] = errors
        if (error !== undefined) throw new Error(`row ${error.row}: ${error.message}`)
        for (const cells of isHeader ? data.slice(1) : data) onRow(cells)
        isHeader = false
      },
      complete: () => resolve(),
      error: reject,
    })
  })
}

const needsQuotes = /[",\r\n]/

/** Gives a text as a CSV cell. */
export function textCell(text: string): string {
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Writes rows to a CSV file and gives their number. */
export async function writeCsvFile<Row>(
  path: string,
  header: string,
  pages: AsyncIterable<readonly Row[]>,
  toLine: (row: Row) => string,
): Promise<number> {
  const file = createWriteStream(path)
  file.write(header)
  let count = 0
  for await (const rows of pages) {
    let text = ''
    for (const row of rows) text += toLine(row)
    count += rows.length
    if (!file.write(text)) await once(file, 'drain')
  }
  file.end()
  await finished(file)
  return count
}
