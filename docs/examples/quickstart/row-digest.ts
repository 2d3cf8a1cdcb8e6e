import { createHash } from 'node:crypto'
import type { Table } from '@stowage/core'

/** Digests the rows of a table in the order of a key, with exactly these columns: equal rows give equal digests on any backend. */
export async function digestRows(table: Table, key: string, columns: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for await (const rows of table.find({}, { sort: { [key]: 1 }, projection: [...columns] }).batches()) {
    for (const row of rows) hash.update(JSON.stringify(columns.map((name) => row[name])))
  }
  return hash.digest('hex')
}
