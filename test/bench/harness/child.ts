/** The program every variant runs in: `node child.js JOB VARIANT PLACE`. It ends by itself and prints what it measured. */
import { BenchRun, type RunPlace } from './bench-run.ts'
import type { BenchJob, Variant } from './job.ts'
import { loadJob } from './jobs.ts'

function findVariant(job: BenchJob, name: string): Variant {
  const variant = name === 'prepare' ? job.prepare : name === 'ours' ? job.ours : job.peers[name]
  if (variant === undefined) throw new Error(`the job has no variant ${name}`)
  return variant
}

const [, , jobName = '', variantName = '', place = ''] = process.argv
const run = new BenchRun(JSON.parse(place) as RunPlace)
await findVariant(await loadJob(jobName), variantName)(run)
process.stdout.write(`\n${JSON.stringify(run.measurement())}\n`)
