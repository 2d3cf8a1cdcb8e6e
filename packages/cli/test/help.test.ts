import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { buildProgram } from '../src/build-program.ts'
import { run } from './run-command.ts'

const ignore = (): void => undefined
const program = await buildProgram(
  {
    version: '1.2.3',
    cwd: '/nowhere',
    environment: {},
    out: ignore,
    error: ignore,
    write: () => Promise.resolve(),
    input: async function* () {},
    isTerminal: false,
    untilStopped: () => new Promise(() => {}),
  },
  'all',
)

interface Place {
  readonly words: readonly string[]
  readonly command: Command
}

function placesOf(command: Command, words: readonly string[]): Place[] {
  const shown = command.createHelp().visibleCommands(command)
  const below = shown.flatMap((one) => placesOf(one, [...words, one.name()]))
  return [{ words, command }, ...below]
}

const places = placesOf(program, [])

test.each(places.map(({ words, command }) => [words.join(' '), words, command] as const))(
  'the help of "stowage %s" says what it does and shows an example that it understands',
  async (path, words, command) => {
    const { code, out } = await run([...words, '--help'])
    expect(code).toBe(0)
    expect(command.description()).not.toBe('')
    const example = /\nExample:\n {2}\$ (stowage .*)\n/.exec(out)?.[1] ?? ''
    // Several APIs are served by naming them with commas between.
    expect(example).toMatch(new RegExp(`^stowage ${words[0] === 'serve' ? 'serve' : path}`))
    const described = placesOf(command, []).flatMap((place) => place.command.options.map(({ long }) => long))
    const flags = example.match(/ --[a-z-]+/g) ?? []
    expect(flags.filter((flag) => words.length > 0 && !described.includes(flag.trim()))).toEqual([])
  },
)

test.each(places.filter(({ command }) => command.commands.length === 0).map(({ words, command }) => [words, command]))(
  '%j says what each option and argument is',
  (_words, command) => {
    expect(command.options.filter(({ description, hidden }) => description === '' && !hidden)).toEqual([])
    expect(command.registeredArguments.filter(({ description }) => description === '')).toEqual([])
  },
)

describe('a slip of the hand gets a suggestion', () => {
  test.each([
    [['tabel', 'list'], 'Did you mean table?'],
    [['table', 'fnd', 'crm/customers'], 'Did you mean find?'],
    [['table', 'find', 'crm/customers', '--limt', '3'], 'Did you mean --limit?'],
    [['find', 'crm/customers'], 'It is written "stowage table find".'],
    [['list'], 'It is written "stowage bucket list" or "stowage table list" or "stowage file list".'],
    [['config', 'chek'], 'Did you mean check?'],
    [['completion', 'bsh'], 'Allowed choices are bash, zsh, fish'],
    [['table', 'load', 'crm/customers', 'a.csv', '--mode', 'upset'], 'Allowed choices are append, upsert, replace'],
  ])('%j', async (words, hint) => {
    const { code, out, error } = await run(words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain(hint)
  })
})

test.each([
  [['help'], ['--help']],
  [
    ['help', 'table'],
    ['table', '--help'],
  ],
  [
    ['help', 'table', 'find'],
    ['table', 'find', '--help'],
  ],
])('%j is %j', async (asked, meant) => {
  expect(await run(asked)).toEqual(await run(meant))
})
