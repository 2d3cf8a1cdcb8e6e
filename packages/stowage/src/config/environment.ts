import { type ConfigSource, type OptionVariable, plainSource } from './config-source.ts'
import { configError, type KeyPath, problemAt, writePath } from './problem.ts'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The name of the backend when a configuration has only one and doesn't name it. */
export const onlyBackendName = 'default'

const backendPrefix = 'STOWAGE_BACKEND_'

/** Gives the names of all `STOWAGE_*` variables that hold text; an empty one counts as unset. */
export function stowageVariables(environment: Environment): readonly string[] {
  const names = Object.keys(environment).filter((name) => name.startsWith('STOWAGE_') && environment[name] !== '')
  return names.filter((name) => environment[name] !== undefined && !isServiceLink(name, environment[name])).toSorted()
}

// Kubernetes sets these in every pod beside a service that is called "stowage".
function isServiceLink(name: string, text: string): boolean {
  if (/^STOWAGE_SERVICE_(HOST|PORT)(_|$)/.test(name) || /^STOWAGE_PORT_\d+_(TCP|UDP|SCTP)/.test(name)) return true
  return name === 'STOWAGE_PORT' && /^(tcp|udp|sctp):\/\//.test(text)
}

/** Gives the variables that say which backends there are: `STOWAGE_ADAPTER` and `STOWAGE_BACKEND_<NAME>_ADAPTER`. */
export function adapterVariables(environment: Environment): readonly string[] {
  return stowageVariables(environment).filter((name) => name === 'STOWAGE_ADAPTER' || isNamedAdapter(name))
}

function isNamedAdapter(variable: string): boolean {
  return variable.startsWith(backendPrefix) && /^.+_ADAPTER$/.test(variable.slice(backendPrefix.length))
}

/**
 * Reads a configuration from environment variables.
 *
 * `STOWAGE_ADAPTER=local STOWAGE_PATH=/data` gives one backend; `STOWAGE_BACKEND_LAKE_ADAPTER=keboola` and
 * `STOWAGE_BACKEND_LAKE_URL=…` give one named `lake`, and as many more as there are, with `STOWAGE_DEFAULT` to choose one.
 *
 * @returns undefined when no variable names an adapter
 */
export function readEnvironment(environment: Environment, directory: string): ConfigSource | undefined {
  const adapters = adapterVariables(environment)
  if (adapters.length === 0) return undefined
  const named = adapters.filter(isNamedAdapter)
  if (named.length > 0 && named.length < adapters.length) {
    const text = `is set beside ${named[0]}; give the backend a name as well, for example STOWAGE_BACKEND_MAIN_ADAPTER`
    throw configError([problemAt({ key: 'STOWAGE_ADAPTER' }, text)])
  }
  const prefixes = named.length === 0 ? [['STOWAGE_', onlyBackendName] as const] : named.map(namedPrefix)
  return sourceOf(environment, directory, prefixes)
}

type BackendPrefix = readonly [prefix: string, name: string]

function namedPrefix(variable: string): BackendPrefix {
  const name = variable.slice(backendPrefix.length, -'_ADAPTER'.length)
  return [`${backendPrefix}${name}_`, name.toLowerCase()]
}

function sourceOf(environment: Environment, directory: string, prefixes: readonly BackendPrefix[]): ConfigSource {
  // Of MY and MY_LAKE, MY_LAKE_URL belongs to the longer one.
  const byLength = prefixes.toSorted(([left], [right]) => right.length - left.length)
  const backends = new Map(prefixes.map(([, name]) => [name, {} as Record<string, unknown>]))
  const optionVariables = new Map(prefixes.map(([, name]) => [name, [] as OptionVariable[]]))
  for (const variable of stowageVariables(environment)) {
    const [prefix, name] = byLength.find(([candidate]) => variable.startsWith(candidate)) ?? []
    if (prefix === undefined || name === undefined || ownVariables.has(variable)) continue
    const text = environment[variable] as string
    const suffix = variable.slice(prefix.length)
    const own = Object.hasOwn(ownKeys, suffix) ? ownKeys[suffix] : undefined
    if (own === undefined) optionVariables.get(name)?.push({ variable, suffix, text })
    else Object.assign(backends.get(name) as object, { [own.key]: own.read(text) })
  }
  const value = { backends: Object.fromEntries(backends) }
  return plainSource({ directory, value, hasVariables: false, nameOf: variableNamer(prefixes), optionVariables })
}

function variableNamer(prefixes: readonly BackendPrefix[]): (path: KeyPath) => string {
  return (path) => {
    const [, backend, key, ...rest] = path
    const prefix = prefixes.find(([, name]) => name === backend)?.[0]
    if (prefix === undefined || key === undefined) return writePath(path)
    return writePath([`${prefix}${variableSuffix(String(key))}`, ...rest])
  }
}

/** Variables that configure Stowage itself, whatever the backends. */
export const ownVariables: ReadonlySet<string> = new Set(['STOWAGE_CONFIG', 'STOWAGE_DEFAULT'])

const ownKeys: Readonly<Record<string, { key: string; read: (text: string) => unknown }>> = {
  ADAPTER: { key: 'adapter', read: (text) => text },
  EMULATION: { key: 'emulation', read: (text) => text },
  LAYERS: { key: 'layers', read: readList },
  REQUIRES: { key: 'requires', read: readList },
}

/** Gives the variables for the keys every backend may have, from the one that names its adapter. */
export function ownKeyVariables(adapterVariable: string): readonly string[] {
  const prefix = adapterVariable.slice(0, -'ADAPTER'.length)
  return Object.keys(ownKeys).map((suffix) => `${prefix}${suffix}`)
}

function readList(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return text.split(',').map((item) => item.trim())
  try {
    return JSON.parse(text)
  } catch {
    // Left as text, the check of the configuration refuses it and names the variable.
    return text
  }
}

/** Writes an option's name as environment variables do: `baseUrl` is `BASE_URL`. */
export function variableSuffix(option: string): string {
  return option
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
}
