import { crc32 } from 'node:zlib'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Goal } from '../harness/job.ts'
import { settleDisk } from '../harness/settle.ts'
import { forEachIndex } from '../harness/workers.ts'
import type { FileStore } from './file-store.ts'
import type * as peerStores from './peer-stores.ts'

const concurrencies = [1, 32] as const
const sizeBytes = 1024

/** Files: many small ones written and read, against other storage libraries on the same file system. */
export const job: BenchJob = {
  hasManyFiles: true,
  description:
    '2,000 files of 1 KiB are written and read through each library on a folder, one at a time and 32 at a time, after 1,000 others to warm up. ' +
    'Ours appear only when they are whole, with metadata and a checksum that reading checks.',
  goals: concurrencies.flatMap((concurrency): Goal[] =>
    (['put', 'get'] as const).map((verb) => ({
      section: `${verb} ${concurrency}`,
      title: `${verb} 2,000 files of 1 KiB, ${concurrency} at a time`,
      measure: 'speed',
      limit: 1,
    })),
  ),
  ours: async (run) => runSmallFiles(run, await (await import('./our-store.ts')).openOurStore(run.folder)),
  peers: {
    'files-sdk': async (run) => runSmallFiles(run, await (await peers()).openFilesSdk(run.folder)),
    flydrive: async (run) => runSmallFiles(run, await (await peers()).openFlydrive(run.folder)),
    flystorage: async (run) => runSmallFiles(run, await (await peers()).openFlystorage(run.folder)),
    unstorage: async (run) => runSmallFiles(run, await (await peers()).openUnstorage(run.folder)),
  },
}

function peers(): Promise<typeof peerStores> {
  return import('./peer-stores.ts')
}

async function runSmallFiles(run: BenchRun, store: FileStore): Promise<void> {
  await warmUp(store, run.size(1000, 10))
  const count = run.size(2000, 50)
  for (const concurrency of concurrencies) {
    const folder = `at-${concurrency}`
    const putAll = (): Promise<void> =>
      forEachIndex(count, concurrency, (index) => store.put(keyOf(folder, index), contentOf(index)))
    await settleDisk()
    await run.section(`put ${concurrency}`, putAll, () => count)
    await run.section(
      `get ${concurrency}`,
      () => readAll(store, folder, count, concurrency),
      (sum) => sum,
    )
  }
  await store.close()
}

async function warmUp(store: FileStore, count: number): Promise<void> {
  await forEachIndex(count, 8, async (index) => {
    await store.put(keyOf('warm', index), contentOf(index))
    await store.get(keyOf('warm', index))
  })
}

async function readAll(store: FileStore, folder: string, count: number, concurrency: number): Promise<number> {
  let sum = 0
  await forEachIndex(count, concurrency, async (index) => {
    const bytes = await store.get(keyOf(folder, index))
    sum += crc32(bytes, index)
  })
  return sum
}

function keyOf(folder: string, index: number): string {
  return `${folder}/${index % 20}/file-${index}.bin`
}

function contentOf(index: number): Uint8Array {
  return new Uint8Array(sizeBytes).fill(index % 251)
}
