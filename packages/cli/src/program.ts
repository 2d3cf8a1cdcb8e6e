import type { CommandContext } from './command-context.ts'
import { exitCodes } from './exit-code.ts'

/**
 * Runs the command line and gives the exit code.
 *
 * Without arguments it prints the help. An unknown command or option ends with 2 and a hint; a failure is shown on standard
 * error and ends with the code of its kind.
 *
 * @param words - the arguments, without the names of Node and the program
 */
export async function runCommand(words: readonly string[], context: CommandContext): Promise<number> {
  const asked = askedFor(words)
  try {
    const { buildProgram } = await import('./build-program.ts')
    const program = await buildProgram(context, asked[0])
    await program.parseAsync(asked, { from: 'user' })
    return exitCodes.success
  } catch (error) {
    const { showFailure } = await import('./failure.ts')
    const { exitCode, text } = await showFailure(error)
    context.error(text)
    return exitCode
  }
}

// "stowage help table find" is what people try first.
function askedFor(words: readonly string[]): readonly string[] {
  if (words.length === 0) return ['--help']
  return words[0] === 'help' ? [...words.slice(1), '--help'] : words
}
