import { StorageError } from '@stowage/core'
import { loadConfig, openStorage } from 'stowage'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from './temporary-directory.ts'

/** The source of an adapter that depends on nothing. */
function adapterSource(name: string, extra = ''): string {
  return `${extra}
const schema = { type: 'object', properties: { size: { type: 'number' } }, required: [], additionalProperties: false }
const validate = (value) => ({ value })
export const adapter = {
  name: '${name}',
  optionsSchema: { '~standard': { version: 1, vendor: 'none', validate, jsonSchema: { input: () => schema } } },
  secretOptions: [],
  environment: {},
  createDriver: (options) => ({
    backend: '${name}',
    capabilities: { operations: {}, limits: {}, semantics: {} },
    native: options,
    buckets: {},
    ping: async () => {},
    close: async () => {},
  }),
}
`
}

async function open(cwd: string, adapter: string, more: object = {}): Promise<{ backend: string; native: unknown }> {
  const storage = await openStorage({ adapter, ...more } as never, { cwd, environment: {} })
  await storage.close()
  return storage
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!StorageError.is(error, 'invalid-argument')) throw new Error(`expected a refusal, got ${String(error)}`)
  return error.message
}

describe('an adapter of somebody else', () => {
  test('in a file, in TypeScript as well', async () => {
    const cwd = await temporaryDirectory({
      'mine.ts': adapterSource('mine', 'type Unused = { readonly never: string }'),
      'parts/other.mjs': adapterSource('other'),
    })
    expect(await open(cwd, './mine.ts', { size: 3 })).toMatchObject({ backend: 'mine', native: { size: 3 } })
    expect(await open(cwd, './parts/other.mjs')).toMatchObject({ backend: 'other' })
    expect(await open(cwd, `${cwd}/mine.ts`)).toMatchObject({ backend: 'mine' })
  })

  test('in a file is found from the configuration, wherever the process was started', async () => {
    const cwd = await temporaryDirectory({
      'stowage.config.yaml': 'adapter: ./mine.mjs\n',
      'mine.mjs': adapterSource('mine'),
      'packages/app/x.ts': '',
    })
    const config = await loadConfig(undefined, { cwd: `${cwd}/packages/app`, environment: {} })
    expect(config.backends.get('default')?.adapter).toBe('mine')
  })

  test('in a package, with nothing but an import entry, also under a subpath', async () => {
    const exports = { '.': { import: './index.mjs' }, './extra': { import: './extra.mjs' } }
    const cwd = await temporaryDirectory({
      'node_modules/@acme/stowage-adapter/package.json': JSON.stringify({ name: '@acme/stowage-adapter', exports }),
      'node_modules/@acme/stowage-adapter/index.mjs': adapterSource('acme'),
      'node_modules/@acme/stowage-adapter/extra.mjs': adapterSource('acme-extra'),
      'node_modules/plainly/package.json': JSON.stringify({ name: 'plainly', type: 'module', main: 'index.js' }),
      'node_modules/plainly/index.js': adapterSource('plainly'),
    })
    expect(await open(cwd, '@acme/stowage-adapter')).toMatchObject({ backend: 'acme' })
    expect(await open(cwd, '@acme/stowage-adapter/extra')).toMatchObject({ backend: 'acme-extra' })
    expect(await open(cwd, 'plainly')).toMatchObject({ backend: 'plainly' })
  })

  test('has its options checked', async () => {
    const cwd = await temporaryDirectory({ 'mine.mjs': adapterSource('mine') })
    expect(await messageOf(open(cwd, './mine.mjs', { sise: 3 }))).toBe(
      'sise: unknown option of adapter "mine"; did you mean "size"?',
    )
  })

  test('is read from variables', async () => {
    const cwd = await temporaryDirectory({ 'mine.mjs': adapterSource('mine') })
    const environment = { STOWAGE_ADAPTER: './mine.mjs', STOWAGE_SIZE: '12' }
    const config = await loadConfig(undefined, { cwd, environment })
    expect(config.backends.get('default')?.options).toEqual({ size: 12 })
    const mistyped = loadConfig(undefined, { cwd, environment: { STOWAGE_ADAPTER: './mine.mjs', STOWAGE_SISE: '1' } })
    expect(await messageOf(mistyped)).toBe(
      'STOWAGE_SISE: unknown variable: adapter "mine" has no such option; did you mean "STOWAGE_SIZE"?',
    )
  })
})

