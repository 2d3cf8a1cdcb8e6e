import type { AnyAdapter } from '../adapters/option-schema.ts'
import { type BackendCheck, checkBackend } from './check-backend.ts'
import { knownLayers } from './known-layers.ts'
import { type ConfigDocument, placeOf, readDocument } from './config-document.ts'
import type { ConfigSource } from './config-source.ts'
import { adapterVariables, type Environment, ownKeyVariables, ownVariables, stowageVariables } from './environment.ts'
import { findSource } from './find-source.ts'
import { configError, type ConfigProblem, type KeyPath, problemAt } from './problem.ts'
import { type ResolvedBackend, ResolvedConfig } from './resolved-config.ts'
import { substitute, variablesIn } from './substitute.ts'
import { closestName, didYouMean } from './suggestion.ts'

/** What resolving a configuration needs. */
export interface ResolveContext {
  /** The working directory, absolute. */
  readonly cwd: string
  /** The environment. */
  readonly environment: Environment
  /** Definitions the app passed. */
  readonly adapters: readonly AnyAdapter[]
  /** Which backends are wanted: all, the default one, or these. Others are not looked into. */
  readonly wanted: 'all' | 'default' | readonly string[]
}

/**
 * Finds a configuration and checks the backends that are wanted.
 *
 * A backend that isn't wanted may lack its variables or its package: a laptop without the credentials of production can
 * open the embedded backend of the same file.
 *
 * @param config - an object, a file's path, or undefined to look for one
 * @throws StorageError `invalid-argument` with everything that is wrong, in `details.problems`
 */
export async function resolveConfig(config: unknown, context: ResolveContext): Promise<ResolvedConfig> {
  const { source, heedsEnvironment } = await findSource(config, context)
  const document = readDocument(source)
  const problems: ConfigProblem[] = []
  const report = (path: KeyPath, text: string): void => void problems.push(problemAt(placeOf(source, path), text))
  const defaultName = chooseDefault(document, heedsEnvironment ? context.environment : {}, { ...context, report })
  if (problems.length > 0) throw configError(problems)
  const names = wantedNames(document, defaultName, context.wanted)
  const check = backendCheck(source, context, report)
  const backends = new Map<string, ResolvedBackend>()
  const definitions: AnyAdapter[] = []
  for (const name of names) {
    const draft = document.backends.get(name)
    if (draft === undefined) throw configError([unknownBackend(name, document)])
    const { backend, definition } = await checkBackend(draft, check)
    if (backend !== undefined) backends.set(name, backend)
    if (definition !== undefined) definitions.push(definition)
  }
  if (heedsEnvironment) problems.push(...strayVariables(document, definitions, context.environment))
  if (problems.length > 0) throw configError(problems)
  return new ResolvedConfig(source.file, defaultName, backends, [...document.backends.keys()])
}

function backendCheck(
  source: ConfigSource,
  { adapters, cwd, environment }: ResolveContext,
  report: BackendCheck['report'],
): BackendCheck {
  const byName = new Map(adapters.map((definition) => [definition.name, definition]))
  const loading = { adapters: byName, directory: source.directory, cwd, environment }
  return { source, environment, loading, layers: knownLayers(), report }
}

interface DefaultContext {
  readonly environment: Environment
  readonly report: (path: KeyPath, text: string) => void
}

function chooseDefault(
  { source, defaultName, backends }: ConfigDocument,
  heeded: Environment,
  context: DefaultContext,
): string | undefined {
  const chosen = heeded['STOWAGE_DEFAULT']
  const hint = (name: string): string =>
    didYouMean(name, backends.keys()) || `; there are ${[...backends.keys()].join(', ')}`
  if (chosen !== undefined && chosen !== '') {
    if (backends.has(chosen)) return chosen
    throw configError([problemAt({ key: 'STOWAGE_DEFAULT' }, `there is no backend "${chosen}"${hint(chosen)}`)])
  }
  const written = source.hasVariables ? substitute(defaultName, ['default'], context).value : defaultName
  const [only, ...others] = backends.keys()
  if (written === undefined) return others.length === 0 ? only : undefined
  if (typeof written !== 'string') context.report(['default'], 'expected the name of a backend')
  else if (backends.has(written)) return written
  else if (written !== '') context.report(['default'], `there is no backend "${written}"${hint(written)}`)
  return undefined
}

function wantedNames(
  document: ConfigDocument,
  defaultName: string | undefined,
  wanted: ResolveContext['wanted'],
): readonly string[] {
  if (wanted === 'all') return [...document.backends.keys()]
  if (wanted !== 'default') return wanted
  if (defaultName !== undefined) return [defaultName]
  const names = [...document.backends.keys()].join(', ')
  const text = `there are several backends (${names}) and no default; set "default", or say which one to open`
  throw configError([problemAt(placeOf(document.source, ['backends']), text)])
}

function unknownBackend(name: string, { source, backends }: ConfigDocument): ConfigProblem {
  const hint = didYouMean(name, backends.keys()) || `; there are ${[...backends.keys()].join(', ')}`
  return problemAt(placeOf(source, ['backends']), `there is no backend "${name}"${hint}`)
}

// A variable that nobody reads is a setting somebody believes in.
function strayVariables(
  { source, backends }: ConfigDocument,
  definitions: readonly AnyAdapter[],
  environment: Environment,
): readonly ConfigProblem[] {
  const adapters = adapterVariables(environment)
  const read = new Set([
    ...ownVariables,
    ...adapters.flatMap(ownKeyVariables),
    ...(source.hasVariables ? variablesIn(source.value) : []),
    ...definitions.flatMap((definition) => Object.values(definition.environment)),
    ...[...backends.values()].flatMap(({ optionVariables }) => optionVariables.map(({ variable }) => variable)),
  ])
  const stray = stowageVariables(environment).filter((name) => !read.has(name))
  return stray.map((key) => problemAt({ key }, explainStray(key, adapters.length > 0)))
}

function explainStray(variable: string, hasAdapter: boolean): string {
  // Without the part that all of them share, which would make any two of them look alike.
  const known = [...ownVariables, 'STOWAGE_ADAPTER'].map((name) => name.slice('STOWAGE_'.length))
  const closest = closestName(variable.slice('STOWAGE_'.length), known)
  if (closest !== undefined) return `unknown variable; did you mean "STOWAGE_${closest}"?`
  const text = 'unknown variable'
  if (hasAdapter) return `${text}; it belongs to no backend that has a STOWAGE_BACKEND_<NAME>_ADAPTER`
  return `${text}; a backend is configured by STOWAGE_ADAPTER and its options, or in a file`
}
