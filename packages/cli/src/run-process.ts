import { outputTo } from './output-stream.ts'
import { runCommand } from './program.ts'
import { readVersion } from './version.ts'

/** Runs the command line in this process and gives its exit code. */
export async function runProcess(words: readonly string[]): Promise<number> {
  ignoreLostReaders()
  return runCommand(words, {
    version: await readVersion(),
    cwd: process.cwd(),
    environment: process.env,
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    write: outputTo(process.stdout),
    input: () => process.stdin,
    isTerminal: process.stderr.isTTY,
    untilStopped,
  })
}

// Whoever reads the output may leave before it ends; that is no failure of ours.
function ignoreLostReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

// The first signal asks; a second one ends the process at once, as nothing listens for it any more.
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      resolve()
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
  })
}
