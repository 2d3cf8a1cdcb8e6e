import type { BenchJob } from './job.ts'

const loaders: Readonly<Record<string, () => Promise<{ readonly job: BenchJob }>>> = {
  'tables/million-rows': () => import('../tables/million-rows.ts'),
  'tables/memory': () => import('../tables/memory.ts'),
  'files/small': () => import('../files/small.ts'),
  'files/stream-256-mib': () => import('../files/stream-256-mib.ts'),
  'files/stream-2-gib': () => import('../files/stream-2-gib.ts'),
  'files/listing': () => import('../files/listing.ts'),
  'http/transfer-256-mib': () => import('../http/transfer-256-mib.ts'),
  'http/transfer-1-gib': () => import('../http/transfer-1-gib.ts'),
  'dcss/transfer-256-mib': () => import('../dcss/transfer-256-mib.ts'),
  'dcss/transfer-1-gib': () => import('../dcss/transfer-1-gib.ts'),
  'dcss/small': () => import('../dcss/small.ts'),
  'abeja/transfer-1-gib': () => import('../abeja/transfer-1-gib.ts'),
  'abeja/small-files': () => import('../abeja/small-files.ts'),
  'zerodb/read': () => import('../zerodb/read.ts'),
  'zerodb/load': () => import('../zerodb/load.ts'),
  'keboola/csv': () => import('../keboola/csv.ts'),
  'keboola/rows': () => import('../keboola/rows.ts'),
  'copy/table': () => import('../copy/table.ts'),
  'copy/files': () => import('../copy/files.ts'),
  'filter/evaluate': () => import('../filter/evaluate.ts'),
  'import/core': () => import('../import/core.ts'),
  'import/stowage': () => import('../import/stowage.ts'),
  'cli/start': () => import('../cli/start.ts'),
}

/** The jobs' names, in the order of the table. */
export const jobNames: readonly string[] = Object.keys(loaders)

/** Gives the names that begin with one of these; all for none. */
export function findJobNames(wanted: readonly string[]): string[] {
  const unknown = wanted.find((start) => !jobNames.some((name) => name.startsWith(start)))
  if (unknown !== undefined) throw new Error(`there is no job ${unknown}: there are ${jobNames.join(', ')}`)
  return jobNames.filter((name) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
}

/** Loads a job. */
export async function loadJob(name: string): Promise<BenchJob> {
  const load = loaders[name]
  if (load === undefined) throw new Error(`there is no job ${name}`)
  return (await load()).job
}
