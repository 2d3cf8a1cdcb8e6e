import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A server on loopback in a process of its own. */
export interface S3Stub {
  readonly url: string
  /** Ends it. */
  close(): Promise<void>
}

/** The bucket everybody uses: that of the space `private`. */
export const bucket = 'duckietown-private-storage'

/** Keys that mean nothing: it checks none. */
export const credentials = { accessKeyId: 'STOWAGEBENCH', secretAccessKey: 'not-a-secret-at-all' } as const

/** Starts the server and waits until it listens. */
export async function startS3Stub(): Promise<S3Stub> {
  // Benchmarks run compiled as well as from their sources.
  const program = fileURLToPath(new URL(`./s3-stub${extname(import.meta.url)}`, import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: `http://127.0.0.1:${Number(line.toString())}`,
    async close() {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}
