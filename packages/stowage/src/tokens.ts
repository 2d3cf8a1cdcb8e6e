import type { Storage } from '@stowage/core'
import type { AdapterServices, Clock, Logger, StorageDriver } from '@stowage/core/driver'
import type { ServiceIdentifier } from 'inversify'
import type { BackendSet } from './backend-set.ts'
import type { ResolvedConfig } from './config/resolved-config.ts'

/** What the container holds. `Storage` and `Driver` are there for the default backend, and by name for each. */
export interface StowageTokens {
  /** A storage: the default backend's, or with `{ name }` that of the backend of this name. Opened when first asked for. */
  readonly Storage: ServiceIdentifier<Storage>
  /** A storage's driver, layers included. */
  readonly Driver: ServiceIdentifier<StorageDriver>
  /** The checked configuration. Printed, it shows no secret. */
  readonly Config: ServiceIdentifier<ResolvedConfig>
  /** Where the time comes from. */
  readonly Clock: ServiceIdentifier<Clock>
  /** Where log lines go. */
  readonly Logger: ServiceIdentifier<Logger>
  /** The environment credentials are read from. */
  readonly Environment: ServiceIdentifier<Readonly<Record<string, string | undefined>>>
  /** The fetch adapters use for JSON calls. */
  readonly Fetch: ServiceIdentifier<typeof globalThis.fetch>
  /** All that adapters and layers get. */
  readonly AdapterServices: ServiceIdentifier<AdapterServices>
  /** The backends, open or not; unbinding it closes them. */
  readonly Backends: ServiceIdentifier<BackendSet>
}

// A constant annotated as ServiceIdentifier<X> would be narrowed to symbol and lose X; a return type isn't.
function token<Service>(name: string): ServiceIdentifier<Service> {
  return Symbol.for(`stowage.${name}`)
}

/** The identifiers of what Stowage binds. They are the same for two copies of this package in one process. */
export const TOKENS: StowageTokens = {
  Storage: token('Storage'),
  Driver: token('Driver'),
  Config: token('Config'),
  Clock: token('Clock'),
  Logger: token('Logger'),
  Environment: token('Environment'),
  Fetch: token('Fetch'),
  AdapterServices: token('AdapterServices'),
  Backends: token('Backends'),
}
