import { inspect } from 'node:util'
import { StorageError } from '@stowage/core'
import { loadConfig, type LoadOptions, type ResolvedConfig, type StowageConfig } from 'stowage'
import { describe, expect, test } from 'vitest'
import { fakeAdapter } from './fake-adapter.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const adapters = [fakeAdapter()]
const fake = { adapter: 'fake', url: 'https://lake.example', token: 's3cret-token' }

async function load(config: unknown, options: LoadOptions = {}): Promise<ResolvedConfig> {
  return loadConfig(config as StowageConfig, { adapters, environment: {}, ...options })
}

async function problemsOf(loading: Promise<unknown>): Promise<readonly string[]> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!StorageError.is(error, 'invalid-argument')) throw new Error(`expected a refusal, got ${inspect(error)}`)
  const problems = error.details['problems'] as readonly { message: string }[]
  for (const { message } of problems) expect(error.message).toContain(message)
  return problems.map(({ message }) => message)
}

describe('an object', () => {
  test('with several backends', async () => {
    const config = await load({ default: 'dev', backends: { lake: fake, dev: { ...fake, emulation: 'always' } } })
    expect(config.defaultName).toBe('dev')
    expect([...config.backends.keys()]).toEqual(['lake', 'dev'])
    expect(config.backends.get('dev')).toMatchObject({ adapter: 'fake', emulation: 'always', layers: [], requires: [] })
    expect(config.backends.get('lake')?.options).toEqual({ url: 'https://lake.example', token: 's3cret-token' })
    expect(config.backends.get('lake')?.emulation).toBe('cheap')
  })

  test('with one backend alone', async () => {
    const config = await load(fake)
    expect(config.defaultName).toBe('default')
    expect(config.backends.get('default')?.adapter).toBe('fake')
  })

  test('the only backend is the default; of several none is', async () => {
    expect((await load({ backends: { lake: fake } })).defaultName).toBe('lake')
    expect((await load({ backends: { lake: fake, dev: fake } })).defaultName).toBeUndefined()
  })

  test('variables are filled in, and read as the option wants them', async () => {
    const environment = { TOKEN: '1234567890', TIMEOUT: '500', HOST: 'lake.example' }
    const written = { ...fake, url: 'https://${HOST}', token: '${TOKEN}', timeoutMs: '${TIMEOUT}' }
    const config = await load(written, { environment })
    const expected = { url: 'https://lake.example', token: '1234567890', timeoutMs: 500 }
    expect(config.backends.get('default')?.options).toEqual(expected)
  })

  test('what config leaves out comes from the variables of the adapter', async () => {
    const environment = { FAKE_TOKEN: 'from-environment', FAKE_TIMEOUT_MS: '7' }
    const config = await load({ adapter: 'fake', url: 'https://a.example', timeoutMs: 9 }, { environment })
    expect(config.backends.get('default')?.options).toMatchObject({ token: 'from-environment', timeoutMs: 9 })
  })

  test('layers are names, objects, and objects without options', async () => {
    const layers = ['readOnly', { retry: { maxAttempts: '${N}' } }, { retry: null }]
    const config = await load({ ...fake, layers }, { environment: { N: '5' } })
    expect(config.backends.get('default')?.layers).toEqual([
      { name: 'readOnly', options: {} },
      { name: 'retry', options: { maxAttempts: 5 } },
      { name: 'retry', options: {} },
    ])
  })
})

