import { StorageError } from '@stowage/core'
import { loadConfig, type LoadOptions, type ResolvedConfig } from 'stowage'
import { describe, expect, test } from 'vitest'
import { fakeAdapter } from './fake-adapter.ts'
import { temporaryDirectory } from './temporary-directory.ts'

async function load(cwd: string, options: LoadOptions = {}): Promise<ResolvedConfig> {
  return loadConfig(undefined, { cwd, environment: {}, adapters: [fakeAdapter()], ...options })
}

async function refusal(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!StorageError.is(error, 'invalid-argument')) throw new Error(`expected a refusal, got ${String(error)}`)
  return error
}

async function messageOf(files: Record<string, string>, options: LoadOptions = {}): Promise<string> {
  return (await refusal(load(await temporaryDirectory(files), options))).message
}

const yaml = `
default: lake
backends:
  lake:
    adapter: fake
    url: https://lake.example
    token: \${LAKE_TOKEN}
`
const object = { adapter: 'fake', url: 'https://lake.example', token: '${LAKE_TOKEN}' }
const environment = { LAKE_TOKEN: 's3cret-token' }

describe('a configuration file', () => {
  test.each([
    ['yaml', yaml],
    ['yml', yaml],
    ['json', JSON.stringify({ $schema: './config.schema.json', default: 'lake', backends: { lake: object } })],
    ['mjs', `export default ${JSON.stringify({ backends: { lake: object } })}`],
    ['mts', `const config: object = ${JSON.stringify({ backends: { lake: object } })}\nexport default config`],
    ['ts', `export default ${JSON.stringify({ backends: { lake: object } })} satisfies object`],
  ])('in %s', async (extension, text) => {
    const cwd = await temporaryDirectory({ [`stowage.config.${extension}`]: text, 'package.json': '{"type":"module"}' })
    const config = await load(cwd, { environment })
    expect(config.file).toBe(`stowage.config.${extension}`)
    expect(config.defaultName).toBe('lake')
    expect(config.backends.get('lake')?.options).toEqual({ url: 'https://lake.example', token: 's3cret-token' })
  })

  test('in JSON may name its schema in the short form as well, and begin with a byte order mark', async () => {
    const text = `\uFEFF${JSON.stringify({ $schema: './x.json', ...object })}`
    const config = await load(await temporaryDirectory({ 'stowage.config.json': text }), { environment })
    expect(config.backends.has('default')).toBe(true)
  })

  test('shows file and line of each problem', async () => {
    const text = 'backends:\n  lake:\n    adapter: fake\n    tokn: x\n    url: nothing\n  dev:\n    adapter: loca\n'
    const error = await refusal(load(await temporaryDirectory({ 'stowage.config.yaml': text })))
    expect(error.message).toBe(`the configuration has 4 problems:
  stowage.config.yaml:4: backends.lake.tokn: unknown option of adapter "fake"; did you mean "token"?
  stowage.config.yaml:5: backends.lake.url: Invalid URL (option of adapter "fake")
  stowage.config.yaml:2: backends.lake.token: missing option of adapter "fake"; set it here or in the environment variable FAKE_TOKEN
  stowage.config.yaml:7: backends.dev.adapter: unknown adapter "loca"; did you mean "local"?`)
    expect(error.details['problems']).toMatchObject([
      { key: 'backends.lake.tokn', file: 'stowage.config.yaml', line: 4 },
      { key: 'backends.lake.url', line: 5 },
      { key: 'backends.lake.token', line: 2 },
      { key: 'backends.dev.adapter', line: 7 },
    ])
  })

  test('shows the lines of JSON', async () => {
    const text = '{\n  "adapter": "fake",\n  "url": "https://a.example",\n  "tokn": "x"\n}\n'
    expect(await messageOf({ 'stowage.config.json': text })).toContain('stowage.config.json:4: tokn: unknown option')
  })

  test('names a missing variable with key, file and line', async () => {
    expect(await messageOf({ 'stowage.config.yaml': yaml })).toBe(
      'stowage.config.yaml:7: backends.lake.token: the environment variable LAKE_TOKEN is not set; set it, or give a default with "${LAKE_TOKEN:-default}"',
    )
  })

  test('that is malformed fails with its line', async () => {
    expect(await messageOf({ 'stowage.config.yaml': 'adapter: local\n\tpath: x\n' })).toBe(
      'stowage.config.yaml:2: not valid YAML: indented by a tab; use spaces',
    )
    expect(await messageOf({ 'stowage.config.json': '{\n"adapter": "local",\n}' })).toBe(
      'stowage.config.json:3: not valid JSON: Expected double-quoted property name',
    )
  })

  test('that is empty, or a cycle of anchors, is refused', async () => {
    expect(await messageOf({ 'stowage.config.yaml': '' })).toContain('this is null')
    expect(await messageOf({ 'stowage.config.yaml': '&a\nadapter: fake\nurl: *a\n' })).toContain(
      'refers back to what contains it',
    )
  })

  test('that throws is refused with what it threw', async () => {
    expect(await messageOf({ 'stowage.config.ts': 'throw new RangeError("no luck")' })).toBe(
      'stowage.config.ts: running it failed with RangeError: no luck',
    )
    expect(await messageOf({ 'stowage.config.mjs': 'throw "text"' })).toBe(
      'stowage.config.mjs: running it failed with text',
    )
    expect(await messageOf({ 'stowage.config.ts': 'export default {' })).toContain(
      'stowage.config.ts: running it failed with',
    )
    expect(await messageOf({ 'stowage.config.mjs': "import 'nonesuch-package'" })).toContain('nonesuch-package')
  })

  test('that exports nothing is told how', async () => {
    expect(await messageOf({ 'stowage.config.mjs': 'export const config = {}' })).toBe(
      'stowage.config.mjs: has no default export; write "export default defineConfig({ … })"',
    )
  })

  test('that is not there, a directory, too large, or of another kind', async () => {
    const cwd = await temporaryDirectory({ 'dir.yaml/x': '', 'big.yaml': '#'.repeat(2 ** 20 + 1), 'config.toml': '' })
    const named = async (STOWAGE_CONFIG: string): Promise<string> =>
      (await refusal(load(cwd, { environment: { STOWAGE_CONFIG } }))).message
    expect(await named('nowhere.yaml')).toBe('nowhere.yaml: there is no such configuration file')
    expect(await named('nowhere.ts')).toBe('nowhere.ts: there is no such configuration file')
    expect(await named('dir.yaml')).toBe('dir.yaml: is a directory, not a configuration file')
    expect(await named('big.yaml')).toBe('big.yaml: is larger than 1 MiB; is it a configuration?')
    expect(await named('config.toml')).toContain('a configuration file ends in .ts')
  })

  test('a merged anchor is checked where it is used', async () => {
    const text = 'backends:\n  a: &a { adapter: fake, url: "https://a.example", tokn: x }\n  b:\n    <<: *a\n'
    const message = await messageOf({ 'stowage.config.yaml': text }, { environment: { FAKE_TOKEN: 's3cret-token' } })
    expect(message).toContain('stowage.config.yaml:2: backends.a.tokn')
    expect(message).toContain('stowage.config.yaml:3: backends.b.tokn')
  })
})

