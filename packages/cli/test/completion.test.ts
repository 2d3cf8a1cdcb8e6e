import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeDirectory, run } from './run-command.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
let cwd: string

beforeEach(async () => {
  cwd = await makeDirectory()
  const config = 'default: dev\nbackends:\n  dev: { adapter: local, path: ./data }\n  docs: { adapter: zerodb }\n'
  await writeFile(join(cwd, 'stowage.config.yaml'), config)
  await writeFile(join(cwd, 'cat.txt'), 'miaow')
  await run(['bucket', 'create', 'crm'], { cwd })
  await run(['table', 'create', 'crm/customers', '--columns', 'id:string'], { cwd })
  await run(['file', 'put', 'cat.txt', "crm/my cats/it's 1.txt"], { cwd })
})

async function completed(...words: readonly string[]): Promise<string[]> {
  const { code, out, error } = await run(['complete', '--', ...words], { cwd })
  expect({ code, error }).toEqual({ code: 0, error: '' })
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/\t.*/, ''))
}

describe('words are completed', () => {
  test.each([
    [['ta'], ['table']],
    [
      ['table', 'ex'],
      ['explain', 'export'],
    ],
    [['table', 'find', 'crm/customers', '--so'], ['--sort']],
    [['table', 'load', 'crm/customers', 'a.csv', '--mode', 're'], ['replace']],
    [['completion', 'z'], ['zsh']],
    [
      ['serve', 'zerodb', '--backend', 'd'],
      ['dev', 'docs'],
    ],
    [
      ['capabilities', 'd'],
      ['dev:', 'docs:'],
    ],
    [
      ['table', 'find', ''],
      ['dev:', 'docs:', 'crm/'],
    ],
    [['bucket', 'info', 'c'], ['crm']],
    [['table', 'find', 'dev:c'], ['dev:crm/']],
    [['table', 'find', 'dev:crm/cu'], ['dev:crm/customers']],
    [['file', 'get', 'crm/m'], ['crm/my cats/']],
    [['file', 'delete', 'crm/a', 'crm/my cats/'], ["crm/my cats/it's 1.txt"]],
    [['file', 'get', 'crm/a', './'], []],
    [['nonesuch', 'x'], []],
  ])('%j to %j', async (words, candidates) => {
    expect(await completed(...words)).toEqual(candidates)
  })

  test('nothing is said where something is wrong: no backend, no credential, no configuration', async () => {
    expect(await completed('table', 'find', 'docs:x/')).toEqual([])
    expect(await completed('table', 'find', 'none:x/')).toEqual([])
    await writeFile(join(cwd, 'stowage.config.yaml'), 'wrong: [')
    expect(await completed('table', 'find', 'crm/')).toEqual([])
    expect(await completed('table', 'find', '--config', 'none.yaml', 'crm/')).toEqual([])
  })

  test('completing leaves no embedded backend behind', async () => {
    cwd = await makeDirectory()
    expect(await completed('table', 'find', 'crm/')).toEqual([])
    expect(await readdir(cwd)).toEqual([])
  })
})

/** Runs a script in a shell that finds our `stowage`. */
async function inShell(shell: string, flags: readonly string[], script: string): Promise<string[]> {
  const bin = join(cwd, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, 'stowage'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`)
  await chmod(join(bin, 'stowage'), 0o755)
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  const { stdout } = await promisify(execFile)(shell, [...flags, '-c', script], { cwd, env })
  return stdout.split('\n').slice(0, -1)
}

/** Says how to get a shell that isn't there; undefined for one that is. Where nothing may be skipped, as in CI, its test goes on and fails. */
function missing(shell: string): string | undefined {
  try {
    execFileSync(shell, ['-c', 'exit 0'], { stdio: 'ignore' })
    return undefined
  } catch {
    return process.env['SKIP_NOTHING'] === '1' ? undefined : `${shell} is not installed: apt-get install ${shell}`
  }
}

const bash = async (line: string): Promise<string[]> => {
  const { out } = await run(['completion', 'bash'])
  const typed = `COMP_LINE=${JSON.stringify(line)}; COMP_POINT=${line.length}; COMP_WORDBREAKS=$' \\t\\n:='`
  return inShell('bash', ['--norc'], `${out}\n${typed}; _stowage; printf '%s\\n' "\${COMPREPLY[@]}"`)
}

test('bash gets nouns, backends, tables behind a colon, and names it has to escape', async () => {
  expect(await bash('stowage ta')).toEqual(['table'])
  expect(await bash('stowage capabilities do')).toEqual(['docs:'])
  expect(await bash('stowage table find dev:crm/cu')).toEqual(['crm/customers'])
  expect(await bash(String.raw`stowage file get crm/my\ cats/`)).toEqual([String.raw`crm/my\ cats/it\'s\ 1.txt`])
})

// zsh hands candidates to compadd; without a terminal we look at what it is given.
test('zsh gets the same, if it is installed', async ({ skip }) => {
  const reason = missing('zsh')
  if (reason !== undefined) skip(reason)
  const { out } = await run(['completion', 'zsh'])
  const zsh = (...words: readonly string[]): Promise<string[]> => {
    const stubs = `compdef() {}; _files() { print files }; compadd() { print -l -- "\${(P@)@[-1]}" }`
    const typed = `words=(stowage ${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length + 1}`
    return inShell('zsh', ['-f'], `${stubs}; ${typed}\n${out}\n_stowage`)
  }
  expect(await zsh('table', 'ex')).toEqual(['explain', 'export'])
  expect(await zsh('table', 'find', 'dev:crm/cu')).toEqual(['dev:crm/customers'])
  expect(await zsh('file', 'put', './')).toEqual(['files'])
})

test('fish gets the same with descriptions, if it is installed', async ({ skip }) => {
  const reason = missing('fish')
  if (reason !== undefined) skip(reason)
  await writeFile(join(cwd, 'stowage.fish'), (await run(['completion', 'fish'])).out)
  const fish = (line: string): Promise<string[]> =>
    inShell('fish', ['--no-config'], `source stowage.fish; complete -C '${line}'`)
  expect(await fish('stowage tabl')).toEqual(['table\ttables: their rows in and out, and the tables themselves'])
  expect(await fish('stowage table find dev:crm/cu')).toEqual(['dev:crm/customers'])
  expect(await fish('stowage table find ')).toEqual(expect.arrayContaining(['dev:', 'docs:', 'crm/']))
  expect(await fish('stowage file put ./ca')).toEqual(['./cat.txt'])
})

test('a script for another shell is refused', async () => {
  expect(await run(['completion', 'csh'])).toMatchObject({ code: 2 })
})
