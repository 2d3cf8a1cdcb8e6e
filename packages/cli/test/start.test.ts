import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeDirectory, run } from './run-command.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

// Runs in the process before the command: at its end it names all modules that were loaded.
const reporter = `
  import { registerHooks } from 'node:module'
  const urls = []
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
  process.on('exit', () => process.stderr.write('\\n' + JSON.stringify(urls)))`

/** Runs a command in a process of its own and gives what it loaded, as paths in the repository or below `node_modules`. */
async function modulesOf(cwd: string, ...words: readonly string[]): Promise<readonly string[]> {
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(reporter)}`]
  const env = { ...process.env, XDG_CACHE_HOME: join(cwd, 'caches') }
  const { stderr } = await promisify(execFile)(process.execPath, [...flags, main, ...words], { cwd, env })
  const urls = JSON.parse(stderr.slice(stderr.lastIndexOf('\n'))) as string[]
  return urls.filter((url) => url.startsWith('file:')).map((url) => url.replace(/^.*\/(packages|node_modules)\//, ''))
}

const packagesOf = (modules: readonly string[]): string[] =>
  [...new Set(modules.map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path))].toSorted()

test('the version costs nothing but reading it', async () => {
  expect(await modulesOf(await makeDirectory(), '--version')).toEqual([
    'cli/src/main.ts',
    'cli/src/node-version.ts',
    'cli/src/version.ts',
  ])
})

test('help loads no storage and, of the nouns, the one it is about', async () => {
  const cwd = await makeDirectory()
  expect(packagesOf(await modulesOf(cwd, '--help'))).toEqual(['cli', 'commander'])
  const modules = await modulesOf(cwd, 'table', '--help')
  expect(packagesOf(modules)).toEqual(['cli', 'commander'])
  expect(modules.filter((path) => /cli\/src\/(bucket|file|serve|config|doctor|completion)\//.test(path))).toEqual([])
})

test('a query of the embedded default loads what it needs, and Node keeps it compiled', async () => {
  const cwd = await makeDirectory()
  await run(['bucket', 'create', 'crm'], { cwd })
  await run(['table', 'create', 'crm/customers', '--columns', 'id:string'], { cwd })
  const modules = await modulesOf(cwd, 'table', 'find', 'crm/customers')
  expect(packagesOf(modules)).toEqual(['adapter-local', 'cli', 'commander', 'core', 'papaparse', 'stowage', 'zod'])
  expect(modules.filter((path) => /filter-text|config-text|cli\/src\/(bucket|file|serve)\//.test(path))).toEqual([])
  expect(await readdir(join(cwd, 'caches/stowage'))).not.toEqual([])
})

test('where nothing can be kept, all works the same', async () => {
  const cwd = await makeDirectory()
  await writeFile(join(cwd, 'file'), '')
  const env = { ...process.env, XDG_CACHE_HOME: join(cwd, 'file') }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, 'config', 'check'], { cwd, env })
  expect(stdout + stderr).toBe('the configuration is right: default\n')
})
