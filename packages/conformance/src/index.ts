/**
 * The suite every adapter runs.
 *
 * @module
 */
export { type ChaosFaults, chaosFaults } from './chaos-faults.ts'
export { type CheckResult } from './check-result.ts'
export { type Fault, type FaultHook, type FaultKind } from './faults.ts'
export { type Gap, type GapKind, type Gaps } from './gaps.ts'
export type { CheckDescription, Need, SemanticsNeed } from './check.ts'
export { checkConformance, type CheckConformanceOptions, type ConformanceReport } from './report.ts'
export { runConformance, type RunConformanceOptions } from './run-conformance.ts'
export {
  type Scorecard,
  type ScorecardCapability,
  type ScorecardFinding,
  type ScorecardLine,
  type ScorecardSubject,
} from './scorecard.ts'
export { scorecardJson } from './scorecard-json.ts'
export { describeSupport, formatScorecard } from './scorecard-text.ts'
export { type RequestFault, type ServerFaultRule, serverFaults, type ServerKnobs } from './server-faults.ts'
export { type ConformanceSetup } from './setup.ts'
export { conformanceChecks } from './subjects.ts'
