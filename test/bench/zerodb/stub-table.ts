import { type BenchServer, startServer } from '../harness/start-server.ts'

/** Where the API begins. */
export const apiPath = '/v1/public/database'

/** The one table. */
export const tableName = 'measured'

/** How many rows the server has. */
export const rowCount = 100_000

/** A row of the table, made from its number. */
export interface MeasuredRow {
  readonly key: string
  readonly n: number
  readonly label: string
  readonly score: number
  readonly isOpen: boolean
}

/** Gives a row. */
export function rowAt(index: number): MeasuredRow {
  const label = `the row with the number ${index}`
  return { key: `key-${index}`, n: index, label, score: index * 0.25, isOpen: index % 3 === 0 }
}

/** Starts the server; its URL is that of the API. */
export async function startTables(): Promise<BenchServer> {
  const server = await startServer(new URL('./tables-stub.ts', import.meta.url))
  return { ...server, url: `${server.url}${apiPath}` }
}
