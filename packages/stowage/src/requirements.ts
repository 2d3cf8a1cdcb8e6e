import {
  type Capabilities,
  type CapabilityName,
  capabilityNames,
  type EmulationPolicy,
  StorageError,
} from '@stowage/core'
import { ResolvedConfig } from './config/resolved-config.ts'
import { didYouMean } from './config/suggestion.ts'

/** What a backend is held against. */
export interface RequirementCheck {
  /** The backend's name in the configuration. */
  readonly name: string
  /** Its adapter's name. */
  readonly adapter: string
  /** What it can do, layers included. */
  readonly capabilities: Capabilities
  /** Which emulations may run. */
  readonly emulation: EmulationPolicy
}

/**
 * Refuses a backend that lacks what the app can't do without.
 *
 * What is emulated counts only when the backend's emulation policy lets it run.
 *
 * @throws StorageError `unsupported` that names the backend and all it lacks; `invalid-argument` for unknown names
 */
export function checkRequirements(required: readonly CapabilityName[], check: RequirementCheck): void {
  refuseUnknown(required, check.name)
  const lacking = required.flatMap((name) => {
    const reason = whyLacking(name, check)
    return reason === undefined ? [] : [{ name, reason }]
  })
  if (lacking.length === 0) return
  const list = lacking.map(({ name, reason }) => `${name} (${reason})`).join(', ')
  const message = `backend "${check.name}" (adapter "${check.adapter}") lacks what the app requires: ${list}`
  const details = { backend: check.name, missing: lacking.map(({ name }) => name) }
  throw new StorageError({ code: 'unsupported', message, details }, { backend: check.adapter, operation: 'open' })
}

/** Refuses names that are no capabilities. */
export function refuseUnknown(required: readonly string[], backend: string): void {
  const known: readonly string[] = capabilityNames
  const unknown = required.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const list = unknown.map((name) => `unknown capability "${name}"${didYouMean(name, known)}`).join('; ')
  throw new StorageError({ code: 'invalid-argument', message: `requirements of backend "${backend}": ${list}` })
}

function whyLacking(name: CapabilityName, { capabilities, emulation }: RequirementCheck): string | undefined {
  const support = capabilities.operations[name]
  if (support === undefined) return 'absent'
  if (support.kind === 'native' || emulation === 'always') return undefined
  if (support.cost === 'cheap')
    return emulation === 'cheap' ? undefined : 'emulated; set "emulation: cheap" to allow it'
  return 'emulated at a cost that grows with the data; set "emulation: always" to allow it'
}

/**
 * Adds requirements of the app to those of the configuration.
 *
 * @throws StorageError `invalid-argument` for a backend or a capability that doesn't exist
 */
export function addRequirements(
  config: ResolvedConfig,
  requires: readonly CapabilityName[] | Readonly<Record<string, readonly CapabilityName[]>>,
): ResolvedConfig {
  const backends = new Map(config.backends)
  const perBackend = isList(requires)
    ? [...backends.keys()].map((name) => [name, requires] as const)
    : Object.entries(requires)
  for (const [name, names] of perBackend) {
    refuseUnknown(names, name)
    const backend = backends.get(name)
    if (backend === undefined) throw unknownBackend(name, [...backends.keys()])
    backends.set(name, backend.requiring(names))
  }
  return new ResolvedConfig(config.file, config.defaultName, backends, config.names)
}

// Array.isArray doesn't narrow readonly arrays away.
function isList(requires: object): requires is readonly CapabilityName[] {
  return Array.isArray(requires)
}

/** Builds the error for a backend that the configuration doesn't have. */
export function unknownBackend(name: string, known: readonly string[]): StorageError {
  const hint = didYouMean(name, known) || `; there are ${known.join(', ')}`
  return new StorageError({ code: 'invalid-argument', message: `there is no backend "${name}"${hint}` })
}
