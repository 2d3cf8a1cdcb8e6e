import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Variant } from '../harness/job.ts'
import { forEachIndex } from '../harness/workers.ts'
import { authToken, channelId, startAbejaStub } from './stub-place.ts'

const concurrency = 32
const sizeBytes = 1024
const directories = 20

/** What is done with many small files. */
interface ManyFiles {
  /** Uploads a directory and gives how many files are done. */
  upload(directory: string, count: number): Promise<number>
  /** Goes through all files of the channel and gives their names' lengths in all. */
  list(): Promise<number>
  close(): Promise<void>
}

/** ABEJA: many small files, against the same requests with bare fetch. */
export const job: BenchJob = {
  description:
    `A directory of 10,000 files of 1 KiB is uploaded to a channel on a server on loopback, ${concurrency} at a time, and the channel is listed, ` +
    'through the client of the ABEJA adapter, against the same requests made with bare `fetch`, after 500 others to warm up.',
  goals: [
    { section: 'upload', title: `upload 10,000 files of 1 KiB, ${concurrency} at a time`, measure: 'speed', limit: 1 },
    { section: 'list', title: 'list 10,000 files, a page at a time', measure: 'cpuMs', limit: 1000 },
  ],
  prepare: async (run) => {
    await makeFiles(join(run.shared, 'warm'), run.size(500, 20))
    await makeFiles(join(run.shared, 'many'), run.size(10_000, 50))
  },
  ours: variant(async (url) => openOurs(url)),
  peers: { fetch: variant(async (url) => openFetch(url)) },
  hasManyFiles: true,
}

async function makeFiles(directory: string, count: number): Promise<void> {
  for (let index = 0; index < directories; index += 1) await mkdir(join(directory, String(index)), { recursive: true })
  await forEachIndex(count, concurrency, (index) =>
    writeFile(join(directory, pathOf(index)), Buffer.alloc(sizeBytes, index % 251)),
  )
}

function pathOf(index: number): string {
  return `${index % directories}/${index}.bin`
}

function variant(open: (url: string) => Promise<ManyFiles>): Variant {
  return async (run: BenchRun) => {
    const server = await startAbejaStub()
    const client = await open(server.url)
    await client.upload(join(run.shared, 'warm'), run.size(500, 20))
    const count = run.size(10_000, 50)
    await run.section(
      'upload',
      () => client.upload(join(run.shared, 'many'), count),
      (done) => done,
    )
    await run.section(
      'list',
      () => client.list(),
      (sum) => sum,
    )
    await client.close()
    await server.close()
  }
}

async function openOurs(url: string): Promise<ManyFiles> {
  const driver = (await import('./our-client.ts')).openAdapter(url)
  const { native } = driver
  return {
    async upload(directory) {
      const { succeeded } = await native.uploadChannelFiles(channelId, directory, { concurrency })
      return succeeded.length
    },
    async list() {
      let sum = 0
      for await (const { metadata } of native.channelFiles(channelId, { itemsPerPage: 1000 }))
        sum += metadata['filename']?.length ?? 0
      return sum
    },
    close: () => driver.close(),
  }
}

async function openFetch(url: string): Promise<ManyFiles> {
  const channel = `${url}/channels/${channelId}`
  const authorization = `Bearer ${authToken}`
  const upload = async (directory: string, path: string): Promise<void> => {
    const headers = {
      authorization,
      'content-type': 'application/octet-stream',
      'x-abeja-meta-filename': encodeURIComponent(path),
    }
    const body = await readFile(join(directory, path))
    const answer = await fetch(`${channel}/upload`, { method: 'POST', headers, body })
    const { file_id: fileId } = (await answer.json()) as { file_id?: string }
    if (fileId === undefined) throw new Error(`${path} was not taken`)
  }
  return {
    async upload(directory, count) {
      await readdir(directory)
      await forEachIndex(count, concurrency, (index) => upload(directory, pathOf(index)))
      return count
    },
    async list() {
      let sum = 0
      let query = '?items_per_page=1000'
      while (query !== '') {
        const page = await readPage(`${channel}${query}`, authorization)
        for (const { metadata } of page.files) sum += decodeURIComponent(metadata['x-abeja-meta-filename'] ?? '').length
        query = page.next_page_token === null ? '' : `?next_page_token=${page.next_page_token}`
      }
      return sum
    },
    close: async () => undefined,
  }
}

interface FetchedPage {
  readonly files: readonly { readonly metadata: Readonly<Record<string, string>> }[]
  readonly next_page_token: string | null
}

async function readPage(url: string, authorization: string): Promise<FetchedPage> {
  const answer = await fetch(url, { headers: { authorization } })
  return (await answer.json()) as FetchedPage
}
