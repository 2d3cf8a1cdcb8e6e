import { access } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Environment } from '../config/environment.ts'
import { didYouMean } from '../config/suggestion.ts'
import { adapterPackages, bundledAdapters, registeredAdapter } from './adapter-table.ts'
import { importModule, resolveFrom } from './import-module.ts'
import { installCommand } from './install-hint.ts'
import type { AnyAdapter } from './option-schema.ts'

/** What loading an adapter needs to know. */
export interface LoadContext {
  /** Definitions the app passed, looked at first. */
  readonly adapters: ReadonlyMap<string, AnyAdapter>
  /** What relative paths and packages are resolved from: the configuration file's directory. */
  readonly directory: string
  /** The working directory: packages are looked for from there as well. */
  readonly cwd: string
  /** Tells which package manager is in use. */
  readonly environment: Environment
}

/** Why an adapter could not be loaded, as text for people that follows the configuration's key. */
export class AdapterLoadError extends Error {
  override readonly name: string = 'AdapterLoadError'
  /** Whether its package isn't installed. */
  readonly isMissing: boolean

  /**
   * @param message - what is wrong and what to do
   * @param options - the cause, and whether the package isn't installed
   */
  constructor(message: string, options: ErrorOptions & { readonly isMissing?: boolean } = {}) {
    super(message, options)
    this.isMissing = options.isMissing ?? false
  }
}

/**
 * Loads the adapter that config names: one the app passed or registered, one of ours, a package, or a file.
 *
 * @param name - `local`, `@acme/stowage-adapter`, `./my-adapter.ts`
 * @throws AdapterLoadError when there is none, it fails to load, or what it exports is no adapter
 */
export async function loadAdapter(name: string, context: LoadContext): Promise<AnyAdapter> {
  const known = context.adapters.get(name) ?? registeredAdapter(name)
  if (known !== undefined) return checkDefinition(known, `the adapter passed as "${name}"`)
  const bundled = bundledAdapters.get(name)
  if (bundled !== undefined) return definitionIn(await bundled(), adapterPackages.get(name) ?? name)
  const isFile = /^\.{1,2}[/\\]/.test(name) || isAbsolute(name)
  const url = await (isFile ? locateFile(name, context) : resolvePackage(name, context))
  return definitionIn(await importAdapter(url, name), name)
}

async function importAdapter(url: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await importModule(url)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AdapterLoadError(`loading the adapter ${name} failed: ${reason}`, { cause: error })
  }
}

// Looked for first: a module that the adapter itself misses fails in the same way as a missing file.
async function locateFile(name: string, { directory }: LoadContext): Promise<string> {
  const path = resolve(directory, name)
  try {
    await access(path)
  } catch (error) {
    throw new AdapterLoadError(`there is no file ${name}`, { cause: error })
  }
  return pathToFileURL(path).href
}

async function resolvePackage(name: string, context: LoadContext): Promise<string> {
  const packageName = adapterPackages.get(name) ?? name
  for (const parent of [join(context.directory, 'config.js'), join(context.cwd, 'app.js'), undefined]) {
    const url = tryResolve(packageName, parent === undefined ? import.meta.url : pathToFileURL(parent).href)
    if (url !== undefined) return url
  }
  throw await missingPackage(name, packageName, context)
}

function tryResolve(packageName: string, parentUrl: string): string | undefined {
  try {
    return resolveFrom(packageName, parentUrl)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_MODULE_NOT_FOUND') return undefined
    const reason = code === 'ERR_INVALID_MODULE_SPECIFIER' ? 'is no name of a package' : (error as Error).message
    throw new AdapterLoadError(`the adapter package "${packageName}" can't be loaded: ${reason}`, { cause: error })
  }
}

async function missingPackage(name: string, packageName: string, context: LoadContext): Promise<AdapterLoadError> {
  const ours = [...context.adapters.keys(), ...adapterPackages.keys()]
  const isOurs = adapterPackages.has(name)
  // An install command for whatever word was mistyped would install a stranger's package.
  if (!isOurs && !/^@[^/]+\/|^stowage-adapter-/.test(name)) {
    const hint = didYouMean(name, ours) || `; known are ${ours.join(', ')}, or name a package or file`
    return new AdapterLoadError(`unknown adapter "${name}"${hint}`)
  }
  const command = await installCommand(packageName, context.cwd, context.environment)
  const what = isOurs
    ? `the adapter "${name}" is in a package of its own`
    : `the package ${packageName} is not installed`
  return new AdapterLoadError(`${what}; install it with: ${command}`, { isMissing: true })
}

function definitionIn(module: Readonly<Record<string, unknown>>, name: string): AnyAdapter {
  const { adapter } = module
  if (adapter === undefined) {
    // Node adds the latter to what it takes for CommonJS, an empty file for example.
    const names = Object.keys(module).filter((key) => key !== 'module.exports')
    const exported = names.length === 0 ? 'nothing' : `only ${names.join(', ')}`
    throw new AdapterLoadError(`"${name}" must export its definition as "adapter"; it exports ${exported}`)
  }
  return checkDefinition(adapter, `the "adapter" that "${name}" exports`)
}

const definitionChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string' && value !== '',
  optionsSchema: (value) => typeof (value as StandardProperties)?.['~standard']?.validate === 'function',
  secretOptions: (value) => Array.isArray(value),
  environment: (value) => typeof value === 'object' && value !== null,
  createDriver: (value) => typeof value === 'function',
}

interface StandardProperties {
  readonly '~standard'?: { readonly validate?: unknown }
}

function checkDefinition(value: unknown, what: string): AnyAdapter {
  if (typeof value !== 'object' || value === null) throw new AdapterLoadError(`${what} is no adapter definition`)
  const definition = value as Record<string, unknown>
  const wrong = Object.entries(definitionChecks).filter(([key, isRight]) => !isRight(definition[key]))
  if (wrong.length === 0) return value as AnyAdapter
  const keys = wrong.map(([key]) => key).join(', ')
  throw new AdapterLoadError(`${what} is no adapter definition: ${keys} missing or of the wrong kind`)
}

/** Gives the adapters of Stowage that are installed beside this package. */
export async function installedAdapters(): Promise<readonly AnyAdapter[]> {
  const context: LoadContext = { adapters: new Map(), directory: process.cwd(), cwd: process.cwd(), environment: {} }
  const loading = [...adapterPackages.keys()].map((name) => loadAdapter(name, context).catch(ignoreMissing))
  return (await Promise.all(loading)).filter((definition) => definition !== undefined)
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof AdapterLoadError && error.isMissing) return undefined
  throw error
}
