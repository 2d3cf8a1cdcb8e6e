import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** The gallery as a process of its own, as its users start it. */
export class RunningApp {
  readonly #process: ChildProcess
  readonly #errors: Promise<string>
  readonly #exit: Promise<unknown[]>

  /**
   * @param config - the path of its config
   * @param cwd - where it runs and, with the embedded backend, keeps its data
   */
  constructor(config: string, cwd: string, environment: Readonly<Record<string, string>> = {}) {
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, ...environment }
    const main = join(import.meta.dirname, '../main.ts')
    this.#process = spawn(process.execPath, [main, config], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#errors = text(this.#process.stderr as Readable)
    this.#exit = once(this.#process, 'exit')
  }

  /** Waits until it serves. */
  async url(): Promise<string> {
    for await (const line of createInterface(this.#process.stdout as Readable)) {
      return line.replace('the gallery is at ', '')
    }
    throw new Error(await this.#errors)
  }

  /** Tells it to stop. */
  stop(): void {
    this.#process.kill('SIGTERM')
  }

  /** Waits until it has ended, and gives its exit code and what it complained of. */
  async end(): Promise<{ code: unknown; errors: string }> {
    const [code] = await this.#exit
    return { code, errors: await this.#errors }
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }
}
