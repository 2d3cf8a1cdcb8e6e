import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob } from '../harness/job.ts'
import { largeRows, largeTitle, makeSlices, smallRows, sourceOf, writeCsvFile } from './large-table.ts'
import { startTables } from './measured-table.ts'

/** Keboola: rows of a large table out, and in by primary key, against the parser alone. */
export const job: BenchJob = {
  description:
    'A table of 1,000,000 rows, 100 MB of CSV in eight slices, is read by `find` in batches from a server on loopback, through the Keboola adapter; and the same CSV is loaded from a file by primary key, ' +
    'for which it is looked through for keys that come twice. Both against the CSV parser of core alone, which reads the file in batches.',
  goals: [
    { section: 'rows', title: `read ${largeTitle} as rows`, measure: 'speed', limit: 0.7 },
    { section: 'upsert', title: `load ${largeTitle} by key`, measure: 'speed', limit: 1 },
    { section: 'rows', title: `memory while reading ${largeTitle} as rows`, measure: 'overIdleMib', limit: 64 },
  ],
  prepare: (run) => writeCsvFile(sourceOf(run), largeRows(run)),
  ours,
  peers: { parser },
}

async function ours(run: BenchRun): Promise<void> {
  const server = await startTables()
  const tables = (await import('./our-tables.ts')).openOurTables(server.url)
  const small = join(run.folder, 'small.csv')
  const rows = largeRows(run)
  await writeCsvFile(small, smallRows)
  await tables.sum(smallRows)
  await tables.upsert(smallRows, small)
  await makeSlices(server.url, rows)
  await run.section(
    'rows',
    () => tables.sum(rows),
    (total) => total,
  )
  await run.section(
    'upsert',
    () => tables.upsert(rows, sourceOf(run)),
    (count) => count,
  )
  await tables.close()
  await server.close()
}

async function parser(run: BenchRun): Promise<void> {
  const { readCsv } = await import('@stowage/core/driver')
  const read = async (path: string): Promise<{ readonly count: number; readonly total: number }> => {
    let count = 0
    let total = 0
    for await (const { columns, rows } of readCsv(createReadStream(path, { highWaterMark: 256 * 1024 }))) {
      const balance = columns.indexOf('balance')
      for (const cells of rows) total += (cells[balance] as string).length
      count += rows.length
    }
    return { count, total }
  }
  const small = join(run.folder, 'small.csv')
  await writeCsvFile(small, smallRows)
  await read(small)
  await run.section(
    'rows',
    () => read(sourceOf(run)),
    ({ total }) => total,
  )
  await run.section(
    'upsert',
    () => read(sourceOf(run)),
    ({ count }) => count,
  )
}
