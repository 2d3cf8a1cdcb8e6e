import type { CapabilityName, Semantics } from '@stowage/core'
import type { CheckContext } from './check-context.ts'
import type { FaultKind } from './faults.ts'

/** A promise of a backend's semantics that some checks rely on. */
export type SemanticsNeed =
  `semantics.${'keepsNulls' | 'keepsUndeclaredFields' | 'keepsTypes' | 'readAfterWrite' | 'atomicWrites' | 'dynamicBuckets'}`

/** What a backend must have for a check to pass: a capability, or a promise of its semantics. */
export type Need = CapabilityName | SemanticsNeed

/** One fact about a backend that the suite checks, without how. */
export interface CheckDescription {
  /** Subject and name, for example `files/range-middle`: what gaps and reports call it. It never changes. */
  readonly id: string
  /** The fact, as a sentence. */
  readonly title: string
  /** What the backend must have. Without one of the capabilities the check must fail with `unsupported`, and a gap must say why. */
  readonly needs: readonly Need[]
  /** Faults the harness must be able to inject; without one the check is reported as not run. */
  readonly faults: readonly FaultKind[]
}

/** One fact about a backend, and how it is checked. */
export interface Check extends CheckDescription {
  /** How long it may take, in milliseconds, before it counts as failed. */
  readonly timeoutMs: number
  /** Whether it holds of every backend that has what it needs: no gap may cover it then. */
  readonly isLaw: boolean
  /** Checks the fact; throws when it doesn't hold. */
  readonly run: (context: CheckContext) => Promise<void>
}

/** What a check is defined with beside its id, title and body. */
export interface CheckOptions {
  /** What the backend must have. */
  readonly needs?: readonly Need[]
  /** Faults the harness must offer. Default none. */
  readonly faults?: readonly FaultKind[]
  /** How long it may take, in milliseconds. Default 30 s. */
  readonly timeoutMs?: number
  /** Whether no gap may cover it on a backend that has what it needs. Default false. */
  readonly isLaw?: boolean
}

/** Defines a check. */
export function check(
  id: string,
  title: string,
  options: CheckOptions,
  run: (context: CheckContext) => Promise<void>,
): Check {
  const { needs = [], faults = [], timeoutMs = 30_000, isLaw = false } = options
  return { id, title, needs, faults, timeoutMs, isLaw, run }
}

/** Tells whether a backend's semantics hold a promise. */
export function holds(semantics: Semantics, need: SemanticsNeed): boolean {
  const name = need.slice('semantics.'.length)
  if (name === 'dynamicBuckets') return semantics.buckets === 'dynamic'
  return semantics[name as Exclude<keyof Semantics, 'buckets'>]
}

/** Tells whether a need is a promise of the semantics. */
export function isSemanticsNeed(need: Need): need is SemanticsNeed {
  return need.startsWith('semantics.')
}
