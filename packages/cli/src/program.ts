import { Command, CommanderError } from 'commander'
import { addBucket } from './bucket/bucket-commands.ts'
import { type CommandContext, OutputClosed } from './command-context.ts'
import { addCompletion } from './completion/completion-command.ts'
import { addCapabilities, addConfig } from './config/config-commands.ts'
import { addDoctor } from './doctor/doctor-command.ts'
import { exitCodes } from './exit-code.ts'
import { showFailure } from './failure.ts'
import { addFile } from './file/file-commands.ts'
import { addServe } from './serve/serve-command.ts'
import { addTable } from './table/table-commands.ts'
import { UsageError } from './usage-error.ts'

/**
 * Runs the command line and gives the exit code.
 *
 * Without arguments it prints the help. An unknown command or option ends with 2 and a hint; a failure is shown on standard
 * error and ends with the code of its kind.
 *
 * @param words - the arguments, without the names of Node and the program
 */
export async function runCommand(words: readonly string[], context: CommandContext): Promise<number> {
  const program = buildProgram(context)
  if (words.length === 0) {
    context.out(program.helpInformation())
    return exitCodes.success
  }
  try {
    await program.parseAsync(words, { from: 'user' })
    return exitCodes.success
  } catch (error) {
    // Help and version end this way too, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage
    if (error instanceof OutputClosed) return exitCodes.success
    if (error instanceof UsageError) {
      context.error(`error: ${error.message}\n`)
      return exitCodes.usage
    }
    const { exitCode, text } = await showFailure(error)
    context.error(text)
    return exitCode
  }
}

function buildProgram(context: CommandContext): Command {
  const program = new Command('stowage')
  program
    .description('Buckets, tables and files on any backend, by config.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('See "stowage --help".')
    .configureOutput({ writeOut: context.out, writeErr: context.error })
    .exitOverride()
  addBucket(program, context)
  addTable(program, context)
  addFile(program, context)
  addServe(program, context)
  addConfig(program, context)
  addCapabilities(program, context)
  addDoctor(program, context)
  addCompletion(program, context)
  return program
}
