import { type CapabilityName, type Storage, StorageError, type StorageOfBackend } from '@stowage/core'
import type { AdapterName, BackendConfigOf, ForeignBackendConfig, StowageConfig } from './define-config.ts'
import type { LoadOptions } from './load-config.ts'

/** Options of {@link openStorage} for a backend that is given with the call. */
export interface OpenOptions extends Omit<LoadOptions, 'backends'> {
  /** Capabilities the app can't do without. Default: none. */
  readonly requires?: readonly CapabilityName[] | undefined
}

/** Options of {@link openStorage}. */
export interface OpenStorageOptions extends OpenOptions {
  /** A configuration, or the path of a file. Default: the one that `loadConfig` finds. */
  readonly config?: StowageConfig | string | undefined
  /** The backend's name. Default: the configuration's default. */
  readonly backend?: string | undefined
}

/**
 * Opens a storage: the default backend of the configuration that is found, or the one that is named.
 *
 * Without any configuration that is the embedded backend in `./.stowage`. Only this backend's part of the
 * configuration is looked into. Close the storage when done.
 *
 * @example
 * ```ts
 * import { openStorage } from 'stowage'
 *
 * const storage = await openStorage()
 * await storage.bucket('photos').create()
 * await storage.close()
 * ```
 *
 * @throws `StorageError` `invalid-argument` for a wrong configuration, `unsupported` for a backend that lacks what is
 * required, and what its adapter fails with
 */
export function openStorage(options?: OpenStorageOptions): Promise<Storage>
/**
 * Opens a storage over a backend given with the call. Its type has what the backend has: a storage over a backend without
 * tables has no `table`.
 *
 * @example
 * ```ts
 * import { openStorage } from 'stowage'
 *
 * const storage = await openStorage({ adapter: 'local', path: './data' })
 * await storage.close()
 * ```
 *
 * @param backend - the adapter's name and its options
 */
export function openStorage<Name extends AdapterName>(
  backend: BackendConfigOf<Name>,
  options?: OpenOptions,
): Promise<StorageOfBackend<Name>>
/**
 * Opens a storage over an adapter that this program doesn't know at compile time.
 *
 * @param backend - the adapter's package or file, and its options
 */
export function openStorage(backend: ForeignBackendConfig, options?: OpenOptions): Promise<Storage>
export async function openStorage(
  first: OpenStorageOptions | StowageConfig = {},
  second: OpenOptions = {},
): Promise<unknown> {
  const options: OpenStorageOptions = isBackend(first) ? { ...second, config: first } : (first as OpenStorageOptions)
  if (Object.hasOwn(options, 'backends')) {
    const message =
      'openStorage: a configuration goes into the option "config": openStorage({ config: { backends: … } })'
    throw new StorageError({ code: 'invalid-argument', message })
  }
  const { config, backend, ...opening } = options
  const { openOne } = await import('./open-one.ts')
  return openOne(config, backend, opening)
}

function isBackend(first: OpenStorageOptions | StowageConfig): first is StowageConfig {
  return Object.hasOwn(first, 'adapter')
}
