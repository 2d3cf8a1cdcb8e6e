import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { BenchRun } from '../harness/bench-run.ts'
import { csvOfSlice, header, sliceCount, slicePath, tableOf } from './measured-table.ts'

/** What the large table is called on the page. */
export const largeTitle = '1,000,000 rows (100 MB) of Keboola'

/** The rows of the table each side is warmed up with. */
export const smallRows = 20_000

/** How many rows the large table has. */
export function largeRows(run: BenchRun): number {
  return run.size(1_000_000, smallRows)
}

/** Where the CSV of the large table is. */
export function sourceOf(run: BenchRun): string {
  return join(run.shared, 'source.csv')
}

/** Writes the CSV of a table. */
export async function writeCsvFile(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path)
  file.write(header)
  for (let slice = 0; slice < sliceCount; slice += 1) file.write(csvOfSlice(rows, slice))
  file.end()
  await finished(file)
}

/** Lets the server make what it will send. */
export async function makeSlices(url: string, rows: number): Promise<void> {
  for (let slice = 0; slice < sliceCount; slice += 1)
    await fetch(`${url}${slicePath(tableOf(rows), slice)}`, { method: 'HEAD' })
}
