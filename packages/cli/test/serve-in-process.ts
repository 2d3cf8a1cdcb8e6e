import { onTestFinished } from 'vitest'
import { runCommand } from '../src/program.ts'

/** `stowage serve` in this process. */
export interface Serving {
  /** Its lines on standard output, each read as JSON. */
  readonly access: readonly Readonly<Record<string, string>>[]
  /** What it has written to standard error. */
  readonly error: () => string
  /** Stops it, as a signal does, and gives the exit code. */
  readonly stop: () => Promise<number>
}

/** Runs `stowage serve` with `--json` until the test ends; fails when it ends before it serves. */
export async function serve(...words: readonly string[]): Promise<Serving> {
  let out = ''
  let error = ''
  const stopped = Promise.withResolvers<void>()
  const announced = Promise.withResolvers<void>()
  const lines = words[0]?.includes(',') === true ? words[0].split(',').length : words[0] === 'all' ? 4 : 1
  const code = runCommand(['serve', ...words, '--json'], {
    version: '1.2.3',
    cwd: '/nowhere',
    environment: {},
    out: (text) => {
      out += text
      if (out.split('\n').length > lines) announced.resolve()
    },
    error: (text) => void (error += text),
    write: () => Promise.resolve(),
    // oxlint-disable-next-line typescript/require-await -- standard input is asynchronous
    input: async function* () {},
    isTerminal: false,
    untilStopped: () => stopped.promise,
  })
  const stop = (): Promise<number> => {
    stopped.resolve()
    return code
  }
  onTestFinished(async () => void (await stop()))
  const ended = code.then((number) => {
    throw new Error(`it ended with ${number} before it served: ${error}`)
  })
  await Promise.race([announced.promise, ended])
  ended.catch(() => {})
  const access = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, string>>)
  return { access, error: () => error, stop }
}