describe('STOWAGE_ variables', () => {
  const one = { STOWAGE_ADAPTER: 'fake', STOWAGE_URL: 'https://a.example', STOWAGE_TOKEN: 's3cret-token' }

  test('configure a backend, read as its options want them', async () => {
    const config = await load(await temporaryDirectory(), { environment: { ...one, STOWAGE_TIMEOUT_MS: '250' } })
    const expected = { url: 'https://a.example', token: 's3cret-token', timeoutMs: 250 }
    expect(config.backends.get('default')?.options).toEqual(expected)
  })

  test('are not searched for variables', async () => {
    const config = await load(await temporaryDirectory(), { environment: { ...one, STOWAGE_TOKEN: '${HOME}-s3cret' } })
    expect(config.backends.get('default')?.options).toMatchObject({ token: '${HOME}-s3cret' })
  })

  test('that are wrong are named', async () => {
    const wrong = { ...one, STOWAGE_TIMEOUT_MS: 'soon', STOWAGE_EMULATION: 'sometimes', STOWAGE_MODE: 'slow' }
    const message = await messageOf({}, { environment: wrong })
    expect(message).toContain('STOWAGE_EMULATION: expected one of "never", "cheap", "always"')
    expect(message).toContain('STOWAGE_TIMEOUT_MS: Invalid input')
    expect(message).toContain('STOWAGE_MODE: Invalid option')
  })

  test('a missing credential names both ways to give it', async () => {
    expect(await messageOf({}, { environment: { STOWAGE_ADAPTER: 'fake', STOWAGE_URL: 'https://a.example' } })).toBe(
      'STOWAGE_TOKEN: missing option of adapter "fake"; set it here or in the environment variable FAKE_TOKEN',
    )
  })

  test.each<[Record<string, string>, string]>([
    [
      { ...one, STOWAGE_TOKN: 'x' },
      'STOWAGE_TOKN: unknown variable: adapter "fake" has no such option; did you mean "STOWAGE_TOKEN"?',
    ],
    [
      { ...one, STOWAGE_EMULATON: 'x' },
      'STOWAGE_EMULATON: unknown variable: adapter "fake" has no such option; did you mean "STOWAGE_EMULATION"?',
    ],
    [{ STOWAGE_CONFG: 'x' }, 'STOWAGE_CONFG: unknown variable; did you mean "STOWAGE_CONFIG"?'],
    [
      { STOWAGE_PATH: 'x' },
      'STOWAGE_PATH: unknown variable; a backend is configured by STOWAGE_ADAPTER and its options, or in a file',
    ],
    [
      {
        STOWAGE_BACKEND_A_ADAPTER: 'fake',
        STOWAGE_BACKEND_A_URL: 'https://a.example',
        FAKE_TOKEN: 's3cret-token',
        STOWAGE_BACKEND_B_URL: 'x',
      },
      'STOWAGE_BACKEND_B_URL: unknown variable; it belongs to no backend that has a STOWAGE_BACKEND_<NAME>_ADAPTER',
    ],
  ])('%j: nobody reads one', async (variables, message) => {
    expect(await messageOf({}, { environment: variables })).toBe(message)
  })

  test('that a file mentions are read', async () => {
    const cwd = await temporaryDirectory({ 'stowage.config.yaml': yaml.replace('LAKE_TOKEN', 'STOWAGE_LAKE_TOKEN') })
    await load(cwd, { environment: { STOWAGE_LAKE_TOKEN: 's3cret-token' } })
    const message = (
      await refusal(load(cwd, { environment: { STOWAGE_LAKE_TOKEN: 's3cret-token', STOWAGE_X: '', STOWAGE_Y: '1' } }))
    ).message
    expect(message).toContain('STOWAGE_Y: unknown variable')
  })

  test('do not matter to a configuration that the app passes', async () => {
    const config = { ...object, token: 's3cret-token' } as never
    const loaded = await loadConfig(config, { environment: { STOWAGE_NONSENSE: '1' }, adapters: [fakeAdapter()] })
    expect(loaded.backends.size).toBe(1)
  })
})

test('without any configuration there is the embedded backend in ./.stowage', async () => {
  const cwd = await temporaryDirectory()
  const config = await loadConfig(undefined, { cwd, environment: {} })
  expect(config.toJSON()).toMatchObject({
    default: 'default',
    backends: { default: { adapter: 'local', path: `${cwd}/.stowage` } },
  })
})
