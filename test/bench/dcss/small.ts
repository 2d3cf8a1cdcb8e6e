import { crc32 } from 'node:zlib'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Goal } from '../harness/job.ts'
import { forEachIndex } from '../harness/workers.ts'
import type { ObjectClient } from './object-client.ts'
import { startS3Stub } from './start-s3-stub.ts'

const concurrency = 32
const sizeBytes = 1024

/** DCSS: many small objects, against AWS's client alone. */
export const job: BenchJob = {
  description:
    `10,000 objects of 1 KiB are written to a server on loopback and read from it, ${concurrency} at a time, through the DCSS adapter with credentials ` +
    'for S3, against client-s3 alone, after 500 others to warm up. Each write of ours also looks whether the parts of an older, large file are to be removed.',
  goals: (['put', 'get'] as const).map((verb): Goal => ({
    section: verb,
    title: `${verb} 10,000 objects of 1 KiB, ${concurrency} at a time`,
    measure: 'speed',
    limit: 2,
  })),
  ours: async (run) => runSmallObjects(run, async (url) => (await import('./our-client.ts')).openOurClient(url)),
  peers: {
    'client-s3': async (run) =>
      runSmallObjects(run, async (url) => (await import('./peer-clients.ts')).openAwsClient(url)),
  },
}

async function runSmallObjects(run: BenchRun, open: (url: string) => Promise<ObjectClient>): Promise<void> {
  const server = await startS3Stub()
  const client = await open(server.url)
  await putAll(client, 'warm', run.size(500, 10))
  await readAll(client, 'warm', run.size(500, 10))
  const count = run.size(10_000, 50)
  await run.section(
    'put',
    () => putAll(client, 'object', count),
    () => count,
  )
  await run.section(
    'get',
    () => readAll(client, 'object', count),
    (sum) => sum,
  )
  await client.close()
  await server.close()
}

function putAll(client: ObjectClient, name: string, count: number): Promise<void> {
  return forEachIndex(count, concurrency, async (index) => {
    await client.put(keyOf(name, index), new Uint8Array(sizeBytes).fill(index % 251))
  })
}

async function readAll(client: ObjectClient, name: string, count: number): Promise<number> {
  let sum = 0
  await forEachIndex(count, concurrency, async (index) => {
    const bytes = await client.get(keyOf(name, index))
    sum += crc32(bytes, index)
  })
  return sum
}

function keyOf(name: string, index: number): string {
  return `${name}/${index % 20}/${index}.bin`
}
