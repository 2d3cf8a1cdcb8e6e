import type { BenchJob } from '../harness/job.ts'
import { streamJob } from './stream.ts'

/** Files: 256 MiB through the storage. */
export const job: BenchJob = streamJob(256, '256 MiB', {})
