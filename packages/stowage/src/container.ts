/**
 * Stowage for apps with an inversify container of their own.
 *
 * @module
 */
import type { CapabilityName } from '@stowage/core'
import type { AdapterServices } from '@stowage/core/driver'
import { type Bind, ContainerModule } from 'inversify'
import { BackendSet } from './backend-set.ts'
import type { ResolvedConfig } from './config/resolved-config.ts'
import type { StowageConfig } from './define-config.ts'
import { loadConfig, type LoadOptions } from './load-config.ts'
import { addRequirements } from './requirements.ts'
import { completeServices } from './services.ts'
import { TOKENS } from './tokens.ts'

export { BackendSet } from './backend-set.ts'
export type { OpenBackend } from './open-backend.ts'
export { type StowageTokens, TOKENS } from './tokens.ts'

/** Options of {@link stowageModule}. */
export interface ModuleOptions extends LoadOptions {
  /**
   * Capabilities the app can't do without, beside those the configuration names: by backend, or a list for each of them.
   * Default: none.
   */
  readonly requires?: readonly CapabilityName[] | { readonly [backend: string]: readonly CapabilityName[] } | undefined
}

/**
 * Makes a module that binds the storages of a configuration, for an app's own container.
 *
 * The configuration is checked now, and backends that something is required of are opened now, so that an app whose backend
 * can't do what it needs doesn't start. The others open when first asked for: ask with `getAsync`; once a backend is
 * open, `get` works as well. An opening that failed is tried again by the next `getAsync`. `unloadAsync` or `unbindAllAsync`
 * closes what is open.
 *
 * @example
 * ```ts
 * import { Container } from 'inversify'
 * import { stowageModule, TOKENS } from 'stowage/container'
 *
 * const container = new Container()
 * container.load(await stowageModule(undefined, { requires: { default: ['tables.upsert', 'files.range'] } }))
 * const storage = await container.getAsync(TOKENS.Storage)
 * await container.unbindAllAsync()
 * ```
 *
 * @param config - a configuration, or the path of a file; undefined to look for one as `loadConfig` does
 * @throws `StorageError` `invalid-argument` for a wrong configuration, `unsupported` for a backend that lacks what is required
 */
export async function stowageModule(
  config?: StowageConfig | string,
  options: ModuleOptions = {},
): Promise<ContainerModule> {
  const { requires = [], ...loading } = options
  const resolved = addRequirements(await loadConfig(config, loading), requires)
  const services = completeServices(options)
  const backends = new BackendSet(resolved, services)
  await openRequired(resolved, backends)
  return new ContainerModule(({ bind }) => {
    bindServices(bind, resolved, services)
    bind(TOKENS.Backends)
      .toConstantValue(backends)
      .onDeactivation((set) => set.close())
    for (const name of backends.names) bindBackend(bind, name)
    bindDefault(bind)
  })
}

async function openRequired(config: ResolvedConfig, backends: BackendSet): Promise<void> {
  const required = [...config.backends.values()].filter(({ requires }) => requires.length > 0)
  try {
    await backends.open(required.map(({ name }) => name))
  } catch (error) {
    // Why the app can't start matters more than a failure to clean up.
    await backends.close().catch(() => undefined)
    throw error
  }
}

function bindServices(bind: Bind, config: ResolvedConfig, services: AdapterServices): void {
  bind(TOKENS.Config).toConstantValue(config)
  bind(TOKENS.Clock).toConstantValue(services.clock)
  bind(TOKENS.Logger).toConstantValue(services.logger)
  bind(TOKENS.Environment).toConstantValue(services.environment)
  bind(TOKENS.Fetch).toConstantValue(services.fetch)
  bind(TOKENS.AdapterServices).toConstantValue(services)
}

// Neither is a singleton of the container: that would keep a failure to open for ever. The set keeps what is open.
function bindBackend(bind: Bind, name: string): void {
  bind(TOKENS.Storage)
    .toResolvedValue((backends) => opened(backends, name, 'storage'), [TOKENS.Backends] as const)
    .whenNamed(name)
  bind(TOKENS.Driver)
    .toResolvedValue((backends) => opened(backends, name, 'driver'), [TOKENS.Backends] as const)
    .whenNamed(name)
}

function bindDefault(bind: Bind): void {
  bind(TOKENS.Storage)
    .toResolvedValue((backends) => opened(backends, undefined, 'storage'), [TOKENS.Backends] as const)
    .whenDefault()
  bind(TOKENS.Driver)
    .toResolvedValue((backends) => opened(backends, undefined, 'driver'), [TOKENS.Backends] as const)
    .whenDefault()
}

type Opened<Part extends 'storage' | 'driver'> = Awaited<ReturnType<BackendSet['get']>>[Part]

// A backend that is open is given at once, so that `get` and constructors that are resolved with it work.
function opened<Part extends 'storage' | 'driver'>(
  backends: BackendSet,
  name: string | undefined,
  part: Part,
): Opened<Part> | Promise<Opened<Part>> {
  const backend = backends.get(name)
  return backend instanceof Promise ? backend.then((open) => open[part]) : backend[part]
}
