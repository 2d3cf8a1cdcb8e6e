import { join } from 'node:path'
import type { Bucket, FileEntry } from '@stowage/core'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob } from '../harness/job.ts'
import { openLocal } from '../harness/open-local.ts'
import { forEachIndex } from '../harness/workers.ts'

/** Files: listing a bucket of many. */
export const job: BenchJob = {
  hasManyFiles: true,
  description:
    'A bucket of 200,000 files is opened in a new process; its first page of 1,000 keys is fetched, then all of it is listed.',
  goals: [
    { section: 'first page', title: 'first page of 200,000 keys', measure: 'cpuMs', limit: 50 },
    { section: 'all', title: 'memory while listing 200,000 keys', measure: 'overIdleMib', limit: 32 },
  ],
  async prepare(run) {
    const storage = await openLocal(join(run.shared, 'data'))
    const bucket = storage.bucket('bench')
    await bucket.create()
    await forEachIndex(fileCount(run), 64, async (index) => {
      await bucket.file(keyOf(index)).put('x')
    })
    await storage.close()
  },
  async ours(run) {
    const storage = await openLocal(join(run.shared, 'data'))
    const bucket = storage.bucket('bench')
    await run.section(
      'first page',
      () => bucket.files().page(),
      ({ items }) => items.length,
    )
    await run.section(
      'all',
      () => countInOrder(bucket),
      (count) => count === fileCount(run),
    )
    await storage.close()
  },
  peers: {},
}

function fileCount(run: BenchRun): number {
  return run.size(200_000, 300)
}

function keyOf(index: number): string {
  // 7919 shares no factor with a count of the kind above, so files are not created in the order of their keys.
  return `folder-${index % 100}/${((index * 7919) % 1_000_000).toString().padStart(7, '0')}.txt`
}

/** Counts the files, and fails where they are not in order of key. */
async function countInOrder(bucket: Bucket): Promise<number> {
  let count = 0
  let previous = ''
  for await (const entry of bucket.files()) {
    const key = keyOfEntry(entry)
    if (key <= previous) throw new Error(`${key} is listed after ${previous}`)
    previous = key
    count += 1
  }
  return count
}

function keyOfEntry(entry: FileEntry): string {
  return entry.kind === 'file' ? entry.file.key : entry.prefix
}
