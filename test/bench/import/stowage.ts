import type { BenchJob } from '../harness/job.ts'

/** What loading config and container costs a program. */
export const job: BenchJob = {
  description: '`stowage` is imported in a fresh process, compiled as published.',
  goals: [{ section: 'import', title: 'import of stowage', measure: 'wallMs', limit: 120 }],
  ours: (run) =>
    run.section(
      'import',
      () => import('stowage'),
      (stowage) => typeof stowage.openStorage,
    ),
  peers: {},
}
