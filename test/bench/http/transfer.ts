import { execFile, spawnSync } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { toByteSource, writeFileSafely } from '@stowage/core/driver'
import { ByteTransport } from '@stowage/http'
import type { BenchRun } from '../harness/bench-run.ts'
import { checksumOf, mebibyte, repeated } from '../harness/large-files.ts'
import type { BenchJob, Variant } from '../harness/job.ts'
import { settleDisk } from '../harness/settle.ts'
import { startServer } from '../harness/start-server.ts'

const chunks = { highWaterMark: mebibyte } as const
const hasCurl = spawnSync('curl', ['--version']).status === 0

/** Does one transfer of a variant. */
interface Transfers {
  get(url: string, target: string): Promise<unknown>
  /** Gives what the server counted. */
  put(url: string, source: string): Promise<string>
}

/** Makes the job that moves one body of a size from a server to disk, and from disk to the server. */
export function transferJob(mebibytes: number, sizeText: string, more: Partial<BenchJob> = {}): BenchJob {
  const variant =
    (transfers: Transfers): Variant =>
    (run) =>
      transferBothWays(run, run.size(mebibytes, 16) * mebibyte, transfers)
  const peer = hasCurl ? { curl: variant(byCurl) } : { 'node:http': variant(byNode) }
  return {
    description: `A body of ${sizeText} goes from a server on loopback to disk, and from disk to the server, through the byte transport of \`@stowage/http\`, against ${hasCurl ? '`curl`' : 'a bare `pipeline` over `node:http`'}.`,
    goals: [
      { section: 'get', title: `GET ${sizeText} to disk`, measure: 'speed', limit: 0.77 },
      { section: 'get', title: `GET ${sizeText} to disk`, measure: 'cpu', limit: 1.8 },
      { section: 'put', title: `PUT ${sizeText} from disk`, measure: 'speed', limit: 0.77 },
      { section: 'put', title: `PUT ${sizeText} from disk`, measure: 'cpu', limit: 1.8 },
      { section: undefined, title: `memory while moving ${sizeText}`, measure: 'overIdleMib', limit: 64 },
    ],
    prepare: (run) => writeFile(sourceOf(run), repeated(run.size(mebibytes, 16))),
    ours: variant(byTransport()),
    peers: peer,
    ...more,
  }
}

function sourceOf(run: BenchRun): string {
  return join(run.shared, 'source.bin')
}

async function transferBothWays(run: BenchRun, sizeBytes: number, transfers: Transfers): Promise<void> {
  const server = await startServer(new URL('./byte-server.ts', import.meta.url))
  const target = join(run.folder, 'target.bin')
  // What is loaded and connected by then counts for nobody.
  await transfers.get(`${server.url}/1`, target)
  await settleDisk()
  await run.section(
    'put',
    () => transfers.put(`${server.url}/`, sourceOf(run)),
    async (counted) => [Number(counted), (await stat(sourceOf(run))).size],
  )
  // Last, because checking what came takes memory of its own.
  await settleDisk()
  await run.section(
    'get',
    () => transfers.get(`${server.url}/${sizeBytes}`, target),
    () => checksumOf(target),
  )
  await server.close()
}

function byTransport(): Transfers {
  const transport = new ByteTransport()
  return {
    async get(url, target) {
      const { body } = await transport.send({ method: 'GET', url, mayLend: true })
      return writeFileSafely(target, body, { overwrite: true, fsync: false })
    },
    async put(url, source) {
      const response = await transport.send({ method: 'PUT', url, body: await toByteSource(source) })
      return response.text()
    },
  }
}

const execute = promisify(execFile)

const byCurl: Transfers = {
  get: (url, target) => execute('curl', ['--silent', '--show-error', '--fail', '--output', target, url]),
  async put(url, source) {
    // Asking first whether to send would cost a round trip, and nobody needs it here.
    const { stdout } = await execute('curl', ['--silent', '--show-error', '--fail', '-H', 'Expect:', '-T', source, url])
    return stdout
  },
}

const byNode: Transfers = {
  async get(url, target) {
    const response = await answerTo(url, 'GET')
    await pipeline(response, createWriteStream(target, chunks))
  },
  async put(url, source) {
    const response = await answerTo(url, 'PUT', source)
    let text = ''
    for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString()
    return text
  },
}

async function answerTo(url: string, method: string, source?: string): Promise<IncomingMessage> {
  const headers = source === undefined ? {} : { 'content-length': (await stat(source)).size }
  const request = httpRequest(url, { method, headers })
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    request.once('response', resolve).once('error', reject),
  )
  if (source === undefined) request.end()
  else await pipeline(createReadStream(source, chunks), request)
  return answered
}