describe('an adapter that can not be loaded', () => {
  test.each([
    ['pnpm-lock.yaml', 'pnpm add @stowage/adapter-nonesuch'],
    ['yarn.lock', 'yarn add @stowage/adapter-nonesuch'],
    ['bun.lock', 'bun add @stowage/adapter-nonesuch'],
    ['package-lock.json', 'npm install @stowage/adapter-nonesuch'],
  ])('beside %s: install it with %s', async (lockfile, command) => {
    const cwd = await temporaryDirectory({ [lockfile]: '', 'packages/app/x.ts': '' })
    expect(await messageOf(open(`${cwd}/packages/app`, '@stowage/adapter-nonesuch'))).toBe(
      `adapter: the package @stowage/adapter-nonesuch is not installed; install it with: ${command}`,
    )
  })

  test('without a lockfile the program that started the process decides', async () => {
    const cwd = await temporaryDirectory()
    const environment = { npm_config_user_agent: 'yarn/4.9.0 npm/? node/v24.0.0 linux x64' }
    const config = { adapter: 'stowage-adapter-nonesuch' } as const
    expect(await messageOf(loadConfig(config, { cwd, environment }))).toContain('yarn add stowage-adapter-nonesuch')
    expect(await messageOf(loadConfig(config, { cwd, environment: {} }))).toContain(
      'npm install stowage-adapter-nonesuch',
    )
  })

  test('no install command is given for a word that may be a slip', async () => {
    const cwd = await temporaryDirectory()
    expect(await messageOf(open(cwd, 'keybola'))).toBe('adapter: unknown adapter "keybola"; did you mean "keboola"?')
    const unlike = await messageOf(open(cwd, 'xyz'))
    expect(unlike).toContain('adapter: unknown adapter "xyz"; known are local, keboola')
    expect(unlike).not.toContain('install')
  })

  test('a package that the adapter misses is not taken for the adapter', async () => {
    const cwd = await temporaryDirectory({
      'node_modules/@acme/broken/package.json': JSON.stringify({ name: '@acme/broken', exports: './index.mjs' }),
      'node_modules/@acme/broken/index.mjs': adapterSource('broken', "import 'stowage-nonesuch-dependency'"),
      'broken.mjs': adapterSource('broken', "import 'stowage-nonesuch-dependency'"),
    })
    for (const name of ['@acme/broken', './broken.mjs']) {
      const message = await messageOf(open(cwd, name))
      expect(message).toContain(`adapter: loading the adapter ${name} failed: `)
      expect(message).toContain('stowage-nonesuch-dependency')
      expect(message).not.toContain('install it with')
    }
  })

  test('a file that is not there', async () => {
    const cwd = await temporaryDirectory()
    expect(await messageOf(open(cwd, './nowhere.ts'))).toBe('adapter: there is no file ./nowhere.ts')
  })

  test('a module that throws, or exports something else', async () => {
    const cwd = await temporaryDirectory({
      'throws.mjs': 'throw new Error("not today")',
      'default.mjs': 'export default {}',
      'wrong.mjs': "export const adapter = { name: 'x', createDriver() {} }",
      'empty.mjs': '',
      'syntax.mjs': 'export const = 1',
    })
    expect(await messageOf(open(cwd, './throws.mjs'))).toBe(
      'adapter: loading the adapter ./throws.mjs failed: not today',
    )
    expect(await messageOf(open(cwd, './default.mjs'))).toBe(
      'adapter: "./default.mjs" must export its definition as "adapter"; it exports only default',
    )
    expect(await messageOf(open(cwd, './empty.mjs'))).toContain('it exports nothing')
    expect(await messageOf(open(cwd, './wrong.mjs'))).toBe(
      'adapter: the "adapter" that "./wrong.mjs" exports is no adapter definition: optionsSchema, secretOptions, environment missing or of the wrong kind',
    )
    expect(await messageOf(open(cwd, './syntax.mjs'))).toContain('adapter: loading the adapter ./syntax.mjs failed: ')
  })

  test('a name that is none', async () => {
    const cwd = await temporaryDirectory()
    expect(await messageOf(open(cwd, '@%2e'))).toContain('adapter: ')
    expect(await messageOf(open(cwd, 'node:fs'))).toContain('must export its definition as "adapter"')
  })
})
