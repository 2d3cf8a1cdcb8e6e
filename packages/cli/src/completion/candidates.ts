import type { Argument, Command, Option } from 'commander'
import type { AddressKind } from './address-candidates.ts'

/** Something a word may be completed to. */
export interface Candidate {
  readonly text: string
  /** One line for people; empty for none. */
  readonly description: string
}

/** Finds the addresses a word may be completed to. */
export type FindAddresses = (kind: AddressKind, word: string, config: string | undefined) => Promise<Candidate[]>

/**
 * Gives what the last of these words may be completed to.
 *
 * @param words - the command line without the program's name, the last of them as far as it is typed
 */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  findAddresses: FindAddresses,
): Promise<Candidate[]> {
  const word = words.at(-1) ?? ''
  const { command, position, option, config } = placeOf(program, words.slice(0, -1))
  const found = await candidatesAt(command, { option, argument: argumentAt(command, position), word }, (kind) =>
    findAddresses(kind, word, config),
  )
  // A name with a line break would look like two.
  // oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
  return found.filter(({ text }) => text.startsWith(word) && !/[\u0000-\u001f\u007f]/.test(text))
}

interface Place {
  readonly command: Command
  /** How many arguments the command has already. */
  readonly position: number
  /** The option whose value comes next. */
  readonly option: Option | undefined
  /** What `--config` says. */
  readonly config: string | undefined
}

function placeOf(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, position: 0, option: undefined, config: undefined }
  for (const word of words) place = placeAfter(place, word)
  return place
}

function placeAfter({ command, position, option, config }: Place, word: string): Place {
  if (option !== undefined) {
    return { command, position, option: undefined, config: option.long === '--config' ? word : config }
  }
  if (word.startsWith('-')) return { command, position, option: command.options.find(takesValue(word)), config }
  const below = command.commands.find((one) => one.name() === word)
  if (below !== undefined) return { command: below, position: 0, option: undefined, config }
  return { command, position: position + 1, option: undefined, config }
}

function takesValue(word: string): (option: Option) => boolean {
  return ({ long, short, required }) => required && (word === long || word === short)
}

function argumentAt({ registeredArguments }: Command, position: number): Argument | undefined {
  const last = registeredArguments.at(-1)
  return registeredArguments[position] ?? (last?.variadic === true ? last : undefined)
}

interface Wanted {
  readonly option: Option | undefined
  readonly argument: Argument | undefined
  readonly word: string
}

async function candidatesAt(
  command: Command,
  { option, argument, word }: Wanted,
  findAddresses: (kind: AddressKind) => Promise<Candidate[]>,
): Promise<Candidate[]> {
  if (option !== undefined) {
    return option.long === '--backend' ? findAddresses('backend name') : plain(option.argChoices)
  }
  if (word.startsWith('-')) return flagsOf(command)
  if (command.commands.length > 0) return commandsOf(command)
  const kind = argument === undefined ? undefined : kinds[argument.name()]
  return kind === undefined ? plain(argument?.argChoices) : findAddresses(kind)
}

/** What the arguments of our verbs name, by how the help calls them. */
const kinds: Readonly<Record<string, AddressKind>> = {
  backend: 'backend',
  bucket: 'bucket',
  table: 'table',
  'source-table': 'table',
  'target-table': 'table',
  file: 'file',
  'source-files': 'file',
  'target-files': 'file',
  'bucket[/prefix]': 'file',
}

function plain(texts: readonly string[] | undefined): Candidate[] {
  return (texts ?? []).map((text) => ({ text, description: '' }))
}

function flagsOf(command: Command): Candidate[] {
  const flags = command.options.filter(({ hidden }) => !hidden)
  const known = flags.map(({ long, short, description }) => ({ text: long ?? short ?? '', description }))
  return [...known, { text: '--help', description: 'print help' }]
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((below) => ({ text: below.name(), description: below.description() }))
}
