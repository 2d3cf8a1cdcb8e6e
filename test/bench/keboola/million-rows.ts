import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob } from '../harness/job.ts'
import { checksumOf } from '../harness/large-files.ts'
import { settleDisk } from '../harness/settle.ts'
import { downloadSlices, upload } from './bare-http.ts'
import { csvOfSlice, header, sliceCount, slicePath, startTables, tableOf } from './measured-table.ts'

const smallRows = 20_000
const title = 'of 1,000,000 rows (100 MB)'

/** Keboola: a large table out and in as CSV, against the bytes alone, and out as rows, against the parser alone. */
export const job: BenchJob = {
  description:
    'A table of 1,000,000 rows, 100 MB of CSV in eight slices, is exported from a server on loopback to a file, read by `find` in batches, and loaded from a file, without a primary key and by one, ' +
    'through the Keboola adapter, against the same bytes by bare `node:http` from and to disk, and the CSV parser of core alone, which reads a file. ' +
    'Beside the bytes, ours asks for the table, its jobs and its files, counts rows and checks encoding and checksums; by a primary key it looks for keys that come twice, which is compared with reading the file by the parser. ' +
    'The server has its slices in memory by then, and keeps of uploads the length.',
  goals: [
    { section: 'export', title: `export a table ${title}`, measure: 'speed', limit: 0.8, peers: ['node:http'] },
    { section: 'load', title: `load a table ${title}`, measure: 'speed', limit: 0.8, peers: ['node:http'] },
    { section: 'upsert', title: `load by key a table ${title}`, measure: 'speed', limit: 1, peers: ['parser'] },
    { section: 'rows', title: `read a table ${title} as rows`, measure: 'speed', limit: 0.7, peers: ['parser'] },
    { section: undefined, title: `memory while moving a table ${title}`, measure: 'overIdleMib', limit: 64 },
  ],
  prepare: (run) => writeSource(sourceOf(run), rowsOf(run)),
  ours,
  peers: { 'node:http': bareHttp, parser },
  maxRounds: 5,
}

function rowsOf(run: BenchRun): number {
  return run.size(1_000_000, 20_000)
}

function sourceOf(run: BenchRun): string {
  return join(run.shared, 'source.csv')
}

async function writeSource(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path)
  file.write(header)
  for (let slice = 0; slice < sliceCount; slice += 1) file.write(csvOfSlice(rows, slice))
  await new Promise((resolve) => file.end(resolve))
}

async function ours(run: BenchRun): Promise<void> {
  const server = await startTables()
  const tables = (await import('./our-tables.ts')).openOurTables(server.url)
  const [small, target] = [join(run.folder, 'small.csv'), join(run.folder, 'target.csv')]
  const [source, rows] = [sourceOf(run), rowsOf(run)]
  // What is loaded, connected and made by the server counts for nobody.
  await tables.export(smallRows, small)
  await tables.load(smallRows, small)
  await tables.upsert(smallRows, small)
  await tables.sum(smallRows)
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
  await run.section(
    'upsert',
    () => tables.upsert(rows, source),
    (count) => count,
  )
  await run.section(
    'rows',
    () => tables.sum(rows),
    (total) => total,
  )
  await tables.close()
  await server.close()
}

async function bareHttp(run: BenchRun): Promise<void> {
  const server = await startTables()
  const target = join(run.folder, 'target.csv')
  const rows = rowsOf(run)
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
  await writeSource(small, smallRows)
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

/** Lets the server make what it will send. */
async function makeSlices(url: string, rows: number): Promise<void> {
  for (let slice = 0; slice < sliceCount; slice += 1)
    await fetch(`${url}${slicePath(tableOf(rows), slice)}`, { method: 'HEAD' })
}

/** How many bytes the server took last: all of the file. */
async function uploadedAt(url: string): Promise<number> {
  return ((await (await fetch(`${url}/uploaded`)).json()) as { readonly uploadedBytes: number }).uploadedBytes
}
