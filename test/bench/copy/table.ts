import { join } from 'node:path'
import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { copyTable, createStorage, type Table } from '@stowage/core'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Variant } from '../harness/job.ts'
import { openLocal } from '../harness/open-local.ts'
import { settleDisk } from '../harness/settle.ts'
import { largeRows, smallRows, sourceOf, writeCsvFile } from '../keboola/large-table.ts'
import { bucketName, columns, startTables, tableOf } from '../keboola/measured-table.ts'

const alone = 'the slower end alone'
const section = 'copy'

/** The two ends of the copy, by number of rows. */
interface Ends {
  readonly source: (rows: number) => Table
  readonly target: (rows: number) => Table
}

/** A copy of a large table from the embedded backend to Keboola. */
export const job: BenchJob = {
  description:
    'A table of 1,000,000 rows, 100 MB as CSV, is copied with `copyTable` from the embedded backend to a server on loopback, through the Keboola adapter. ' +
    'The peer is the same without copying: the table is exported as CSV to nowhere, the CSV is loaded from a file on disk, and whatever took longer is timed once more.',
  goals: [
    { section, title: 'copy 1,000,000 rows local → Keboola', measure: 'speed', limit: 0.8, peers: [alone] },
    { section: undefined, title: 'memory while copying 1,000,000 rows', measure: 'overIdleMib', limit: 96 },
  ],
  prepare: seed,
  ours: variant(async (run, { source, target }) => {
    const rows = largeRows(run)
    await settleDisk()
    await run.section(
      section,
      async () => (await copyTable(source(rows), target(rows), { mode: 'replace' })).written,
      (written) => written,
    )
  }),
  peers: {
    [alone]: variant(async (run, { source, target }) => {
      const rows = largeRows(run)
      const works = [
        async () => (await source(rows).export(() => {})).rows,
        async () => (await target(rows).load(sourceOf(run), { mode: 'replace' })).inserted,
      ]
      const times: number[] = []
      for (const work of works) {
        await settleDisk()
        const startMs = performance.now()
        await work()
        times.push(performance.now() - startMs)
      }
      const slower = works[times.indexOf(Math.max(...times))]
      await settleDisk()
      await run.section(
        section,
        async () => slower?.() ?? 0,
        (count) => count,
      )
    }),
  },
  isLong: true,
  maxRounds: 3,
}

async function seed(run: BenchRun): Promise<void> {
  await writeCsvFile(sourceOf(run), largeRows(run))
  const small = join(run.folder, 'small.csv')
  await writeCsvFile(small, smallRows)
  const storage = await openLocal(join(run.shared, 'local'))
  const bucket = storage.bucket('bench')
  await bucket.create()
  const definition = {
    columns: Object.fromEntries(columns.map((name) => [name, { type: 'string', required: true }] as const)),
    undeclaredFields: 'refuse',
  } as const
  for (const [rows, path] of new Map([
    [smallRows, small],
    [largeRows(run), sourceOf(run)],
  ])) {
    const table = bucket.table(tableOf(rows))
    await table.create(definition)
    await table.load(path)
  }
  await storage.close()
}

function variant(work: (run: BenchRun, ends: Ends) => Promise<void>): Variant {
  return async (run) => {
    const server = await startTables()
    const local = await openLocal(join(run.shared, 'local'))
    const options = { url: server.url, token: 'bench-token' }
    const keboola = createStorage(createKeboolaDriver(options, { environment: {} }))
    const ends: Ends = {
      source: (rows) => local.bucket('bench').table(tableOf(rows)),
      target: (rows) => keboola.bucket(bucketName).table(tableOf(rows)),
    }
    // What is loaded and connected by then counts for nobody.
    await copyTable(ends.source(smallRows), ends.target(smallRows), { mode: 'replace' })
    await work(run, ends)
    await local.close()
    await keboola.close()
    await server.close()
  }
}
