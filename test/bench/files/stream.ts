import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { randomFillSync } from 'node:crypto'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob } from '../harness/job.ts'
import { openLocal } from '../harness/open-local.ts'
import { settleDisk } from '../harness/settle.ts'

const mebibyte = 1024 * 1024
const chunks = { highWaterMark: mebibyte } as const

/** Makes the job that streams one file of a size in and out again. */
export function streamJob(mebibytes: number, sizeText: string, more: Partial<BenchJob>): BenchJob {
  return {
    description: `One file of ${sizeText} is streamed into the storage and out to disk again, against a bare \`pipeline\` of file streams with 1 MiB chunks.`,
    goals: [
      { section: 'in', title: `stream ${sizeText} in`, measure: 'speed', limit: 0.9 },
      { section: 'out', title: `stream ${sizeText} out`, measure: 'speed', limit: 0.9 },
      { section: undefined, title: `memory while streaming ${sizeText}`, measure: 'overIdleMib', limit: 64 },
    ],
    prepare: (run) => writeSource(sourceOf(run), run.size(mebibytes, 4)),
    ours: (run) => streamThroughStorage(run),
    peers: { pipeline: (run) => streamThroughPipeline(run) },
    ...more,
  }
}

function sourceOf(run: BenchRun): string {
  return join(run.shared, 'source.bin')
}

async function writeSource(path: string, mebibytes: number): Promise<void> {
  const chunk = randomFillSync(new Uint8Array(mebibyte))
  const repeat = function* (): Generator<Uint8Array, void, undefined> {
    for (let index = 0; index < mebibytes; index += 1) {
      chunk[0] = index % 256
      yield Uint8Array.from(chunk)
    }
  }
  await pipeline(repeat, createWriteStream(path))
}

async function streamThroughStorage(run: BenchRun): Promise<void> {
  const storage = await openLocal(join(run.folder, 'data'))
  const bucket = storage.bucket('bench')
  await bucket.create()
  const file = bucket.file('large.bin')
  const target = join(run.folder, 'target.bin')
  await settleDisk()
  await run.section(
    'in',
    async () => file.upload(sourceOf(run)),
    (result) => result.file.sizeBytes,
  )
  await settleDisk()
  await run.section(
    'out',
    () => file.download(target),
    () => checksumOf(target),
  )
  await storage.close()
}

async function streamThroughPipeline(run: BenchRun): Promise<void> {
  const stored = join(run.folder, 'stored.bin')
  const target = join(run.folder, 'target.bin')
  const copy = (from: string, to: string): Promise<void> =>
    pipeline(createReadStream(from, chunks), createWriteStream(to, chunks))
  await settleDisk()
  await run.section(
    'in',
    () => copy(sourceOf(run), stored),
    async () => (await stat(stored)).size,
  )
  await settleDisk()
  await run.section(
    'out',
    () => copy(stored, target),
    () => checksumOf(target),
  )
}

async function checksumOf(path: string): Promise<number> {
  let checksum = 0
  for await (const chunk of createReadStream(path, chunks)) checksum = crc32(chunk as Buffer, checksum)
  return checksum
}
