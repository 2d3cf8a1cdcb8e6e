import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A `stowage` process and all it has written. */
export interface ServeProcess {
  readonly child: ChildProcess
  readonly out: () => string
  readonly error: () => string
  /** Waits for the first line on standard output, or for the end without one. */
  readonly firstLine: () => Promise<string>
  /** Waits for the end and gives the exit code. */
  readonly exit: () => Promise<number | null>
}

/** Runs `stowage` with these arguments until the test ends. */
export function startStowage(words: readonly string[], cwd?: string, flags: readonly string[] = []): ServeProcess {
  const child = spawn(process.execPath, [...flags, main, ...words], { stdio: ['ignore', 'pipe', 'pipe'], cwd })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let error = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  const closed = once(child, 'close')
  const exit = async (): Promise<number | null> => {
    await closed
    return child.exitCode
  }
  const firstLine = async (): Promise<string> => {
    while (!out.includes('\n') && child.exitCode === null) await Promise.race([once(child.stdout, 'data'), closed])
    return out.slice(0, out.indexOf('\n') + 1)
  }
  return { child, out: () => out, error: () => error, firstLine, exit }
}

/** What `serve dcss --json` prints. */
export interface DcssAccess {
  readonly api: string
  readonly url: string
  readonly token: string
  readonly s3Url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
}

/** Runs `stowage serve dcss --json` and waits until it serves. */
export async function serveDcss(...words: readonly string[]): Promise<ServeProcess & { readonly access: DcssAccess }> {
  const served = startStowage(['serve', 'dcss', '--json', ...words])
  const line = await served.firstLine()
  if (line === '') throw new Error(`it ended before it served: ${served.error()}`)
  return { ...served, access: JSON.parse(line) as DcssAccess }
}

/** Asks the data API for a signed URL. */
export async function signedUrl({ url, token }: DcssAccess, path: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/dcss/authorize/${path}`, { headers: { authorization: `Token ${token}` } })
  return ((await answer.json()) as { result: { url: string } }).result.url
}