describe('a wrong object', () => {
  const refused: readonly (readonly [title: string, config: unknown, problems: readonly string[]])[] = [
    ['a list', [], ['a configuration is an object with "backends", or with "adapter" and its options; this is a list']],
    [
      'a function',
      () => fake,
      ['a configuration is an object with "backends", or with "adapter" and its options; this is a function'],
    ],
    [
      'nothing in it',
      {},
      ['backends: missing; write "backends: { <name>: { adapter: local } }", or "adapter: local" alone'],
    ],
    ['no backend', { backends: {} }, ['backends: names no backend']],
    [
      'an unknown key at the top',
      { backend: {}, backends: { a: fake } },
      ['backend: unknown key; did you mean "backends"?'],
    ],
    [
      'a name that addresses could not hold',
      { backends: { 'a:b': fake } },
      ['backends.a:b: a backend is named with letters, digits, "_", "-" and "."'],
    ],
    [
      'a backend that is no object',
      { backends: { a: 'local' } },
      ['backends.a: expected an object with "adapter", got a string'],
    ],
    [
      'no adapter',
      { backends: { a: { url: 'x' } } },
      ['backends.a.adapter: missing; say which adapter, for example "local"'],
    ],
    [
      'an adapter that is no text',
      { backends: { a: { adapter: 1 } } },
      ['backends.a.adapter: Invalid input: expected string, received number'],
    ],
    [
      'a mistyped adapter',
      { backends: { a: { adapter: 'locl' } } },
      ['backends.a.adapter: unknown adapter "locl"; did you mean "local"?'],
    ],
    ['a mistyped option', { ...fake, tokn: 'x' }, ['tokn: unknown option of adapter "fake"; did you mean "token"?']],
    [
      'a mistyped key of ours',
      { ...fake, emulaton: 'never' },
      ['emulaton: unknown option of adapter "fake"; did you mean "emulation"?'],
    ],
    [
      'an unknown default',
      { default: 'lak', backends: { lake: fake, dev: fake } },
      ['default: there is no backend "lak"; did you mean "lake"?'],
    ],
    [
      'a default that is no text',
      { default: 1, backends: { lake: fake, dev: fake } },
      ['default: expected the name of a backend'],
    ],
    [
      'an unknown emulation policy',
      { ...fake, emulation: 'sometimes' },
      ['emulation: expected one of "never", "cheap", "always"'],
    ],
    [
      'an unknown capability',
      { ...fake, requires: ['tables.upsrt'] },
      ['requires[0]: unknown capability "tables.upsrt"; did you mean "tables.upsert"?'],
    ],
    ['an unknown layer', { ...fake, layers: ['retyr'] }, ['layers[0]: unknown layer "retyr"; did you mean "retry"?']],
    [
      'a layer that is no layer',
      { ...fake, layers: [5] },
      ['layers[0]: a layer is its name, or an object with its name alone as key; got a number'],
    ],
    [
      'two layers in one',
      { ...fake, layers: [{ retry: {}, readOnly: {} }] },
      ['layers[0]: a layer is its name, or an object with its name alone as key; got one with 2 keys'],
    ],
    [
      'an unknown option of a layer',
      { ...fake, layers: [{ retry: { maxAtempts: 3 } }] },
      ['layers[0].retry.maxAtempts: unknown option of layer "retry"; did you mean "maxAttempts"?'],
    ],
    [
      'a wrong option of a layer',
      { ...fake, layers: [{ retry: { maxAttempts: 'x' } }] },
      ['layers[0].retry.maxAttempts: expected a number, got a string'],
    ],
    [
      'a wrong option',
      { ...fake, timeoutMs: -1 },
      ['timeoutMs: Too small: expected number to be >0 (option of adapter "fake")'],
    ],
    [
      'a missing credential',
      { adapter: 'fake', url: 'https://a.example' },
      ['token: missing option of adapter "fake"; set it here or in the environment variable FAKE_TOKEN'],
    ],
    [
      'a missing variable',
      { backends: { lake: { ...fake, token: '${LAKE_TOKEN}' } } },
      [
        'backends.lake.token: the environment variable LAKE_TOKEN is not set; set it, or give a default with "${LAKE_TOKEN:-default}"',
      ],
    ],
  ]

  test.each(refused)('%s', async (_, config, problems) => {
    expect(await problemsOf(load(config))).toEqual(problems)
  })

  test('that contains itself', async () => {
    const lake: Record<string, unknown> = { ...fake }
    lake['mode'] = { back: lake }
    expect(await problemsOf(load({ backends: { lake } }))).toEqual([
      'backends.lake.mode.back: refers back to what contains it; write the values out',
    ])
  })

  test('all problems of all backends are reported at once', async () => {
    const problems = await problemsOf(
      load({
        backends: { a: { ...fake, tokn: 1, mod: 2, emulation: 3 }, b: { adapter: 'nope' }, c: { adapter: 'fake' } },
      }),
    )
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'backends.a.emulation',
      'backends.a.tokn',
      'backends.a.mod',
      'backends.b.adapter',
      'backends.c.url',
      'backends.c.token',
    ])
  })

  test('an object of another kind is refused by the adapter, not copied', async () => {
    expect(await problemsOf(load({ ...fake, mode: new Date() }))).toHaveLength(1)
    expect(await problemsOf(load(new Map()))).toHaveLength(1)
  })
})

