import { type Command, InvalidArgumentError, Option } from 'commander'

/** What the help of a verb says. */
export interface VerbHelp {
  /** The verb and its arguments, as commander writes them. */
  readonly usage: string
  /** One line. */
  readonly description: string
  /** A command line that shows it. */
  readonly example: string
}

/** Options every verb takes, as commander gives them. */
export interface CommonOptions {
  readonly config?: string
  readonly json: boolean
}

/** Options of a verb that changes something. */
export interface ChangeOptions extends CommonOptions {
  readonly dryRun: boolean
}

/** What the words of verbs stand for, for their help. */
const wordMeanings: Readonly<Record<string, string>> = {
  backend: 'the name of a backend, or its address',
  bucket: 'the address of a bucket',
  table: 'the address of a table',
  file: 'the address of a file',
  'bucket[/prefix]': 'the address of a bucket, or of what keys begin with',
  filter: 'which rows, as text',
  update: 'what is changed, as text',
  rows: 'one JSON object, or an array of them',
  source: 'a file on this computer, or -',
  target: 'a file on this computer, or -',
  'source-table': 'the address of the table to read',
  'target-table': 'the address of the table to write',
  'source-files': 'the address of a file, or of a prefix or bucket that ends in /',
  'target-files': 'where to: the same',
}

/** Adds a verb that reads. */
export function addVerb(noun: Command, { usage, description, example }: VerbHelp): Command {
  const verb = noun.command(usage)
  for (const argument of verb.registeredArguments) argument.description ||= wordMeanings[argument.name()] ?? ''
  return verb
    .description(description)
    .option('--config <file>', 'the configuration (default: the one that is found)')
    .option('--json', 'print JSON for programs', false)
    .addHelpText('after', exampleText(example))
}

/** What the help of a command ends with. */
export function exampleText(example: string): string {
  return `\nExample:\n  $ ${example}\n`
}

/** Adds a verb that changes something. */
export function addChange(noun: Command, help: VerbHelp): Command {
  return addVerb(noun, help).option('--dry-run', 'say what would be done, and do nothing', false)
}

/** Adds a group of verbs; its description is the program's to know. */
export function addNoun(program: Command, name: string): Command {
  return program.command(name).helpCommand(false).showHelpAfterError(`See "stowage ${name} --help".`)
}

/** An option that takes a whole number. */
export function countOption(flags: string, description: string, least = 0): Option {
  return new Option(flags, description).argParser((text) => {
    const count = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= least) return count
    throw new InvalidArgumentError(`Give a whole number from ${least}.`)
  })
}

/** An option that takes several values separated by commas. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  )
}
