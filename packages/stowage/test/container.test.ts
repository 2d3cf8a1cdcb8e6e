import { StorageError } from '@stowage/core'
import { Container } from 'inversify'
import type { StowageConfig } from 'stowage'
import { type ModuleOptions, stowageModule, TOKENS } from 'stowage/container'
import { describe, expect, test } from 'vitest'
import { fakeAdapter, type FakeAdapter } from './fake-adapter.ts'

const backend = (name: string): object => ({ adapter: 'fake', url: `http://${name}.example`, token: 's3cret-token' })
const config = { default: 'lake', backends: { lake: backend('lake'), dev: backend('dev') } } as unknown as StowageConfig

async function load(options: ModuleOptions = {}): Promise<{ adapter: FakeAdapter; container: Container }> {
  const adapter = fakeAdapter()
  const container = new Container()
  container.load(await stowageModule(config, { adapters: [adapter], environment: {}, ...options }))
  return { adapter, container }
}

describe("an app's own container", () => {
  test('gives storages by name, and the default one', async () => {
    const { container } = await load()
    const storage = await container.getAsync(TOKENS.Storage)
    expect(storage.native).toMatchObject({ url: 'http://lake.example' })
    expect(await container.getAsync(TOKENS.Storage, { name: 'lake' })).toBe(storage)
    const dev = await container.getAsync(TOKENS.Storage, { name: 'dev' })
    expect(dev.native).toMatchObject({ url: 'http://dev.example' })
    expect((await container.getAsync(TOKENS.Driver, { name: 'dev' })).backend).toBe('fake')
    await container.unbindAllAsync()
  })

  test("injects storages into the app's classes", async () => {
    class Archive {
      readonly storage: { readonly backend: string }
      constructor(storage: { readonly backend: string }) {
        this.storage = storage
      }
    }
    const { container } = await load()
    container
      .bind(Archive)
      .toResolvedValue((storage) => new Archive(storage), [{ serviceIdentifier: TOKENS.Storage, name: 'dev' }] as const)
    const archive = await container.getAsync(Archive)
    expect(archive.storage).toBe(await container.getAsync(TOKENS.Storage, { name: 'dev' }))
    await container.unbindAllAsync()
  })

  test('opens a backend once, when it is first asked for', async () => {
    const { adapter, container } = await load()
    expect(adapter.log).toEqual([])
    const [one, other] = await Promise.all([container.getAsync(TOKENS.Storage), container.getAsync(TOKENS.Storage)])
    expect(one).toBe(other)
    expect(adapter.log).toEqual(['open http://lake.example'])
    expect(container.get(TOKENS.Storage)).toBe(one)
    await container.unbindAllAsync()
    expect(adapter.log).toEqual(['open http://lake.example', 'close http://lake.example'])
  })

  test('tries again after a failure to open', async () => {
    const { adapter, container } = await load()
    adapter.onOpen = () => {
      adapter.onOpen = () => {}
      throw new StorageError({ code: 'unavailable', message: 'down' })
    }
    await expect(container.getAsync(TOKENS.Storage)).rejects.toThrow('down')
    expect((await container.getAsync(TOKENS.Storage)).backend).toBe('fake')
    await container.unbindAllAsync()
  })

  test('opens a storage again that somebody closed', async () => {
    const { container } = await load()
    const closed = await container.getAsync(TOKENS.Storage)
    await closed.close()
    const storage = await container.getAsync(TOKENS.Storage)
    expect(storage).not.toBe(closed)
    await storage.bucket('x').create()
    await container.unbindAllAsync()
  })

  test('closes all that is open when the module is unloaded, although one fails to', async () => {
    const adapter = fakeAdapter()
    const module = await stowageModule(config, { adapters: [adapter], environment: {} })
    const container = new Container()
    container.load(module)
    await container.getAsync(TOKENS.Storage)
    await container.getAsync(TOKENS.Storage, { name: 'dev' })
    adapter.onClose = ({ url }) => {
      if (url.includes('lake')) throw new StorageError({ code: 'unavailable', message: 'stuck' })
    }
    await expect(container.unloadAsync(module)).rejects.toThrow('stuck')
    expect(adapter.log.filter((line) => line.startsWith('close'))).toHaveLength(2)
  })

  test('has the services and the configuration, without its secrets', async () => {
    const clock = { now: () => 1, sleep: async () => {} }
    const { container } = await load({ clock })
    expect(container.get(TOKENS.Clock)).toBe(clock)
    expect(container.get(TOKENS.AdapterServices).clock).toBe(clock)
    expect(container.get(TOKENS.Environment)).toEqual({})
    expect(container.get(TOKENS.Config).backends.get('lake')?.adapter).toBe('fake')
    expect(JSON.stringify(container.get(TOKENS.Config))).not.toContain('s3cret')
    await container.unbindAllAsync()
  })
})

describe('what an app requires', () => {
  test('is checked when the module is made, and refused with the backend and what it lacks', async () => {
    const adapter = fakeAdapter()
    const options = { adapters: [adapter], environment: {} }
    await expect(
      stowageModule(config, { requires: { dev: ['tables.upsert', 'files.range'] }, ...options }),
    ).rejects.toMatchObject({
      code: 'unsupported',
      message:
        'backend "dev" (adapter "fake") lacks what the app requires: tables.upsert (absent), files.range (absent)',
    })
    expect(adapter.log).toEqual(['open http://dev.example', 'close http://dev.example'])
  })

  test('opens the backend, which then is there at once', async () => {
    const { adapter, container } = await load({ requires: { lake: ['buckets.list'] } })
    expect(adapter.log).toEqual(['open http://lake.example'])
    expect(container.get(TOKENS.Storage).backend).toBe('fake')
    await container.unbindAllAsync()
    expect(adapter.log).toEqual(['open http://lake.example', 'close http://lake.example'])
  })
})

test('without a default only names give a storage', async () => {
  const adapter = fakeAdapter()
  const { backends } = config as { backends: object }
  const container = new Container()
  container.load(await stowageModule({ backends } as StowageConfig, { adapters: [adapter], environment: {} }))
  await expect(container.getAsync(TOKENS.Storage)).rejects.toThrow(
    'there are several backends (lake, dev) and no default; say which one',
  )
  expect((await container.getAsync(TOKENS.Storage, { name: 'dev' })).backend).toBe('fake')
  await container.unbindAllAsync()
})
