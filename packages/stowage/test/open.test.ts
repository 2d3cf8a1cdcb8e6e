import { StorageError } from '@stowage/core'
import { manualClock } from '@stowage/core/driver'
import { createStowage, openStorage, registerAdapter, type StowageConfig } from 'stowage'
import { describe, expect, test, vi } from 'vitest'
import { fakeAdapter, type FakeAdapter } from './fake-adapter.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const token = 's3cret-token'

function backend(name: string, more: object = {}): Record<string, unknown> {
  return { adapter: 'fake', url: `http://${name}.example`, token, ...more }
}

function several(more: object = {}): StowageConfig {
  return {
    default: 'a',
    backends: { a: backend('a', more), b: backend('b'), c: backend('c') },
  } as unknown as StowageConfig
}

function setup(adapter: FakeAdapter = fakeAdapter()): { adapter: FakeAdapter; options: object } {
  return { adapter, options: { adapters: [adapter], environment: {} } }
}

describe('openStorage', () => {
  test('opens the default backend alone and closes it', async () => {
    const { adapter, options } = setup()
    const storage = await openStorage({ config: several(), ...options })
    expect(storage.backend).toBe('fake')
    expect(storage.native).toMatchObject({ url: 'http://a.example' })
    await storage.close()
    await storage.close()
    expect(adapter.log).toEqual(['open http://a.example', 'close http://a.example'])
    await expect(storage.bucket('x').create()).rejects.toMatchObject({ code: 'closed' })
  })

  test('opens the backend that is named', async () => {
    const { options } = setup()
    const storage = await openStorage({ config: several(), backend: 'c', ...options })
    expect(storage.native).toMatchObject({ url: 'http://c.example' })
    await storage.close()
  })

  test('names the backends there are when one is mistyped or none is the default', async () => {
    const { options } = setup()
    const { backends } = several() as { backends: object }
    await expect(openStorage({ config: several(), backend: 'd', ...options })).rejects.toThrow(
      'there is no backend "d"',
    )
    await expect(openStorage({ config: { backends } as StowageConfig, ...options })).rejects.toThrow(
      'there are several backends (a, b, c) and no default; set "default", or say which one to open',
    )
  })

  test('swapping the backend changes the configuration and nothing else', async () => {
    const one = fakeAdapter('one')
    const other = fakeAdapter('other')
    const app = async (config: object): Promise<readonly string[]> => {
      const storage = await openStorage({ config: config as StowageConfig, adapters: [one, other], environment: {} })
      await storage.bucket('photos').create()
      const names: string[] = []
      for await (const { name } of storage.buckets()) names.push(name)
      await storage.close()
      return [storage.backend, ...names]
    }
    expect(await app(backend('x', { adapter: 'one' }))).toEqual(['one', 'photos'])
    expect(await app(backend('x', { adapter: 'other' }))).toEqual(['other', 'photos'])
  })

  test('gives adapters the services it was given', async () => {
    const { adapter, options } = setup()
    const clock = { now: () => 7, sleep: async () => {} }
    const fetch = async (): Promise<Response> => new Response('hello')
    const storage = await openStorage({ config: several(), clock, fetch, random: () => 0.5, ...options })
    expect(adapter.services).toMatchObject({ environment: {}, clock, fetch })
    expect(adapter.services?.random()).toBe(0.5)
    await storage.close()
  })

  test('a configuration in the place of options is refused', async () => {
    await expect(openStorage(several() as never)).rejects.toThrow('goes into the option "config"')
  })

  test('puts layers around the driver', async () => {
    const { options } = setup()
    const storage = await openStorage({ config: several({ layers: ['readOnly'] }), ...options })
    await expect(storage.bucket('x').create()).rejects.toMatchObject({ code: 'permission-denied' })
    await storage.close()
  })

  test('a rate limit is shared by backends with the same credential, and by no others', async () => {
    const { options } = setup()
    const layers = [{ rateLimit: { perMinute: 60, burst: 2 } }]
    const other = backend('c', { token: 'another-token', layers })
    const config = { backends: { a: backend('a', { layers }), b: backend('b', { layers }), c: other } }
    const clock = manualClock()
    const stowage = await createStowage(config as unknown as StowageConfig, { ...options, clock })
    const [a, b, c] = ['a', 'b', 'c'].map((name) => stowage.storage(name))
    await a?.bucket('x').info()
    await a?.bucket('x').info()
    const waiting = b?.bucket('x').info()
    await c?.bucket('x').info()
    await vi.waitFor(() => expect(clock.waiting).toBe(1))
    await clock.advance(1000)
    await waiting
    await stowage.close()
  })

  test('knows adapters that were registered', async () => {
    registerAdapter(fakeAdapter('registered'))
    const storage = await openStorage({ config: backend('x', { adapter: 'registered' }) as never, environment: {} })
    expect(storage.backend).toBe('registered')
    await storage.close()
  })
})

