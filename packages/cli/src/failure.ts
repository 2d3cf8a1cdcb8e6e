import { CommanderError } from 'commander'
import { OutputClosed } from './command-context.ts'
import { exitCodeByError, exitCodes } from './exit-code.ts'
import { shownText } from './output/shown-text.ts'
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
  const shown = (text: string): string => `error: ${harmless(redact(text))}\n`
  if (error instanceof UsageError) return { exitCode: exitCodes.usage, text: shown(error.message) }
  if (StorageError.is(error) && error.code !== 'internal') {
    return { exitCode: exitCodeByError[error.code], text: shown(error.message) }
  }
  return { exitCode: exitCodes.failure, text: shown(stackOf(error)) }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// A message may have several lines, and quote what a service answered.
function harmless(text: string): string {
  return text.split('\n').map(shownText).join('\n')
}
