import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { createStorage } from '@stowage/core'
import { bucketName, tableOf } from './measured-table.ts'

/** What is done with tables of so many rows, through the adapter. */
export interface OurTables {
  /** Exports to a file. */
  export(rows: number, target: string): Promise<void>
  /** Replaces all rows by those of a file. */
  load(rows: number, source: string): Promise<void>
  /** Loads a file by primary key and says how many rows it had. */
  upsert(rows: number, source: string): Promise<number>
  /** Reads all rows in batches and adds up the lengths of a column. */
  sum(rows: number): Promise<number>
  close(): Promise<void>
}

/** Opens the server with the adapter. */
export function openOurTables(url: string): OurTables {
  const storage = createStorage(createKeboolaDriver({ url, token: 'bench-token' }, { environment: {} }))
  const bucket = storage.bucket(bucketName)
  return {
    export: async (rows, target) => void (await bucket.table(tableOf(rows)).export(target)),
    load: async (rows, source) => void (await bucket.table(tableOf(rows)).load(source, { mode: 'replace' })),
    upsert: async (rows, source) => (await bucket.table(tableOf(rows, true)).load(source, { mode: 'upsert' })).rows,
    async sum(rows) {
      let total = 0
      for await (const batch of bucket.table(tableOf(rows)).find({}).batches()) {
        for (const { balance } of batch) total += (balance as string).length
      }
      return total
    },
    close: () => storage.close(),
  }
}
