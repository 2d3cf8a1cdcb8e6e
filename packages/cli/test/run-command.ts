import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CommandContext } from '../src/command-context.ts'
import { runCommand } from '../src/program.ts'

/** What a command came to. */
export interface CommandRun {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Runs a command in this process, as the command line would. */
export async function run(words: readonly string[], given: Partial<CommandContext> = {}): Promise<CommandRun> {
  const out: Uint8Array[] = []
  let error = ''
  const add = (text: string | Uint8Array): void => void out.push(Buffer.from(text as Uint8Array))
  const code = await runCommand(words, {
    version: '1.2.3',
    cwd: '/nowhere',
    environment: {},
    out: add,
    error: (text) => void (error += text),
    write: (chunk) => Promise.resolve(add(chunk)),
    input: () => only(''),
    isTerminal: false,
    untilStopped: () => new Promise(() => {}),
    ...given,
  })
  return { code, out: Buffer.concat(out).toString(), error }
}

// oxlint-disable-next-line typescript/require-await -- standard input is asynchronous
export async function* only(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** Makes a directory in which commands find the embedded backend of their own. */
export async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-cli-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}
