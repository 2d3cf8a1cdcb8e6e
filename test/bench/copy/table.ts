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
    'The peer is one end alone: the table is exported as CSV to nowhere, or the CSV loaded from a file on disk, whichever takes longer for 20,000 rows. The engine has its cache of pages full by then, 64 MiB.',
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
        async (count: number) => (await source(count).export(() => {})).rows,
        async (count: number) => (await target(count).load(csvOf(run, count), { mode: 'replace' })).inserted,
      ]
      const slower = await slowest(works.map((work) => async () => void (await work(smallRows))))
      await settleDisk()
      await run.section(
        section,
        async () => works[slower]?.(rows) ?? 0,
        (count) => count,
      )
    }),
  },
  isLong: true,
  maxRounds: 3,
}

/** Gives the place of the work that takes longest. What counts is the second time: the first one is slow for all. */
async function slowest(works: readonly (() => Promise<void>)[]): Promise<number> {
  const times: number[] = []
  for (const work of works) {
    await work()
    const startMs = performance.now()
    await work()
    times.push(performance.now() - startMs)
  }
  return times.indexOf(Math.max(...times))
}

function csvOf(run: BenchRun, rows: number): string {
  return rows === largeRows(run) ? sourceOf(run) : join(run.shared, 'small.csv')
}

async function seed(run: BenchRun): Promise<void> {
  const sizes = new Set([smallRows, largeRows(run)])
  const storage = await openLocal(join(run.shared, 'local'))
  const bucket = storage.bucket('bench')
  await bucket.create()
  const definition = {
    columns: Object.fromEntries(columns.map((name) => [name, { type: 'string', required: true }] as const)),
    undeclaredFields: 'refuse',
  } as const
  for (const rows of sizes) {
    await writeCsvFile(csvOf(run, rows), rows)
    const table = bucket.table(tableOf(rows))
    await table.create(definition)
    await table.load(csvOf(run, rows))
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
    for (let pass = 0; pass < 2; pass += 1)
      await copyTable(ends.source(smallRows), ends.target(smallRows), { mode: 'replace' })
    // Whoever reads the table fills the engine's cache of pages, which is 64 MiB by its setting.
    await ends.source(largeRows(run)).count({ note: 'nobody has this one' })
    await work(run, ends)
    await local.close()
    await keboola.close()
    await server.close()
  }
}
