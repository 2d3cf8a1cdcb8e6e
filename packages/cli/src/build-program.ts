import { Command, Help, type Option } from 'commander'
import type { CommandContext } from './command-context.ts'
import { exampleText } from './verb.ts'

const programNotes = `
Addresses are [backend:]bucket/name, such as lake:in.c-main/customers; without a backend it is the configuration's default.
Exit codes: 0 done, 1 unforeseen, 2 usage, 3 not there, 4 conflict, 5 denied, 6 unsupported, 7 unavailable, 8 corrupt,
9 outcome unknown, 130 stopped. "stowage <command> --help" shows an example of each.
`

const seeHelp = 'See "stowage --help".'

type AddCommand = (program: Command, context: CommandContext) => void

/** A first word of the command line. */
interface Noun {
  readonly name: string
  readonly description: string
  /** A command line that shows a verb of it; a command without verbs has its own. */
  readonly example?: string
  /** Whether the help leaves it out: it is not for people. */
  readonly isHidden?: boolean
  /** Loads what adds it with all below it. */
  readonly load: () => Promise<AddCommand>
}

const nouns: readonly Noun[] = [
  {
    name: 'bucket',
    example: 'stowage bucket list lake:',
    description: 'buckets: list, look at, create, change, delete',
    load: async () => (await import('./bucket/bucket-commands.ts')).addBucket,
  },
  {
    name: 'table',
    example: "stowage table find crm/customers '{balance: {$gte: 1000}}'",
    description: 'tables: their rows in and out, and the tables themselves',
    load: async () => (await import('./table/table-commands.ts')).addTable,
  },
  {
    name: 'file',
    example: 'stowage file put ./cat.jpg dev:photos/2026/cat.jpg',
    description: 'files: list, put, get, read, copy, delete',
    load: async () => (await import('./file/file-commands.ts')).addFile,
  },
  {
    name: 'serve',
    example: 'stowage serve dcss --json',
    description: 'serve a storage through the wire API of a service',
    load: async () => (await import('./serve/serve-command.ts')).addServe,
  },
  {
    name: 'config',
    example: 'stowage config show',
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
    description: 'look at the versions, the configuration and every backend, and say what to do about what is wrong',
    load: async () => (await import('./doctor/doctor-command.ts')).addDoctor,
  },
  {
    name: 'completion',
    description: 'print a script that completes commands, options and addresses in a shell',
    load: async () => (await import('./completion/completion-command.ts')).addCompletion,
  },
  {
    name: 'complete',
    description: 'what a command line may be completed to; for the scripts of the shells',
    isHidden: true,
    load: async () => (await import('./completion/complete-command.ts')).addComplete,
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
    .showHelpAfterError(seeHelp)
    .configureHelp({ subcommandTerm: (command) => command.name(), optionDescription })
    .configureOutput({
      writeOut: context.out,
      writeErr: context.error,
      // Of an option that isn't known, what was given for it may be a secret.
      outputError: (text, write) => write(text.replace(/'(--?[^'=\s]+)=[^\n]*'/g, "'$1=…'")),
    })
    .exitOverride()
    .addHelpText(
      'after',
      programNotes + exampleText("stowage table find crm/customers '{balance: {$gte: 1000}}' --json"),
    )
  const isKnown = named === undefined || named.startsWith('-') || nouns.some(({ name }) => name === named)
  for (const noun of nouns) await addNoun(program, context, noun, isKnown ? named : 'all')
  return isKnown ? program : program.showHelpAfterError(hintForVerb(program, named))
}

// "stowage find" lacks the noun.
function hintForVerb(program: Command, word: string): string {
  const found = program.commands.filter((noun) => noun.commands.some((verb) => verb.name() === word))
  const meant = found.map((noun) => `"stowage ${noun.name()} ${word}"`).join(' or ')
  return meant === '' ? seeHelp : `It is written ${meant}.`
}

// A flag that isn't given is off, which needs no words.
function optionDescription(option: Option): string {
  const described = new Help().optionDescription(option)
  return described.replace(/ \(default: false\)$/, '').replace(/, preset: "[^"]*"/, '')
}

async function addNoun(
  program: Command,
  context: CommandContext,
  { name, description, example, isHidden = false, load }: Noun,
  named: string | undefined,
): Promise<void> {
  if (named === 'all' || named === name) (await load())(program, context)
  else program.command(name, { hidden: isHidden })
  const command = program.commands.find((one) => one.name() === name)
  command?.description(description)
  if (example !== undefined) command?.addHelpText('after', exampleText(example))
}
