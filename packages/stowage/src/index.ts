/**
 * What apps install: opens storages from a configuration, whatever is behind them. All of `@stowage/core` is here as well.
 *
 * @module
 */
export * from '@stowage/core'
export type { LocalOptions } from '@stowage/adapter-local'
export { registerAdapter } from './adapters/adapter-table.ts'
export type { AnyAdapter } from './adapters/option-schema.ts'
export { configSchema } from './config-schema.ts'
export { closestName } from './config/suggestion.ts'
export type { ConfigProblem } from './config/problem.ts'
export type { LayerConfig, ResolvedBackend, ResolvedBackendParts, ResolvedConfig } from './config/resolved-config.ts'
export type { ModuleOptions } from './container.ts'
export {
  type AdapterName,
  type AdapterOptions,
  type BackendConfig,
  type BackendConfigOf,
  type CommonBackendConfig,
  defineConfig,
  type ForeignBackendConfig,
  type LayerSetting,
  type NamedBackends,
  type StowageConfig,
} from './define-config.ts'
export { loadConfig, type LoadOptions } from './load-config.ts'
export { type OpenOptions, openStorage, type OpenStorageOptions } from './open-storage.ts'
export type { ServiceOptions } from './services.ts'
export { createStowage, Stowage } from './stowage.ts'