describe('an adapter that fails to open', () => {
  test('fails with its own error', async () => {
    const { adapter, options } = setup()
    const failure = new StorageError({ code: 'unauthenticated', message: 'no such account' })
    adapter.onOpen = () => {
      throw failure
    }
    await expect(openStorage({ config: several(), ...options })).rejects.toBe(failure)
  })

  test('shows no secret, whatever it throws', async () => {
    const { adapter, options } = setup()
    adapter.onOpen = (given) => {
      throw new Error(`bad token ${given.token} in ?token=${encodeURIComponent(given.token)}`)
    }
    const error = await openStorage({ config: several(), ...options }).catch(
      (reason: unknown) => reason as StorageError,
    )
    expect(error).toMatchObject({ code: 'internal', backend: 'fake' })
    expect((error as StorageError).message).toContain('opening backend "a" (adapter "fake") failed: bad token ***')
    expect((error as StorageError).cause).toBeUndefined()
  })

  test('opens when it is tried again', async () => {
    const { adapter, options } = setup()
    adapter.onOpen = () => {
      adapter.onOpen = () => {}
      throw new StorageError({ code: 'unavailable', message: 'down' })
    }
    await expect(openStorage({ config: several(), ...options })).rejects.toMatchObject({ code: 'unavailable' })
    await (await openStorage({ config: several(), ...options })).close()
  })
})

describe('requirements', () => {
  test('of the configuration: a backend that lacks one is refused and closed', async () => {
    const { adapter, options } = setup()
    const config = several({ requires: ['tables.upsert', 'buckets.list', 'files.range'] })
    const error = await openStorage({ config, ...options }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'unsupported',
      message: 'backend "a" (adapter "fake") lacks what the app requires: tables.upsert (absent), files.range (absent)',
      details: { backend: 'a', missing: ['tables.upsert', 'files.range'] },
    })
    expect(adapter.log).toEqual(['open http://a.example', 'close http://a.example'])
  })

  test('of the app', async () => {
    const { options } = setup()
    await expect(openStorage({ config: several(), requires: ['files.range'], ...options })).rejects.toThrow(
      'files.range',
    )
    await (await openStorage({ config: several(), requires: ['buckets.list'], ...options })).close()
  })

  test('what is emulated counts as far as the policy goes', async () => {
    const claims = {
      'tables.update': { kind: 'emulated', cost: 'expensive', how: '' },
      'files.copy': { kind: 'emulated', cost: 'cheap', how: '' },
    } as const
    const { options } = setup(fakeAdapter('fake', claims))
    const open = async (emulation: string | undefined): Promise<unknown> => {
      const config = several({ emulation, requires: ['tables.update', 'files.copy'] })
      return openStorage({ config, ...options }).then(
        (storage) => storage.close(),
        (error: unknown) => (error as StorageError).details['missing'],
      )
    }
    expect(await open('never')).toEqual(['tables.update', 'files.copy'])
    expect(await open(undefined)).toEqual(['tables.update'])
    expect(await open('always')).toBeUndefined()
  })

  test('with a mistyped name get a suggestion', async () => {
    const { options } = setup()
    await expect(openStorage({ config: several(), requires: ['tables.upsrt' as never], ...options })).rejects.toThrow(
      'unknown capability "tables.upsrt"; did you mean "tables.upsert"?',
    )
    await expect(createStowage(several(), { requires: { lake: [] }, ...options })).rejects.toThrow(
      'there is no backend "lake"',
    )
  })
})

