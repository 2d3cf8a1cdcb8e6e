import { type Capabilities, type CapabilityName, StorageError } from '@stowage/core'
import type { AdapterDefinition, AdapterServices, BucketDriver, StorageDriver } from '@stowage/core/driver'
import { z } from 'zod'

/** Options of the fake adapter. */
export interface FakeOptions {
  url: string
  token: string
  timeoutMs?: number | undefined
  mode?: 'fast' | 'safe' | undefined
  where?: string | undefined
}

/** A fake adapter that keeps a log of what was opened and closed. */
export interface FakeAdapter extends AdapterDefinition<FakeOptions> {
  /** `open http://a`, `close http://a`, … */
  readonly log: string[]
  /** The options each driver was made with. */
  readonly opened: FakeOptions[]
  /** The services the last driver was made with. */
  services: AdapterServices | undefined
  /** Called when a driver is made; may throw. */
  onOpen: (options: FakeOptions) => void
  /** Called when a driver is closed; may throw. */
  onClose: (options: FakeOptions) => void
}

const options = z.strictObject({
  url: z.url(),
  token: z.string().min(8),
  timeoutMs: z.number().int().positive().optional(),
  mode: z.enum(['fast', 'safe']).optional(),
  where: z.string().meta({ format: 'path' }).optional(),
})

/** Makes a fake adapter with buckets alone, and whatever else it claims. */
export function fakeAdapter(name = 'fake', claims: Partial<Capabilities['operations']> = {}): FakeAdapter {
  const adapter: FakeAdapter = {
    name,
    optionsSchema: options,
    secretOptions: ['token'],
    environment: { token: 'FAKE_TOKEN', timeoutMs: 'FAKE_TIMEOUT_MS' },
    log: [],
    opened: [],
    services: undefined,
    onOpen: () => {},
    onClose: () => {},
    createDriver(given: FakeOptions, services: AdapterServices) {
      adapter.services = services
      adapter.log.push(`open ${given.url}`)
      adapter.onOpen(given)
      adapter.opened.push(given)
      return fakeDriver(name, claims, given, async () => {
        adapter.log.push(`close ${given.url}`)
        adapter.onClose(given)
      })
    },
  }
  return adapter
}

function fakeDriver(
  backend: string,
  claims: Partial<Capabilities['operations']>,
  given: FakeOptions,
  close: () => Promise<void>,
): StorageDriver {
  const names = new Set<string>()
  const info = (bucket: string) => ({
    name: bucket,
    displayName: undefined,
    description: given.url,
    kind: undefined,
    isArchived: false,
    createdAt: undefined,
    updatedAt: undefined,
  })
  const refuse = async (): Promise<never> => {
    throw new StorageError({ code: 'unsupported', message: 'the fake has no such thing' })
  }
  const buckets: BucketDriver = {
    list: async () => ({ items: [...names].map(info), nextPageToken: undefined }),
    get: async ({ bucket }) => info(bucket),
    create: async ({ bucket }) => {
      names.add(bucket)
      return info(bucket)
    },
    update: refuse,
    delete: refuse,
    archive: refuse,
  }
  return { backend, capabilities: capabilitiesOf(claims), native: given, buckets, ping: async () => {}, close }
}

function capabilitiesOf(claims: Partial<Capabilities['operations']>): Capabilities {
  const own: readonly CapabilityName[] = ['buckets.list', 'buckets.get', 'buckets.create']
  return {
    operations: { ...Object.fromEntries(own.map((name) => [name, { kind: 'native' }])), ...claims },
    limits: {},
    semantics: {
      keepsNulls: true,
      keepsUndeclaredFields: true,
      keepsTypes: true,
      readAfterWrite: true,
      atomicWrites: true,
      buckets: 'dynamic',
    },
  }
}
