import type { BenchJob } from '../harness/job.ts'

/** What loading the contract costs a program. */
export const job: BenchJob = {
  description: '`@stowage/core` is imported in a fresh process, compiled as published.',
  goals: [{ section: 'import', title: 'import of @stowage/core', measure: 'wallMs', limit: 30 }],
  ours: (run) =>
    run.section(
      'import',
      () => import('@stowage/core'),
      (core) => typeof core.createStorage,
    ),
  peers: {},
}
