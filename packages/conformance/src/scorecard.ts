import { type Capabilities, type CapabilityName, capabilityNames, type Limits, type Semantics } from '@stowage/core'
import type { CheckResult } from './check-result.ts'
import { type Gap, type Gaps, gapOfNeed } from './gaps.ts'
import { subjectOf } from './subjects.ts'

/** What a backend claims, what was found, and what was not looked at: plain data, the same from run to run. */
export interface Scorecard {
  /** The backend's name. */
  readonly backend: string
  /** Each capability: native, emulated or absent. */
  readonly capabilities: Readonly<Record<CapabilityName, ScorecardCapability>>
  /** The limits it states. */
  readonly limits: Limits
  /** The semantics it states. */
  readonly semantics: Semantics
  /** What the checks of each subject came to. */
  readonly subjects: Readonly<Record<string, ScorecardSubject>>
}

/** One capability of a scorecard. */
export interface ScorecardCapability {
  /** How the backend has it. */
  readonly support: 'native' | 'emulated' | 'absent'
  /** What an emulation takes. */
  readonly cost?: 'cheap' | 'expensive'
  /** What core does instead. */
  readonly how?: string
  /** Why it is absent. */
  readonly gap?: Gap
}

/** One subject of a scorecard. */
export interface ScorecardSubject {
  /** How many checks passed. */
  readonly passed: number
  /** Checks that failed as admitted. */
  readonly gaps: readonly (ScorecardLine & Gap)[]
  /** Checks that could not be run. */
  readonly notRun: readonly ScorecardFinding[]
  /** Checks that failed. */
  readonly failed: readonly ScorecardFinding[]
}

/** A check as a scorecard names it. */
export interface ScorecardLine {
  /** The check's id. */
  readonly id: string
  /** The fact. */
  readonly title: string
}

/** A check that didn't pass, and why. */
export interface ScorecardFinding extends ScorecardLine {
  /** Why. */
  readonly reason: string
}

/** Makes a scorecard of a run. */
export function makeScorecard(
  backend: string,
  capabilities: Capabilities,
  results: readonly CheckResult[],
  gaps: Gaps,
): Scorecard {
  const subjects: Record<string, ScorecardSubject> = {}
  for (const subject of new Set(results.map(subjectOf))) {
    subjects[subject] = makeSubject(results.filter((result) => subjectOf(result) === subject))
  }
  const table = Object.fromEntries(capabilityNames.map((name) => [name, makeCapability(name, capabilities, gaps)]))
  const { limits, semantics } = capabilities
  return { backend, capabilities: table as Scorecard['capabilities'], limits, semantics, subjects }
}

function makeCapability(name: CapabilityName, { operations }: Capabilities, gaps: Gaps): ScorecardCapability {
  const support = operations[name]
  if (support?.kind === 'native') return { support: 'native' }
  if (support !== undefined) return { support: 'emulated', cost: support.cost, how: support.how }
  const gap = gapOfNeed(gaps, name)
  return gap === undefined ? { support: 'absent' } : { support: 'absent', gap }
}

function makeSubject(results: readonly CheckResult[]): ScorecardSubject {
  const lines = (outcome: CheckResult['outcome']): ScorecardFinding[] =>
    results.filter((result) => result.outcome === outcome).map(({ id, title, reason = '' }) => ({ id, title, reason }))
  const kinds = new Map(results.map(({ id, gap }) => [id, gap]))
  return {
    passed: results.filter(({ outcome }) => outcome === 'passed').length,
    gaps: lines('gap').map((line) => ({ ...line, kind: kinds.get(line.id) ?? 'todo' })),
    notRun: lines('not-run'),
    failed: lines('failed'),
  }
}
