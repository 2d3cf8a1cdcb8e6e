import { createHash } from 'node:crypto'
import { createStorage, type Storage, StorageError } from '@stowage/core'
import {
  type AdapterServices,
  createLayer,
  createRedactor,
  registerSecret,
  type StorageDriver,
} from '@stowage/core/driver'
import type { ResolvedBackend } from './config/resolved-config.ts'
import { maskSecrets } from './config/secrets.ts'
import { checkRequirements } from './requirements.ts'

/** A backend that is open. */
export interface OpenBackend {
  /** What apps use. */
  readonly storage: Storage
  /** Its driver, layers included. */
  readonly driver: StorageDriver
}

/**
 * Opens a backend: makes its driver, puts its layers around, checks what is required of it and makes the storage.
 *
 * A driver that is refused is closed again. While the backend is open its secrets are masked in everything Stowage shows.
 *
 * @param onClose - called when the driver is asked to close, before it does
 * @throws StorageError of the adapter; one that mentions a secret has it masked
 */
export async function openBackend(
  backend: ResolvedBackend,
  services: AdapterServices,
  onClose: () => void,
): Promise<OpenBackend> {
  const releases = backend.secrets.map(registerSecret)
  const release = (): void => releases.forEach((forget) => forget())
  let inner: StorageDriver | undefined
  try {
    inner = await createDriver(backend, services)
    const driver = announceClose(wrapInLayers(inner, backend, services), onClose, release)
    checkRequirements(backend.requires, { ...namesOf(backend), capabilities: driver.capabilities })
    return { driver, storage: createStorage(driver, { emulation: backend.emulation, name: backend.name }) as Storage }
  } catch (error) {
    // What was wrong before says more than a failure to clean up after it.
    await inner?.close().catch(() => undefined)
    release()
    throw error
  }
}

function namesOf({
  name,
  adapter,
  emulation,
}: ResolvedBackend): Pick<ResolvedBackend, 'name' | 'adapter' | 'emulation'> {
  return { name, adapter, emulation }
}

async function createDriver(backend: ResolvedBackend, services: AdapterServices): Promise<StorageDriver> {
  try {
    return await backend.definition.createDriver(backend.options, services)
  } catch (error) {
    throw withoutSecrets(error, backend)
  }
}

function withoutSecrets(error: unknown, backend: ResolvedBackend): StorageError {
  const { name, adapter, secrets } = backend
  const text = error instanceof Error ? error.message : String(error)
  const message = maskSecrets(createRedactor(secrets)(text), secrets)
  const isClean = message === text
  if (StorageError.is(error)) {
    // Its details and cause may hold what its message does.
    return isClean ? error : new StorageError({ code: error.code, message }, { backend: adapter, operation: 'open' })
  }
  const facts = {
    code: 'internal',
    message: `opening backend "${name}" (adapter "${adapter}") failed: ${message}`,
  } as const
  return new StorageError(facts, { backend: adapter, operation: 'open' }, isClean ? error : undefined)
}

function wrapInLayers(driver: StorageDriver, backend: ResolvedBackend, services: AdapterServices): StorageDriver {
  // The first is outermost, so it goes on last.
  return backend.layers.reduceRight((inner, { name, options }) => {
    const complete = name === 'rateLimit' ? withSharedKey(options, backend) : options
    return createLayer(name, complete, services)(inner)
  }, driver)
}

// A service counts requests by credential: two backends with the same one have to share its limit.
function withSharedKey(options: unknown, { adapter, secrets }: ResolvedBackend): unknown {
  if (secrets.length === 0 || typeof options !== 'object' || options === null || 'key' in options) return options
  const key = createHash('sha256')
    .update(JSON.stringify([adapter, secrets]))
    .digest('base64')
  return { ...options, key }
}

// The groups stay the driver's own objects: calls cost nothing more.
function announceClose(driver: StorageDriver, onClose: () => void, release: () => void): StorageDriver {
  const { tables, files, jobs } = driver
  return {
    backend: driver.backend,
    capabilities: driver.capabilities,
    native: driver.native,
    buckets: driver.buckets,
    ...(tables === undefined ? {} : { tables }),
    ...(files === undefined ? {} : { files }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(driver.explainError === undefined ? {} : { explainError: (error) => driver.explainError?.(error) }),
    ping: (call) => driver.ping(call),
    close: async () => {
      onClose()
      try {
        await driver.close()
      } finally {
        release()
      }
    },
  }
}
