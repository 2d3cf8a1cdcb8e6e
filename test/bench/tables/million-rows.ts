import { join } from 'node:path'
import type { BenchJob } from '../harness/job.ts'
import { customerCounts, writeLoadFile, writeUpsertFile } from './customers.ts'

/** Tables: a million rows through their whole life, against the same work written by hand on node:sqlite. */
export const job: BenchJob = {
  description:
    'A table of 1,000,000 rows and 10 columns (ids in scattered order, about 120 MB of CSV) goes through all of these in one process. ' +
    'The baseline is the same work written by hand on `node:sqlite`: WAL, prepared statements, a typed column for each field, ' +
    'the key built after the load, CSV read with papaparse in chunks, pages of 1,000 rows by key of the last row. ' +
    'Single gets and inserts are timed after 2,000 others.',
  goals: [
    { section: 'load', title: 'load 1,000,000 rows from CSV', measure: 'cpu', limit: 1.35 },
    { section: 'upsert', title: 'upsert 100,000 rows by key from CSV', measure: 'cpu', limit: 1.35 },
    { section: 'count', title: 'count with a filter', measure: 'cpu', limit: 1.15 },
    { section: 'top', title: 'the top 50, sorted', measure: 'cpu', limit: 1.15 },
    { section: 'stream', title: 'stream 300,000 matches as objects', measure: 'cpu', limit: 1.3 },
    { section: 'get', title: 'get by key, 10,000 times', measure: 'cpu', limit: 3 },
    { section: 'update', title: 'update 10 % of the rows', measure: 'cpu', limit: 1.15 },
    { section: 'delete', title: 'delete 10 % of the rows', measure: 'cpu', limit: 1.15 },
    { section: 'insert', title: 'insert a single row, 10,000 times', measure: 'cpu', limit: 2 },
    { section: 'export', title: 'export all rows to CSV', measure: 'cpu', limit: 1.2 },
    { section: undefined, title: 'memory of the whole process', measure: 'peakMb', limit: 450 },
  ],
  async prepare(run) {
    const { rows, upserts } = customerCounts(run)
    await writeLoadFile(join(run.shared, 'load.csv'), rows)
    await writeUpsertFile(join(run.shared, 'upsert.csv'), rows, upserts)
  },
  ours: async (run) => (await import('./ours.ts')).runOurs(run),
  peers: { 'node:sqlite': async (run) => (await import('./hand-written.ts')).runHandWritten(run) },
}
