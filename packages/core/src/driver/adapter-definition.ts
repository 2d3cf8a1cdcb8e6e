import type { StorageDriver } from './storage-driver.ts'

/** Where the time comes from; tests give their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** One line of a log. Fields hold no secrets: what writes them masks first. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where log lines go. */
export interface Logger {
  /** For developers of Stowage. */
  debug(message: string, fields?: LogFields): void
  /** Worth knowing. */
  info(message: string, fields?: LogFields): void
  /** Works, but somebody should look. */
  warn(message: string, fields?: LogFields): void
  /** Failed. */
  error(message: string, fields?: LogFields): void
}

/** What an adapter gets from whoever opens it. */
export interface AdapterServices {
  /** The clock. */
  readonly clock: Clock
  /** The logger. */
  readonly logger: Logger
  /** Numbers from 0 to below 1, for jitter and ids that need no secrecy. */
  readonly random: () => number
  /** The environment the adapter may read credentials from. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The fetch to use for JSON calls; tests give a fake service's. */
  readonly fetch: typeof globalThis.fetch
}

/**
 * A schema of an adapter's options: a Standard Schema that can also give itself as JSON Schema.
 *
 * A strict zod object is one as it is; any library that follows both standards will do.
 */
export interface OptionsSchema<Options> {
  /** The standard's properties. */
  readonly '~standard': {
    /** Always 1. */
    readonly version: 1
    /** The library's name. */
    readonly vendor: string
    /** Checks a value; unknown keys are issues. */
    readonly validate: (value: unknown) => OptionsCheck<Options> | Promise<OptionsCheck<Options>>
    /** Gives JSON Schema documents. */
    readonly jsonSchema: {
      /** The schema of what people write. */
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>
    }
  }
}

/** What checking options came to: a value, or what is wrong with it. */
export type OptionsCheck<Options> =
  | {
      /** The options, with defaults filled in. */
      readonly value: Options
      /** Absent: nothing is wrong. */
      readonly issues?: undefined
    }
  | {
      /** All that is wrong. */
      readonly issues: readonly OptionsIssue[]
    }

/** One thing wrong with options. */
export interface OptionsIssue {
  /** What is wrong, for people. */
  readonly message: string
  /** The keys that lead to it. */
  readonly path?: readonly (PropertyKey | OptionsPathSegment)[] | undefined
}

/** One step of a path, the way some libraries write it. */
export interface OptionsPathSegment {
  /** The key. */
  readonly key: PropertyKey
}

/**
 * What an adapter package exports: everything needed to check a config for it and to open it.
 *
 * @typeParam Options - its checked options
 * @typeParam Driver - its driver; a driver type without `tables` or `files` makes a storage without them
 */
export interface AdapterDefinition<Options = never, Driver extends StorageDriver = StorageDriver> {
  /** The name used in config, for example `local`. */
  readonly name: string
  /** Checks options. */
  readonly optionsSchema: OptionsSchema<Options>
  /** Names of options that hold secrets: masked wherever config is shown. */
  readonly secretOptions: readonly string[]
  /** The environment variable each option is read from when config leaves it out, for example `{ token: 'KEBOOLA_TOKEN' }`. */
  readonly environment: Readonly<Record<string, string>>
  /** Makes the driver; reads the environment once, here. It fails with `invalid-argument` for a missing credential. */
  createDriver(options: Options, services: AdapterServices): Driver | Promise<Driver>
}

/**
 * The adapters a program knows at compile time. Each adapter package adds itself:
 *
 * ```ts
 * declare module '@stowage/core' {
 *   interface BackendRegistry {
 *     demo: { options: { url: string }; features: 'tables'; native: { version: string } }
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-interface -- packages merge into it
export interface BackendRegistry {}