describe('createStowage', () => {
  test('opens all backends and closes them', async () => {
    const { adapter, options } = setup()
    const stowage = await createStowage(several(), options)
    expect(stowage.names).toEqual(['a', 'b', 'c'])
    expect(stowage.storage()).toBe(stowage.storage('a'))
    expect(stowage.storage('b').native).toMatchObject({ url: 'http://b.example' })
    expect(() => stowage.storage('x')).toThrow('there is no backend "x"')
    await stowage[Symbol.asyncDispose]()
    await stowage.close()
    expect(adapter.log.filter((line) => line.startsWith('close')).toSorted()).toEqual([
      'close http://a.example',
      'close http://b.example',
      'close http://c.example',
    ])
    await expect(stowage.storage('b').bucket('x').create()).rejects.toMatchObject({ code: 'closed' })
  })

  test('closes all of them although some fail to, and says which', async () => {
    const { adapter, options } = setup()
    const stowage = await createStowage(several(), options)
    adapter.onClose = ({ url }) => {
      if (!url.includes('//b')) throw new StorageError({ code: 'unavailable', message: `can't close ${url}` })
    }
    const error = await stowage.close().catch((reason: unknown) => reason as StorageError)
    expect(adapter.log.filter((line) => line.startsWith('close'))).toHaveLength(3)
    expect(error).toMatchObject({ code: 'unavailable', details: { backends: ['a', 'c'] } })
    expect((error as StorageError).message).toBe(
      "2 of 3 backends failed to close:\n  a: can't close http://a.example\n  c: can't close http://c.example",
    )
    expect((error as StorageError).cause).toBeInstanceOf(AggregateError)
  })

  test('closes those that opened when one can not be opened', async () => {
    const { adapter, options } = setup()
    adapter.onOpen = ({ url }) => {
      if (url.includes('//b')) throw new StorageError({ code: 'unavailable', message: 'down' })
    }
    await expect(createStowage(several(), options)).rejects.toMatchObject({ code: 'unavailable', message: 'down' })
    expect(adapter.log.filter((line) => line.startsWith('close'))).toHaveLength(2)
  })

  test('opens only the backends that are wanted', async () => {
    const { adapter, options } = setup()
    const stowage = await createStowage(several(), { backends: ['b'], ...options })
    expect(adapter.log).toEqual(['open http://b.example'])
    await stowage.close()
  })
})

describe('the sources of a configuration, in order', () => {
  const environment = { FAKE_TOKEN: token }
  const file = (name: string): string => `adapter: fake\nurl: http://${name}.example\n`
  const opened = async (options: object): Promise<unknown> => {
    const adapter = fakeAdapter()
    const storage = await openStorage({ adapters: [adapter], environment, ...options })
    await storage.close()
    return adapter.opened[0]?.url
  }

  test('what is passed, then STOWAGE_CONFIG, then the file that is found, then variables', async () => {
    const cwd = await temporaryDirectory({ 'stowage.config.yaml': file('found'), 'named.yaml': file('named') })
    const named = { ...environment, STOWAGE_CONFIG: './named.yaml' }
    expect(await opened({ cwd, environment: named, config: backend('object') })).toBe('http://object.example')
    expect(await opened({ cwd, environment: named, config: 'stowage.config.yaml' })).toBe('http://found.example')
    expect(await opened({ cwd, environment: named })).toBe('http://named.example')
    expect(await opened({ cwd })).toBe('http://found.example')
    const variables = { ...environment, STOWAGE_ADAPTER: 'fake', STOWAGE_URL: 'http://variables.example' }
    expect(await opened({ cwd: await temporaryDirectory(), environment: variables })).toBe('http://variables.example')
  })

  test('variables beside a file are refused, also beside STOWAGE_CONFIG', async () => {
    const cwd = await temporaryDirectory({ 'stowage.config.yaml': file('found') })
    const variables = { ...environment, STOWAGE_BACKEND_LAKE_ADAPTER: 'fake' }
    const message = 'STOWAGE_BACKEND_LAKE_ADAPTER: is set, and stowage.config.yaml configures backends as well'
    await expect(opened({ cwd, environment: variables })).rejects.toThrow(message)
    const named = { ...variables, STOWAGE_CONFIG: 'stowage.config.yaml' }
    await expect(opened({ cwd, environment: named })).rejects.toThrow(message)
  })

  test('STOWAGE_DEFAULT chooses a backend of a file', async () => {
    const text =
      'default: a\nbackends:\n  a: { adapter: fake, url: "http://a.example" }\n  b: { adapter: fake, url: "http://b.example" }\n'
    const cwd = await temporaryDirectory({ 'stowage.config.yaml': text })
    expect(await opened({ cwd, environment: { ...environment, STOWAGE_DEFAULT: 'b' } })).toBe('http://b.example')
    await expect(opened({ cwd, environment: { ...environment, STOWAGE_DEFAULT: 'x' } })).rejects.toThrow(
      'STOWAGE_DEFAULT: there is no backend "x"; there are a, b',
    )
  })
})
