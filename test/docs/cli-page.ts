import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildProgram } from '../../packages/cli/src/build-program.ts'
import type { CommandContext } from '../../packages/cli/src/command-context.ts'
import { exitCodeByError, exitCodes } from '../../packages/cli/src/exit-code.ts'
import { readText } from '../packages/workspace.ts'
import { code, fillTemplate, markdownTable } from './markdown.ts'

type Command = Awaited<ReturnType<typeof buildProgram>>
type Option = Command['options'][number]

/** Where the page on the command line lies. */
export const cliPageFile = fileURLToPath(new URL('../../docs/cli.md', import.meta.url))

/** Gives the page: what is written by hand, with the exit codes and the commands as the code has them. */
export async function cliPage(): Promise<string> {
  let help = ''
  const program = await buildProgram({ ...silent, out: (text) => (help += text) }, 'all')
  const helpOf = (command: Command): string => {
    help = ''
    command.outputHelp()
    return help
  }
  return fillTemplate(readText('test/docs/cli-page.template.md'), {
    'exit codes': exitCodeTable(),
    commands: commandSections(program, ['stowage'], helpOf).join('\n\n'),
  })
}

const silent: CommandContext = {
  version: '0',
  cwd: '/',
  environment: {},
  out: () => undefined,
  error: () => undefined,
  write: () => Promise.resolve(),
  input: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) }),
  isTerminal: false,
  untilStopped: () => new Promise(() => {}),
}

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  success: 'done, or stopped as asked',
  failure: 'it failed in a way nobody foresaw: the stack is shown, for a report',
  usage: "the command line or the configuration says something that can't be",
  notFound: "what it names isn't there",
  conflict: 'something is there already, has changed meanwhile, or is in use: a file, a port',
  denied: 'no credential, a wrong one, or one that may not do this',
  unsupported: "the backend can't do this",
  unavailable: 'the service failed, is full or asks to wait: later it may work',
  corrupt: 'what is stored or sent is damaged',
  unknown: 'a write was sent and its answer lost: look before repeating it',
  aborted: 'stopped by Ctrl-C or SIGTERM',
}

function exitCodeTable(): string {
  const rows = Object.entries(exitCodes).map(([name, exitCode]) => {
    const errors = Object.entries(exitCodeByError).filter(([, one]) => one === exitCode)
    return [String(exitCode), meanings[name as keyof typeof exitCodes], errors.map(([error]) => code(error)).join(', ')]
  })
  return markdownTable(['exit code', 'means', '[errors](errors.md)'], rows)
}

function commandSections(command: Command, words: readonly string[], helpOf: (command: Command) => string): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .flatMap((below) => {
      const path = [...words, below.name()]
      return [commandSection(below, path, helpOf(below)), ...commandSections(below, path, helpOf)]
    })
}

function commandSection(command: Command, words: readonly string[], help: string): string {
  const heading = `${'#'.repeat(words.length + 1)} ${words.join(' ')}`
  const description = `${capital(plain(command.description()))}.`
  // The example stands in the help alone: commander keeps what it adds there to itself.
  const example = /\nExample:\n {2}\$ (.*)\n/.exec(help)?.[1] ?? ''
  const isNoun = command.createHelp().visibleCommands(command).length > 0
  const parts = isNoun ? [] : [`\`\`\`sh\n${example}\n\`\`\``, parametersOf(command, words), dryRunNote(command)]
  return [heading, description, ...parts].filter((part) => part !== '').join('\n\n')
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

// Words such as <name> and * are meant as they stand.
function plain(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('*', String.raw`\*`)
}

const common = new Set(['--config', '--json', '--dry-run'])

function parametersOf(command: Command, words: readonly string[]): string {
  const given = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name()
    return [
      code(argument.required ? `<${name}>` : `[${name}]`),
      plain(argument.description),
      choicesOf(argument.argChoices),
    ]
  })
  const options = command.options
    .filter(({ hidden, long }) => !hidden && !(common.has(long ?? '') && !words.includes('serve')))
    .map((option) => [code(option.flags), plain(option.description), defaultOf(option)])
  const rows = [...given, ...options]
  return rows.length === 0 ? '' : markdownTable(['word or option', 'means', 'values and default'], rows)
}

function choicesOf(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : choices.map(code).join(', ')
}

function defaultOf({ argChoices, defaultValue, mandatory, negate }: Option): string {
  const choices = choicesOf(argChoices)
  if (mandatory) return [choices, 'has to be given'].filter(Boolean).join('; ')
  const isTold = typeof defaultValue === 'string' || typeof defaultValue === 'number'
  return [choices, isTold && !negate ? `default ${code(String(defaultValue))}` : ''].filter(Boolean).join('; ')
}

function dryRunNote(command: Command): string {
  return command.options.some(({ long }) => long === '--dry-run') ? 'Takes `--dry-run`.' : ''
}

if (import.meta.main) {
  await writeFile(cliPageFile, await cliPage())
  console.log(`wrote ${cliPageFile}`)
}
