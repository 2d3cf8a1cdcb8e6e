import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildProgram } from '../../packages/cli/src/build-program.ts'
import type { CommandContext } from '../../packages/cli/src/command-context.ts'
import { filesMatching, readText, root } from '../packages/workspace.ts'
import { fencesOfPage } from './fence.ts'
import { shellWords } from './shell-words.ts'

type Command = Awaited<ReturnType<typeof buildProgram>>

const lines = filesMatching('*.md', 'docs/**/*.md', 'packages/*/README.md')
  .flatMap((file) => fencesOfPage(file, readText(file)))
  .filter(({ language }) => language === 'sh')
  .flatMap(({ file, line, code }) => code.split('\n').map((text, at) => ({ place: `${file}:${line + at}`, text })))
  .filter(({ text }) => shellWords(text).length > 0)

const said: string[] = []
const context: CommandContext = {
  version: '0',
  cwd: '/',
  environment: {},
  out: () => undefined,
  error: (text) => said.push(text),
  write: () => Promise.resolve(),
  input: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) }),
  isTerminal: false,
  untilStopped: () => new Promise(() => {}),
}

let reached = 0

/** Takes the work out of the commands: what remains is what they take for words and options. */
function disarm(command: Command): void {
  command.commands.forEach(disarm)
  if (command.commands.length === 0) command.action(() => void reached++)
}

async function parse(words: readonly string[]): Promise<string> {
  const program = await buildProgram(context, 'all')
  disarm(program)
  said.length = 0
  reached = 0
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    // Help and version end the program the way a failure does.
    if ((error as { exitCode?: unknown }).exitCode === 0) reached++
  })
  return reached === 1 ? '' : said.join('').trim() || 'runs nothing'
}

let scripts: Readonly<Record<string, string>> = {}

beforeAll(() => {
  scripts = (JSON.parse(readText('package.json')) as { scripts: Record<string, string> }).scripts
})

/** Says what is wrong with a command line of a page; the empty text for nothing. */
async function faultOf(line: string): Promise<string> {
  const words = shellWords(line.replace(/^npx -y (-p \S+ )+-- /, ''))
  while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift()
  const [program = '', first = '', ...rest] = words
  if (program === 'stowage') return parse([first, ...rest])
  if (program === 'pnpm' && first === '--silent' && rest[0] === 'stowage') return parse(rest.slice(1))
  if (program === 'pnpm') return first in scripts ? '' : `there is no script ${first}`
  const isOurs = program === 'node' && /^(docs|test|packages)\//.test(first)
  return !isOurs || existsSync(join(root, first)) ? '' : `there is no file ${first}`
}

test.each(lines.map(({ place, text }) => [place, text]))('the command line at %s can be run', async (_, text) => {
  expect(await faultOf(text)).toBe('')
})

test('there are command lines to try, and a wrong one is found', async () => {
  expect(lines.filter(({ text }) => text.startsWith('stowage ')).length).toBeGreaterThan(40)
  expect(await faultOf('stowage table fnd crm/customers')).toMatch(/unknown command/)
  expect(await faultOf("stowage table find crm/customers '{a: 1}' --sorted")).toMatch(/unknown option/)
  expect(await faultOf('stowage file cat dev:logs/today.txt | head # the first lines')).toBe('')
  expect(await faultOf('pnpm --silent stowage bucket')).not.toBe('')
  expect(await faultOf('pnpm qickstart')).toMatch(/no script/)
  expect(await faultOf('node docs/examples/nowhere.ts')).toMatch(/no file/)
})

test('words are split as a shell does', () => {
  expect(shellWords(`find a/b '{a: {$gt: 1}}' --name "x y"=z > out # why`)).toEqual([
    'find',
    'a/b',
    '{a: {$gt: 1}}',
    '--name',
    'x y=z',
  ])
})
