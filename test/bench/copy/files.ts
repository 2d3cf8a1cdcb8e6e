import { request } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createDcssDriver } from '@stowage/adapter-dcss'
import { type Bucket, copyFiles, createStorage } from '@stowage/core'
import { bucket, credentials, startS3Stub } from '../dcss/start-s3-stub.ts'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Goal, Variant } from '../harness/job.ts'
import { mebibyte, repeated } from '../harness/large-files.ts'
import { openLocal } from '../harness/open-local.ts'
import { settleDisk } from '../harness/settle.ts'

const alone = 'the slower end alone'
const key = 'large.bin'

/** The two ends of the copies, each with the file. */
interface Ends {
  readonly local: Bucket
  readonly dcss: Bucket
  /** An empty bucket of the embedded backend. */
  readonly target: Bucket
  readonly sizeBytes: number
}

/** A copy of 1 GiB from the embedded backend to DCSS and back. */
export const job: BenchJob = {
  description:
    'A file of 1 GiB is copied with `copyFiles` from the embedded backend to a server that speaks S3 on loopback, through the DCSS adapter, and back. ' +
    'The peer is the same without copying: the file is read from the one end to nowhere, written to the other end from a file on disk, and whatever took longer is ' +
    'timed once more; ours is timed the second time as well, as the first gigabyte is slow for all.',
  goals: [
    goalOf('to DCSS', 'copy 1 GiB local → DCSS'),
    goalOf('from DCSS', 'copy 1 GiB DCSS → local'),
    { section: undefined, title: 'memory while copying 1 GiB', measure: 'overIdleMib', limit: 64 },
  ],
  prepare: seedLocal,
  ours: variant(async (run, ends) => {
    const copy = (source: Bucket, target: Bucket) => (): PromiseLike<unknown> =>
      copyFiles({ bucket: source, prefix: key }, { bucket: target, prefix: 'copied' }, { mode: 'upsert' })
    await timedSlower(run, 'to DCSS', ends, copy(ends.local, ends.dcss))
    await timedSlower(run, 'from DCSS', ends, copy(ends.dcss, ends.target))
  }),
  peers: {
    [alone]: variant(async (run, ends) => {
      const path = join(run.shared, 'local', 'buckets', 'files', key)
      await timedSlower(
        run,
        'to DCSS',
        ends,
        () => read(ends.local),
        () => ends.dcss.file('alone').upload(path),
      )
      await timedSlower(
        run,
        'from DCSS',
        ends,
        () => read(ends.dcss),
        () => ends.target.file('alone').upload(path),
      )
    }),
  },
  isLong: true,
  maxRounds: 3,
}

function goalOf(section: string, title: string): Goal {
  return { section, title, measure: 'speed', limit: 0.8, peers: [alone] }
}

function mebibytesOf(run: BenchRun): number {
  return run.size(1024, 16)
}

async function seedLocal(run: BenchRun): Promise<void> {
  const storage = await openLocal(join(run.shared, 'local'))
  const files = storage.bucket('files')
  await files.create()
  await files.file(key).upload(
    (async function* () {
      yield* repeated(mebibytesOf(run))
    })(),
  )
  await storage.close()
}

function variant(work: (run: BenchRun, ends: Ends) => Promise<void>): Variant {
  return async (run) => {
    const server = await startS3Stub()
    const sizeBytes = mebibytesOf(run) * mebibyte
    await seedServer(`${server.url}/${bucket}/${key}`, sizeBytes)
    const local = await openLocal(join(run.shared, 'local'))
    const empty = await openLocal(join(run.folder, 'target'))
    const dcss = createStorage(createDcssDriver({ s3Url: server.url, ...credentials }))
    const target = empty.bucket('files')
    await target.create()
    const ends = { local: local.bucket('files'), dcss: dcss.bucket('private') as Bucket, target, sizeBytes }
    // What is loaded and connected by then counts for nobody.
    await warmUp(ends)
    await work(run, ends)
    for (const storage of [local, empty, dcss]) await storage.close()
    await server.close()
  }
}

/** Lets the server have a file of a size: it keeps only how long it is. */
async function seedServer(url: string, sizeBytes: number): Promise<void> {
  const sent = request(url, { method: 'PUT', headers: { 'content-length': sizeBytes } })
  const answered = new Promise((resolve, reject) => sent.once('response', resolve).once('error', reject))
  await pipeline(repeated(sizeBytes / mebibyte), sent)
  await answered
}

async function warmUp({ local, dcss, target }: Ends): Promise<void> {
  await target.file('small/up').put('x')
  await dcss.file('small').put('x')
  await copyFiles({ bucket: target, prefix: 'small/up' }, { bucket: dcss, prefix: 'up' }, { mode: 'upsert' })
  await copyFiles({ bucket: dcss, prefix: 'small' }, { bucket: target, prefix: 'down' }, { mode: 'upsert' })
  await local.file(key).stat()
}

async function read(source: Bucket): Promise<void> {
  let bytes = 0
  for await (const chunk of source.file(key).stream()) bytes += chunk.byteLength
  if (bytes === 0) throw new Error('nothing was read')
}

async function timed(
  run: BenchRun,
  section: string,
  { sizeBytes }: Ends,
  work: () => PromiseLike<unknown>,
): Promise<void> {
  await settleDisk()
  await run.section(
    section,
    async () => void (await work()),
    () => sizeBytes,
  )
}

/** Does all of it once, and times whatever took longest once more. */
async function timedSlower(
  run: BenchRun,
  section: string,
  ends: Ends,
  ...works: readonly (() => PromiseLike<unknown>)[]
): Promise<void> {
  const times: number[] = []
  // Memory grows in the first time, so that is a section as well.
  await timed(run, `${section}, the first time`, ends, async () => {
    for (const work of works) {
      await settleDisk()
      const startMs = performance.now()
      await work()
      times.push(performance.now() - startMs)
    }
  })
  const slower = works[times.indexOf(Math.max(...times))]
  if (slower !== undefined) await timed(run, section, ends, slower)
}
