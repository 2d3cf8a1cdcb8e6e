import { resolve } from 'node:path'
import { StorageError } from '@stowage/core'
import type { AnyAdapter } from './adapters/option-schema.ts'
import type { ResolvedConfig } from './config/resolved-config.ts'
import { didYouMean } from './config/suggestion.ts'
import type { StowageConfig } from './define-config.ts'
import type { ServiceOptions } from './services.ts'

/** Where a configuration is looked for, and what it may use. */
export interface LoadOptions extends ServiceOptions {
  /** Where the search for a configuration begins, and what relative paths in an object are relative to. Default: the working directory. */
  readonly cwd?: string | undefined
  /** Adapters known by their name without being loaded from a package: for tests, and programs made by a bundler. */
  readonly adapters?: readonly AnyAdapter[] | undefined
  /**
   * Which backends are wanted: their names, `all`, or only the `default` one. Others are not looked into, and may
   * lack their credentials or their package. Default: `all`.
   */
  readonly backends?: readonly string[] | 'all' | 'default' | undefined
}

const optionNames: readonly string[] = [
  'adapters',
  'backends',
  'clock',
  'cwd',
  'environment',
  'fetch',
  'logger',
  'random',
] satisfies (keyof LoadOptions)[]

/** Refuses options nobody reads. */
function refuseUnknownOptions(options: object): void {
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue
    throw new StorageError({
      code: 'invalid-argument',
      message: `unknown option "${name}"${didYouMean(name, optionNames)}`,
    })
  }
}

/**
 * Finds, reads and checks a configuration without opening anything.
 *
 * It is the first of: `config`; the file that `STOWAGE_CONFIG` names; `stowage.config.{ts,mts,js,mjs,json,yaml,yml}` in
 * the working directory or above it, up to the repository's root or the home directory; `STOWAGE_*` variables; the
 * embedded backend in `./.stowage`.
 *
 * @param config - a configuration, or the path of a file; undefined to look for one
 * @throws `StorageError` `invalid-argument` with all that is wrong, each with file, line and key, in `details.problems`
 */
export async function loadConfig(config?: StowageConfig | string, options: LoadOptions = {}): Promise<ResolvedConfig> {
  refuseUnknownOptions(options)
  const { resolveConfig } = await import('./config/resolve-config.ts')
  return resolveConfig(config, {
    cwd: resolve(options.cwd ?? '.'),
    environment: options.environment ?? process.env,
    adapters: options.adapters ?? [],
    wanted: options.backends ?? 'all',
  })
}
