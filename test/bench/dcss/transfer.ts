import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchRun } from '../harness/bench-run.ts'
import { checksumOf, mebibyte, repeated } from '../harness/large-files.ts'
import type { BenchJob, Goal, Variant } from '../harness/job.ts'
import { settleDisk } from '../harness/settle.ts'
import type { ObjectClient } from './object-client.ts'
import { bucket, startS3Stub } from './start-s3-stub.ts'

const hasCurl = spawnSync('curl', ['--version']).status === 0

type FileClient = Pick<ObjectClient, 'download' | 'upload' | 'close'>

/** Makes the job that downloads and uploads one object of a size. */
export function transferJob(mebibytes: number, sizeText: string, more: Partial<BenchJob> = {}): BenchJob {
  const variant =
    (open: (url: string) => FileClient | Promise<FileClient>): Variant =>
    (run) =>
      transferBothWays(run, run.size(mebibytes, 16) * mebibyte, open)
  return {
    description:
      `An object of ${sizeText} is downloaded from a server on loopback to disk, and uploaded from disk, through the DCSS adapter with credentials ` +
      `for S3, against ${hasCurl ? '`curl` and ' : ''}client-s3 with \`Upload\` of lib-storage. The server checks nothing, so that it isn't what is measured.`,
    goals: goalsOf(sizeText),
    prepare: (run) => writeFile(sourceOf(run), repeated(run.size(mebibytes, 16))),
    ours: variant(async (url) => (await import('./our-client.ts')).openOurClient(url)),
    peers: {
      ...(hasCurl ? { curl: variant(async (url) => (await import('./peer-clients.ts')).openCurl(url)) } : {}),
      'lib-storage': variant(async (url) => (await import('./peer-clients.ts')).openAwsClient(url)),
    },
    ...more,
  }
}

function goalsOf(sizeText: string): readonly Goal[] {
  const againstCurl: readonly Goal[] = [
    { section: 'download', title: `download ${sizeText}`, measure: 'speed', limit: 0.77, peers: ['curl'] },
    { section: 'download', title: `download ${sizeText}`, measure: 'cpu', limit: 1.8, peers: ['curl'] },
    { section: 'upload', title: `upload ${sizeText}`, measure: 'speed', limit: 0.77, peers: ['curl'] },
  ]
  return [
    ...(hasCurl ? againstCurl : []),
    { section: 'upload', title: `upload ${sizeText}`, measure: 'speed', limit: 4, peers: ['lib-storage'] },
    { section: undefined, title: `memory while moving ${sizeText} by DCSS`, measure: 'overIdleMib', limit: 64 },
  ]
}

function sourceOf(run: BenchRun): string {
  return join(run.shared, 'source.bin')
}

async function transferBothWays(
  run: BenchRun,
  sizeBytes: number,
  open: (url: string) => FileClient | Promise<FileClient>,
): Promise<void> {
  const server = await startS3Stub()
  const urlOf = (key: string): string => `${server.url}/${bucket}/${key}`
  await fetch(urlOf('small'), { method: 'PUT', body: 'x' })
  await seed(urlOf('large'), sizeBytes)
  const client = await open(server.url)
  const target = join(run.folder, 'target.bin')
  // What is loaded and connected by then counts for nobody.
  await client.download('small', join(run.folder, 'small.bin'))
  await client.upload('small', join(run.folder, 'small.bin'))
  await settleDisk()
  await run.section(
    'download',
    () => client.download('large', target),
    () => checksumOf(target),
  )
  await settleDisk()
  await run.section(
    'upload',
    () => client.upload('uploaded', sourceOf(run)),
    async () => Number((await fetch(urlOf('uploaded'), { method: 'HEAD' })).headers.get('content-length')),
  )
  await client.close()
  await server.close()
}

/** Lets the server have an object of a size: it keeps only how long it is. */
async function seed(url: string, sizeBytes: number): Promise<void> {
  const { request } = await import('node:http')
  const { pipeline } = await import('node:stream/promises')
  const sent = request(url, { method: 'PUT', headers: { 'content-length': sizeBytes } })
  const answered = new Promise((resolve, reject) => sent.once('response', resolve).once('error', reject))
  await pipeline(repeated(sizeBytes / mebibyte), sent)
  await answered
}
