import type { BenchJob } from '../harness/job.ts'
import { rowJob } from './row-job.ts'

/** ZeroDB: rows out of it, against bare fetch. */
export const job: BenchJob = rowJob('read')
