import { join } from 'node:path'
import type { FindOptions } from '@stowage/core'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob } from '../harness/job.ts'
import { customerColumns, customerCounts, writeLoadFile } from './customers.ts'

/** Tables: memory must not follow the number of matches. */
export const job: BenchJob = {
  description:
    'A table of 1,000,000 rows is opened in a new process and all of it is read as objects, unsorted and then sorted; in another process only half of it. ' +
    'What is held at most is a page of rows and caches of a fixed size, which half of the rows fill.',
  goals: [
    { section: 'unsorted', title: 'memory for 1,000,000 matches', measure: 'memory', limit: 1.25 },
    { section: 'sorted', title: 'memory for 1,000,000 matches, sorted', measure: 'memory', limit: 1.25 },
  ],
  async prepare(run) {
    const { openLocal } = await import('../harness/open-local.ts')
    const { customersOf } = await import('./ours.ts')
    const storage = await openLocal(join(run.shared, 'data'))
    await storage.bucket('bench').create()
    const table = customersOf(storage)
    await table.create({ columns: customerColumns, primaryKey: ['id'] })
    const file = join(run.shared, 'load.csv')
    await writeLoadFile(file, customerCounts(run).rows)
    await table.load(file)
    await storage.close()
  },
  ours: (run) => countRows(run, 1),
  peers: { 'half of them': (run) => countRows(run, 0.5) },
}

async function countRows(run: BenchRun, share: number): Promise<void> {
  const { openLocal } = await import('../harness/open-local.ts')
  const { customersOf } = await import('./ours.ts')
  const storage = await openLocal(join(run.shared, 'data'))
  const limit = customerCounts(run).rows * share
  const read = async (options: FindOptions): Promise<number> => {
    let count = 0
    for await (const row of customersOf(storage).find({}, { ...options, limit }))
      if (row['id'] !== undefined) count += 1
    return count
  }
  await run.section(
    'unsorted',
    () => read({}),
    (count) => count === limit,
  )
  await run.section(
    'sorted',
    () => read({ sort: { balance: -1 } }),
    (count) => count === limit,
  )
  await storage.close()
}
