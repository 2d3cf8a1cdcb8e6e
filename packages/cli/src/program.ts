import { Command, CommanderError } from 'commander'
import { exitCodes } from './exit-code.ts'

/** Where a command writes, and what it calls itself. */
export interface CommandContext {
  /** The version it prints. */
  readonly version: string
  /** Takes text for standard output. */
  readonly out: (text: string) => void
  /** Takes text for standard error. */
  readonly error: (text: string) => void
}

/**
 * Runs the command line and gives the exit code.
 *
 * Without arguments it prints the help. An unknown command or option ends with 2 and a hint.
 *
 * @param words - the arguments, without the names of Node and the program
 */
export async function runCommand(words: readonly string[], context: CommandContext): Promise<number> {
  const program = buildProgram(context)
  try {
    await program.parseAsync(words, { from: 'user' })
    return exitCodes.success
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version end this way too, with code 0.
    return error.exitCode === 0 ? exitCodes.success : exitCodes.usage
  }
}

function buildProgram({ version, out, error }: CommandContext): Command {
  const program = new Command('stowage')
  program
    .description('Buckets, tables and files on any backend, by config.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .argument('[command]')
    // Options after an unknown command belong to it: the command is what is wrong.
    .passThroughOptions()
    .allowExcessArguments()
    .showSuggestionAfterError()
    .showHelpAfterError('See "stowage --help".')
    .configureOutput({ writeOut: out, writeErr: error })
    .exitOverride()
    .action((command: string | undefined) => {
      if (command === undefined) return out(program.helpInformation())
      program.error(`error: unknown command '${command}'`)
    })
  return program
}
