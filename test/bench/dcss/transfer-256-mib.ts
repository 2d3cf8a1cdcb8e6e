import type { BenchJob } from '../harness/job.ts'
import { transferJob } from './transfer.ts'

/** DCSS: 256 MiB each way. */
export const job: BenchJob = transferJob(256, '256 MiB')
