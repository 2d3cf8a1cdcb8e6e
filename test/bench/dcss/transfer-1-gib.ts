import type { BenchJob } from '../harness/job.ts'
import { transferJob } from './transfer.ts'

/** DCSS: 1 GiB each way. */
export const job: BenchJob = transferJob(1024, '1 GiB', { isLong: true, maxRounds: 3 })