test('backends that are not wanted may lack their variables and their packages', async () => {
  const config = { default: 'dev', backends: { lake: { adapter: 'keboola', token: '${NOPE}' }, dev: fake } }
  expect([...(await load(config, { backends: 'default' })).backends.keys()]).toEqual(['dev'])
  expect([...(await load(config, { backends: ['dev'] })).backends.keys()]).toEqual(['dev'])
  expect(await problemsOf(load(config))).toHaveLength(1)
  expect(await problemsOf(load(config, { backends: ['lak'] }))).toEqual([
    'backends: there is no backend "lak"; did you mean "lake"?',
  ])
})

test('an unknown option of the call is refused', async () => {
  await expect(load(fake, { enviroment: {} } as LoadOptions)).rejects.toThrow(
    'unknown option "enviroment"; did you mean "environment"?',
  )
})

describe('secrets', () => {
  test('are not shown by inspect or JSON', async () => {
    const config = await load({ backends: { lake: { ...fake, url: 'https://lake.example/?k=s3cret-token' } } })
    const shown = [inspect(config, { depth: 9 }), JSON.stringify(config)]
    const { backends } = config
    shown.push(inspect(backends, { depth: 9, showHidden: true, getters: false }), JSON.stringify(backends.get('lake')))
    for (const text of shown) expect(text).not.toContain('s3cret')
    expect(shown[0]).toContain('https://lake.example/?k=***')
    expect(config.backends.get('lake')?.options).toMatchObject({ token: 's3cret-token' })
  })

  test('are not in messages, however wrong they are', async () => {
    for (const token of ['s3cret', { s3cret: 's3cret' }, ['s3cret'], 's3cret${']) {
      const problems = await problemsOf(load({ ...fake, token }))
      expect(problems.join()).not.toContain('s3cret')
    }
  })

  test('are masked in the messages of a schema that quotes them', async () => {
    const quoting = fakeAdapter('quoting')
    const validate = (value: unknown) => ({ issues: [{ message: `bad: ${JSON.stringify(value)}`, path: ['url'] }] })
    const optionsSchema = { '~standard': { ...quoting.optionsSchema['~standard'], validate } }
    const problems = await problemsOf(
      load({ ...fake, adapter: 'quoting' }, { adapters: [{ ...quoting, optionsSchema }] }),
    )
    expect(problems[0]).toContain('"token":"***"')
  })
})

describe('a path option', () => {
  test('is relative to the file, wherever the process was started', async () => {
    const cwd = await temporaryDirectory({
      'stowage.config.yaml': 'adapter: fake\nurl: https://a.example\ntoken: 12345678-9\nwhere: ./data\n',
      'packages/app/x.ts': '',
    })
    const config = await load(undefined, { cwd: `${cwd}/packages/app` })
    expect(config.backends.get('default')?.options).toMatchObject({ where: `${cwd}/data` })
  })
})

test('the names of all backends are known without looking into any', async () => {
  const config = await load({ backends: { lake: { adapter: 'none-such' }, dev: fake } }, { backends: [] })
  expect(config.names).toEqual(['lake', 'dev'])
  expect(config.backends.size).toBe(0)
})

test('a password in a URL is masked when the configuration is shown', async () => {
  const config = await load({ ...fake, url: 'https://anna:hush-hush@lake.example' })
  expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('hush')
})
