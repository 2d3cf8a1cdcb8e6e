import type { z } from 'zod'
import { AdapterLoadError, loadAdapter, type LoadContext } from '../adapters/load-adapter.ts'
import type { AnyAdapter } from '../adapters/option-schema.ts'
import { checkLayers, type LayerTable } from './check-layers.ts'
import { checkOptions } from './check-options.ts'
import type { BackendDraft } from './config-document.ts'
import type { ConfigSource } from './config-source.ts'
import type { Environment } from './environment.ts'
import { ownKeyNames, type OwnKeys, ownKeysSchema } from './own-keys.ts'
import { capabilityNames } from '@stowage/core'
import type { KeyPath } from './problem.ts'
import { ResolvedBackend } from './resolved-config.ts'
import { substitute } from './substitute.ts'
import { didYouMean } from './suggestion.ts'

/** What checking a backend needs. */
export interface BackendCheck {
  /** Where the configuration came from. */
  readonly source: ConfigSource
  /** Where variables are looked up. */
  readonly environment: Environment
  /** How adapters are found. */
  readonly loading: LoadContext
  /** The layers there are. */
  readonly layers: LayerTable
  /** Called for each problem, with its path in the source. */
  readonly report: (path: KeyPath, text: string) => void
}

/** What a backend came to. */
export interface CheckedBackend {
  /** The backend; undefined when a problem was reported. */
  readonly backend: ResolvedBackend | undefined
  /** Its adapter, where that could be loaded. */
  readonly definition: AnyAdapter | undefined
}

/** Fills in a backend's variables, checks our keys, loads its adapter and checks its options. Reports all it finds. */
export async function checkBackend(draft: BackendDraft, check: BackendCheck): Promise<CheckedBackend> {
  let faults = 0
  const report = (path: KeyPath, text: string): void => {
    faults++
    check.report(path, text)
  }
  const { source, environment } = check
  const { value, wholeVariables } = source.hasVariables
    ? substitute(draft.value, draft.path, { environment, report })
    : { value: draft.value, wholeVariables: new Set<string>() }
  if (faults > 0) return { backend: undefined, definition: undefined }
  const { own, options } = splitKeys(value as Readonly<Record<string, unknown>>)
  const ownKeys = checkOwnKeys(own, draft.path, report)
  const layers = checkLayers(arrayOf(own['layers']), [...draft.path, 'layers'], {
    table: check.layers,
    wholeVariables,
    report,
  })
  const definition = await tryLoad(own['adapter'], [...draft.path, 'adapter'], check.loading, report)
  if (definition === undefined) return { backend: undefined, definition }
  const checked = await checkOptions(definition, options, { draft, source, environment, wholeVariables, report })
  if (faults > 0 || ownKeys === undefined || checked === undefined) return { backend: undefined, definition }
  const { emulation = 'cheap', requires = [] } = ownKeys
  const backend = new ResolvedBackend({ name: draft.name, definition, ...checked, emulation, layers, requires })
  return { backend, definition }
}

function splitKeys(value: Readonly<Record<string, unknown>>): Record<'own' | 'options', Record<string, unknown>> {
  const entries = Object.entries(value)
  const isOwn = ([key]: [string, unknown]): boolean => (ownKeyNames as readonly string[]).includes(key)
  const own = Object.fromEntries(entries.filter(isOwn))
  return { own, options: Object.fromEntries(entries.filter((entry) => !isOwn(entry))) }
}

type Report = (path: KeyPath, text: string) => void

function checkOwnKeys(own: Readonly<Record<string, unknown>>, path: KeyPath, report: Report): OwnKeys | undefined {
  const result = ownKeysSchema.safeParse(own, { reportInput: true })
  if (result.success) return result.data
  for (const issue of result.error.issues) report([...path, ...issue.path], explainIssue(issue))
  return undefined
}

function explainIssue(issue: z.core.$ZodIssue): string {
  const [key] = issue.path
  if (issue.input === undefined)
    return key === 'adapter' ? 'missing; say which adapter, for example "local"' : 'missing'
  if (key === 'requires' && issue.code === 'invalid_value' && typeof issue.input === 'string') {
    const name = issue.input
    return `unknown capability "${name}"${didYouMean(name, capabilityNames) || '; see "stowage capabilities" for the names'}`
  }
  if (issue.code === 'invalid_value')
    return `expected one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}`
  return issue.message
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

async function tryLoad(
  adapter: unknown,
  path: KeyPath,
  loading: LoadContext,
  report: Report,
): Promise<AnyAdapter | undefined> {
  // Without a name the check of our own keys has reported it.
  if (typeof adapter !== 'string' || adapter === '') return undefined
  try {
    return await loadAdapter(adapter, loading)
  } catch (error) {
    if (!(error instanceof AdapterLoadError)) throw error
    report(path, error.message)
    return undefined
  }
}
