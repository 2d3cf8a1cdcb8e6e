import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Goal, Variant } from '../harness/job.ts'
import { checksumOf, mebibyte, repeated } from '../harness/large-files.ts'
import { settleDisk } from '../harness/settle.ts'
import type { FileClient } from './file-client.ts'
import { bucketPath, channelId, startAbejaStub } from './stub-place.ts'

const hasCurl = spawnSync('curl', ['--version']).status === 0

const titles = {
  download: 'download 1 GiB from a channel',
  upload: 'upload 1 GiB to a channel',
  form: 'upload 1 GiB to a bucket',
} as const

/** ABEJA: 1 GiB from a channel, to a channel, and to a bucket as a form. */
export const job: BenchJob = {
  description:
    'A file of 1 GiB is downloaded from a channel on a server on loopback to disk, uploaded from disk to a channel, and uploaded to a bucket as a form, ' +
    `through the ABEJA adapter${hasCurl ? ', against `curl`' : ''}. The server keeps lengths only, so that it isn't what is measured. Beside the bytes, ours looks for ` +
    'the name, notes length and checksum, and asks what became of the file.',
  goals: [
    ...(hasCurl ? (['download', 'upload', 'form'] as const).flatMap(goalsOf) : []),
    { section: undefined, title: 'memory while moving 1 GiB by ABEJA', measure: 'overIdleMib', limit: 64 },
  ],
  prepare: (run) => writeFile(sourceOf(run), repeated(mebibytesOf(run))),
  ours: variant(async (url) => (await import('./our-client.ts')).openOurClient(url)),
  peers: hasCurl ? { curl: variant(async (url) => (await import('./file-client.ts')).openCurl(url)) } : {},
  isLong: true,
  maxRounds: 3,
}

function goalsOf(section: keyof typeof titles): Goal[] {
  return [{ section, title: titles[section], measure: 'speed', limit: 0.77, peers: ['curl'] }]
}

function mebibytesOf(run: BenchRun): number {
  return run.size(1024, 16)
}

function sourceOf(run: BenchRun): string {
  return join(run.shared, 'source.bin')
}

function variant(open: (url: string) => Promise<FileClient>): Variant {
  return async (run) => {
    const server = await startAbejaStub()
    const small = await seed(server.url, 'small', 1)
    const large = await seed(server.url, 'large', mebibytesOf(run))
    const client = await open(server.url)
    const target = join(run.folder, 'target.bin')
    // What is loaded and connected by then counts for nobody.
    await client.download(small, join(run.folder, 'small.bin'))
    await client.upload('small', join(run.folder, 'small.bin'))
    await client.uploadForm('small', join(run.folder, 'small.bin'))
    await settleDisk()
    await run.section(
      'download',
      () => client.download(large, target),
      () => checksumOf(target),
    )
    await settleDisk()
    await run.section(
      'upload',
      () => client.upload('uploaded', sourceOf(run)),
      () => sizeAt(`${server.url}/channels/${channelId}?q=x-abeja-meta-filename:uploaded`),
    )
    await settleDisk()
    await run.section(
      'form',
      () => client.uploadForm('uploaded', sourceOf(run)),
      () => sizeAt(`${server.url}/${bucketPath}/uploaded`),
    )
    await client.close()
    await server.close()
  }
}

/** Lets the server have a file of the channel. */
async function seed(url: string, name: string, mebibytes: number): Promise<{ name: string; fileId: string }> {
  const headers = { 'content-length': mebibytes * mebibyte, 'x-abeja-meta-filename': name }
  const sent = request(`${url}/channels/${channelId}/upload`, { method: 'POST', headers })
  const answered = new Promise((resolve, reject) => sent.once('response', resolve).once('error', reject))
  await pipeline(repeated(mebibytes), sent)
  await answered
  return { name, fileId: await fileIdOf(`${url}/channels/${channelId}?q=x-abeja-meta-filename:${name}`) }
}

interface Described {
  readonly file_id: string
  readonly size: number
}

async function fileIdOf(url: string): Promise<string> {
  return (await describedAt(url)).file_id
}

async function sizeAt(url: string): Promise<number> {
  return (await describedAt(url)).size
}

async function describedAt(url: string): Promise<Described> {
  const { files = [], ...file } = (await (await fetch(url)).json()) as Partial<Described> & { files?: Described[] }
  return files[0] ?? (file as Described)
}
