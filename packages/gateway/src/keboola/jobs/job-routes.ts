import { route } from '../route.ts'
import type { Route } from '../route.ts'
import { getJob, listJobs } from './job-operations.ts'

/** The operations on jobs. */
export const jobRoutes: readonly Route[] = [route('GET jobs', listJobs), route('GET jobs/:job', getJob)]
