import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A server on loopback in a process of its own. */
export interface ByteServer {
  readonly url: string
  /** Ends it. */
  close(): Promise<void>
}

/** Starts the server and waits until it listens. */
export async function startByteServer(): Promise<ByteServer> {
  // Benchmarks run compiled as well as from their sources.
  const program = fileURLToPath(new URL(`./byte-server${extname(import.meta.url)}`, import.meta.url))
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
