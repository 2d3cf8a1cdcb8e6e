import { CommanderError } from 'commander'
import { OutputClosed } from './command-context.ts'
import { exitCodeByError, exitCodes } from './exit-code.ts'
import { UsageError } from './usage-error.ts'

/** A failure as the command line shows it. */
export interface ShownFailure {
  /** What the process ends with. */
  readonly exitCode: number
  /** What goes to standard error. */
  readonly text: string
}

/** Says what a failure is to people and to the shell. One that nobody foresaw keeps its stack, for a report. */
export async function showFailure(error: unknown): Promise<ShownFailure> {
  // Commander has shown it; help and version end this way too, with code 0.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : exitCodes.usage, text: '' }
  if (error instanceof OutputClosed) return { exitCode: exitCodes.success, text: '' }
  // Nothing of Stowage is loaded before it is needed, and a failure may be the first need.
  const [{ StorageError }, { redact }] = await Promise.all([import('@stowage/core'), import('@stowage/core/driver')])
  if (error instanceof UsageError) return { exitCode: exitCodes.usage, text: `error: ${redact(error.message)}\n` }
  if (StorageError.is(error) && error.code !== 'internal') {
    return { exitCode: exitCodeByError[error.code], text: `error: ${error.message}\n` }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { exitCode: exitCodes.failure, text: `error: ${redact(text)}\n` }
}
