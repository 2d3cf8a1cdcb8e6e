import { type KeyPath, writePath } from './problem.ts'

/** A configuration as it was found: a file, an object, environment variables, or the embedded default. */
export interface ConfigSource {
  /** The file's name as messages show it; undefined when it is no file. */
  readonly file: string | undefined
  /** What relative paths in it are relative to. */
  readonly directory: string
  /** What it says, before variables are filled in. */
  readonly value: unknown
  /** Whether `${VAR}` in it means a variable. */
  readonly hasVariables: boolean
  /** Gives the line of a key. */
  readonly lineOf: (path: KeyPath) => number | undefined
  /** Gives the name people know a key by: its path, or its environment variable. */
  readonly nameOf: (path: KeyPath) => string
  /** Options given as environment variables whose names depend on the adapter, by backend. */
  readonly optionVariables: ReadonlyMap<string, readonly OptionVariable[]>
}

/** An environment variable that holds an option of an adapter. */
export interface OptionVariable {
  /** The whole name: `STOWAGE_BACKEND_LAKE_BASE_URL`. */
  readonly variable: string
  /** The part that names the option: `BASE_URL`. */
  readonly suffix: string
  /** Its text. */
  readonly text: string
}

/** Completes a source that has neither lines nor variables. */
export function plainSource(source: Pick<ConfigSource, 'directory' | 'value'> & Partial<ConfigSource>): ConfigSource {
  return {
    file: undefined,
    hasVariables: true,
    lineOf: () => undefined,
    nameOf: writePath,
    optionVariables: new Map(),
    ...source,
  }
}
