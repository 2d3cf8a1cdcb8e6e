import type { BackendRegistry, CapabilityName, EmulationPolicy } from '@stowage/core'

/** The names of the adapters this program knows at compile time: those whose package is imported somewhere. */
export type AdapterName = Extract<keyof BackendRegistry, string>

/** The options of an adapter known at compile time. */
export type AdapterOptions<Name extends AdapterName> = BackendRegistry[Name] extends {
  /** The options. */
  options: infer Options
}
  ? Options
  : unknown

/** A layer by its name, or an object with its name alone as key and its options: `{ rateLimit: { perMinute: 300 } }`. */
export type LayerSetting = string | { readonly [name: string]: Readonly<Record<string, unknown>> | null }

/** What every backend may have beside its adapter's options. */
export interface CommonBackendConfig {
  /** Which operations the backend lacks may be composed of others. Default `cheap`. */
  readonly emulation?: EmulationPolicy | undefined
  /** What wraps the backend. The first is outermost: it sees a call first and its result last. Default: none. */
  readonly layers?: readonly LayerSetting[] | undefined
  /** Capabilities the app can't do without: opening a backend that lacks one fails. Default: none. */
  readonly requires?: readonly CapabilityName[] | undefined
}

/** A backend with an adapter known at compile time. */
export type BackendConfigOf<Name extends AdapterName> = {
  /** The adapter's name. */
  readonly adapter: Name
} & AdapterOptions<Name> &
  CommonBackendConfig

/** A backend whose adapter is a package or a file, with whatever options it takes. */
export type ForeignBackendConfig = {
  /** The package's name, or a path that begins with a dot or a slash: relative ones go from the configuration's directory. */
  readonly adapter: `@${string}/${string}` | `stowage-adapter-${string}` | `./${string}` | `../${string}` | `/${string}`
  /** Options of the adapter. */
  readonly [option: string]: unknown
} & CommonBackendConfig

/** A backend: its adapter and the adapter's options, beside what every backend may have. */
export type BackendConfig = { [Name in AdapterName]: BackendConfigOf<Name> }[AdapterName] | ForeignBackendConfig

/** Several backends by name. */
export interface NamedBackends {
  /** The backend that opens when none is named. Default: the only one; with several, each must then be named. */
  readonly default?: string | undefined
  /** The backends: names of letters, digits, `_`, `-` and `.`. */
  readonly backends: { readonly [name: string]: BackendConfig }
}

/** A configuration: several backends by name, or one backend alone. */
export type StowageConfig = NamedBackends | BackendConfig

/**
 * Gives a configuration back as it is, checked and completed by the compiler: for `stowage.config.ts`.
 *
 * @example
 * ```ts
 * import { defineConfig } from 'stowage'
 *
 * export default defineConfig({
 *   default: 'dev',
 *   backends: { dev: { adapter: 'local', path: './.stowage' } },
 * })
 * ```
 */
export function defineConfig<const Config extends StowageConfig>(config: Config): Config {
  return config
}
