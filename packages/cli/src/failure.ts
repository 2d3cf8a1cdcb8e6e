import { exitCodeByError, exitCodes } from './exit-code.ts'

/** A failure as the command line shows it. */
export interface ShownFailure {
  /** What the process ends with. */
  readonly exitCode: number
  /** What goes to standard error. */
  readonly text: string
}

/** Says what a failure is to people and to the shell. One that nobody foresaw keeps its stack, for a report. */
export async function showFailure(error: unknown): Promise<ShownFailure> {
  // Nothing of Stowage is loaded before it is needed, and a failure may be the first need.
  const [{ StorageError }, { redact }] = await Promise.all([import('@stowage/core'), import('@stowage/core/driver')])
  if (StorageError.is(error) && error.code !== 'internal') {
    return { exitCode: exitCodeByError[error.code], text: `error: ${error.message}\n` }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { exitCode: exitCodes.failure, text: `error: ${redact(text)}\n` }
}
