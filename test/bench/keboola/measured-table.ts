import { type BenchServer, startServer } from '../harness/start-server.ts'

/** The bucket of the tables. */
export const bucketName = 'in.c-bench'

/** The columns of each, all text; the first one is the key of those that have one. */
export const columns: readonly string[] = ['id', 'name', 'city', 'balance', 'note']

/** In how many slices an export comes. */
export const sliceCount = 8

/** The first line of a file that isn't sliced. */
export const header = `${columns.join(',')}\n`

const rowBytes = 100

/** Gives the name of a table by its number of rows: the server has every one, with a primary key and without. */
export function tableOf(rows: number, isKeyed: boolean = false): string {
  return `${isKeyed ? 'keyed' : 'rows'}-${rows}`
}

/** Gives the number of rows of a table. */
export function rowsOf(table: string): number {
  return Number(table.slice(table.lastIndexOf('-') + 1))
}

/** Where one of the slices of a table's export is, on the server. */
export function slicePath(table: string, slice: number): string {
  return `/slices/${table}/${slice}.csv`
}

/** Gives the CSV of one slice of a table, as the service writes it: every cell in quotes, without header; 100 bytes a row. */
export function csvOfSlice(rows: number, slice: number): Buffer {
  const start = Math.floor((rows * slice) / sliceCount)
  const end = Math.floor((rows * (slice + 1)) / sliceCount)
  const csv = Buffer.allocUnsafe((end - start) * rowBytes)
  for (let index = start; index < end; index += 1) csv.write(csvRow(index), (index - start) * rowBytes, 'latin1')
  return csv
}

function csvRow(index: number): string {
  const id = String(index).padStart(9, '0')
  const city = ['Springfield', 'Shelbyville', 'Ogdenville', 'North Haverbrook'][index % 4] ?? ''
  const cells = `"c${id}","Customer ${id}","${city}","${(index % 10_000) * 0.25}","`
  return `${cells.padEnd(rowBytes - 2, 'a note, and more ')}"\n`
}

/** Starts the server. */
export async function startTables(): Promise<BenchServer> {
  return startServer(new URL('./storage-stub.ts', import.meta.url))
}
