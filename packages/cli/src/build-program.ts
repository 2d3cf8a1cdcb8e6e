import { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

const programNotes = `
Addresses are [backend:]bucket/name, such as lake:in.c-main/customers; without a backend it is the configuration's default.
Exit codes: 0 done, 1 unforeseen, 2 usage, 3 not there, 4 conflict, 5 denied, 6 unsupported, 7 unavailable, 8 corrupt,
9 outcome unknown, 130 stopped. "stowage <command> --help" shows an example of each.

Example:
  $ stowage table find crm/customers '{balance: {$gte: 1000}}' --json
`

type AddCommand = (program: Command, context: CommandContext) => void

/** A first word of the command line. */
interface Noun {
  readonly name: string
  readonly description: string
  /** Loads what adds it with all below it. */
  readonly load: () => Promise<AddCommand>
}

const nouns: readonly Noun[] = [
  {
    name: 'bucket',
    description: 'buckets: list, look at, create, change, delete',
    load: async () => (await import('./bucket/bucket-commands.ts')).addBucket,
  },
  {
    name: 'table',
    description: 'tables: their rows in and out, and the tables themselves',
    load: async () => (await import('./table/table-commands.ts')).addTable,
  },
  {
    name: 'file',
    description: 'files: list, put, get, read, copy, delete',
    load: async () => (await import('./file/file-commands.ts')).addFile,
  },
  {
    name: 'serve',
    description: 'serve a storage through the wire API of a service',
    load: async () => (await import('./serve/serve-command.ts')).addServe,
  },
  {
    name: 'config',
    description: 'the configuration: show, check, begin one, its schema',
    load: async () => (await import('./config/config-commands.ts')).addConfig,
  },
  {
    name: 'capabilities',
    description: 'what a backend can do: natively, emulated, or not',
    load: async () => (await import('./config/capabilities-command.ts')).addCapabilities,
  },
  {
    name: 'doctor',
    description: 'look at Node, the configuration and every backend, and say what to do about what is wrong',
    load: async () => (await import('./doctor/doctor-command.ts')).addDoctor,
  },
  {
    name: 'completion',
    description: 'print a script that completes commands, options and addresses in a shell',
    load: async () => (await import('./completion/completion-command.ts')).addCompletion,
  },
]

/**
 * Builds the command line.
 *
 * @param named - the noun that is asked for: only its part is loaded, the others are known by name. `all` loads everything
 */
export async function buildProgram(context: CommandContext, named: string | undefined): Promise<Command> {
  const program = new Command('stowage')
    .description('Buckets, tables and files on any backend, by config.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('See "stowage --help".')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ writeOut: context.out, writeErr: context.error })
    .exitOverride()
    .addHelpText('after', programNotes)
  for (const noun of nouns) await addNoun(program, context, noun, named)
  return program
}

async function addNoun(
  program: Command,
  context: CommandContext,
  { name, description, load }: Noun,
  named: string | undefined,
): Promise<void> {
  if (named === 'all' || named === name) (await load())(program, context)
  else program.command(name)
  program.commands.find((command) => command.name() === name)?.description(description)
}
