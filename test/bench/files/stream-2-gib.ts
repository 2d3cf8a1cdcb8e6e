import type { BenchJob } from '../harness/job.ts'
import { streamJob } from './stream.ts'

/** Files: 2 GiB through the storage, to see that size changes neither rate nor memory. */
export const job: BenchJob = streamJob(2048, '2 GiB', { isLong: true, maxRounds: 3 })
