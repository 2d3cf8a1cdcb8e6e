import { join } from 'node:path'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob } from '../harness/job.ts'
import { checksumOf } from '../harness/large-files.ts'
import { settleDisk } from '../harness/settle.ts'
import { downloadSlices, upload } from './bare-http.ts'
import { largeRows, largeTitle, makeSlices, smallRows, sourceOf, writeCsvFile } from './large-table.ts'
import { startTables, tableOf } from './measured-table.ts'

/** Keboola: CSV of a large table out and in, against the bytes alone. */
export const job: BenchJob = {
  description:
    'A table of 1,000,000 rows, 100 MB of CSV in eight slices, is exported from a server on loopback to a file, and one without a primary key is loaded from a file, ' +
    'through the Keboola adapter, against the same bytes by bare `node:http` from and to disk. Beside the bytes, ours asks for the table, its jobs and its files, counts rows, ' +
    'and checks encoding and checksums. The server has its slices in memory by then, and keeps of uploads the length.',
  goals: [
    { section: 'export', title: `export ${largeTitle}`, measure: 'speed', limit: 0.8 },
    { section: 'load', title: `load ${largeTitle}`, measure: 'speed', limit: 0.8 },
    {
      section: undefined,
      title: `memory while exporting and loading ${largeTitle}`,
      measure: 'overIdleMib',
      limit: 64,
    },
  ],
  prepare: (run) => writeCsvFile(sourceOf(run), largeRows(run)),
  ours,
  peers: { 'node:http': bareHttp },
}

async function ours(run: BenchRun): Promise<void> {
  const server = await startTables()
  const tables = (await import('./our-tables.ts')).openOurTables(server.url)
  const [small, target] = [join(run.folder, 'small.csv'), join(run.folder, 'target.csv')]
  const [source, rows] = [sourceOf(run), largeRows(run)]
  // What is loaded, connected and made by the server counts for nobody.
  await tables.export(smallRows, small)
  await tables.load(smallRows, small)
  await makeSlices(server.url, rows)
  await settleDisk()
  await run.section(
    'export',
    () => tables.export(rows, target),
    () => checksumOf(target),
  )
  await settleDisk()
  await run.section(
    'load',
    () => tables.load(rows, source),
    () => uploadedAt(server.url),
  )
  await tables.close()
  await server.close()
}

async function bareHttp(run: BenchRun): Promise<void> {
  const server = await startTables()
  const target = join(run.folder, 'target.csv')
  const rows = largeRows(run)
  await downloadSlices(server.url, tableOf(smallRows), join(run.folder, 'small.csv'))
  await upload(server.url, join(run.folder, 'small.csv'))
  await makeSlices(server.url, rows)
  await settleDisk()
  await run.section(
    'export',
    () => downloadSlices(server.url, tableOf(rows), target),
    () => checksumOf(target),
  )
  await settleDisk()
  await run.section(
    'load',
    () => upload(server.url, sourceOf(run)),
    () => uploadedAt(server.url),
  )
  await server.close()
}

/** How many bytes the server took last: all of the file. */
async function uploadedAt(url: string): Promise<number> {
  return ((await (await fetch(`${url}/uploaded`)).json()) as { readonly uploadedBytes: number }).uploadedBytes
}
