import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** A running Ceph object gateway: a real S3 server, on loopback. */
export interface CephRgw {
  /** Its endpoint, for path-style requests. */
  readonly url: string
  /** The access key id of its one user, who may do everything. */
  readonly accessKeyId: string
  /** The secret that goes with it. */
  readonly secretAccessKey: string
  /** Its region. */
  readonly region: string
  /** Stops it and removes its data. */
  close(): Promise<void>
}

/** Says what to install where the server can't be started here; undefined where it can. */
export function missingCephRgw(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const programs = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'curl']
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
  if (missing.length === 0) return undefined
  return `needs ${missing.join(', ')}: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common curl`
}

/** Starts the server, with nothing in it; takes about 15 seconds. */
export async function startCephRgw(): Promise<CephRgw> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-rgw-'))
  const port = await freePorts()
  const script = fileURLToPath(new URL('ceph-rgw.sh', import.meta.url))
  const close = async (): Promise<void> => {
    await killAll(join(directory, 'pids'))
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await promisify(execFile)('bash', [script, directory, String(port)], { timeout: 90_000 })
  } catch (error) {
    await close()
    throw error
  }
  const keys = { accessKeyId: 'AK', secretAccessKey: 'SKSKSKSK', region: 'us-east-1' }
  return { url: `http://127.0.0.1:${port}`, ...keys, close }
}

/** Finds three free ports in a row and gives the first. */
async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = 20_000 + Math.floor(Math.random() * 20_000)
    const free = await Promise.all([first, first + 1, first + 2].map(isFree))
    if (free.every(Boolean)) return first
  }
  throw new Error('found no three free ports in a row')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Nothing in it is to be kept, so it needs no time to put its data in order. */
async function killAll(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return
  for (const pid of (await readFile(pidFile, 'utf8')).trim().split('\n').toReversed()) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}
