import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A server on loopback in a process of its own. */
export interface BenchServer {
  readonly url: string
  /** Ends it. */
  close(): Promise<void>
}

/**
 * Starts a server and waits until it listens.
 *
 * @param program - its source, beside whoever starts it: it prints its port on a line, and ends with its input
 */
export async function startServer(program: URL): Promise<BenchServer> {
  // Benchmarks run compiled as well as from their sources.
  const path = fileURLToPath(program).replace(/\.ts$/, extname(import.meta.url))
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
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
