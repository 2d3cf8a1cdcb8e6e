import type { BenchJob, Goal } from './job.ts'
import { median, type ProcessMeasurement, type SectionMeasurement, type VariantMeasurement } from './measurement.ts'

/** How one goal came out. */
export interface Verdict {
  readonly title: string
  readonly goal: Pick<Goal, 'measure' | 'limit'>
  /** One ratio per peer, or one value of ours with no peer's name. */
  readonly results: readonly GoalResult[]
  readonly isMet: boolean
  /** Our own median, for the aside. */
  readonly ours: { readonly cpuMs: number; readonly wallMs: number } | undefined
}

/** What a goal compares, over all rounds. */
export interface GoalResult {
  readonly peer: string | undefined
  readonly median: number
  readonly least: number
  readonly most: number
  /** The peer's median, for the aside. */
  readonly theirs: { readonly cpuMs: number; readonly wallMs: number } | undefined
}

const mebibyte = 1024 * 1024

/** Says of each of a job's goals whether it is met. Ratios are taken round by round, so that a slow moment meets both. */
export function judge(job: BenchJob, measured: readonly VariantMeasurement[]): Verdict[] {
  const ours = roundsOf(measured, 'ours')
  return job.goals.map((goal) => {
    const { measure, limit, title } = goal
    const results = isComparison(goal)
      ? (goal.peers ?? Object.keys(job.peers)).map((peer) => compare(goal, ours, peer, roundsOf(measured, peer)))
      : [
          summarize(
            undefined,
            ours.map((round) => ownValue(goal, round)),
          ),
        ]
    return { title, goal: { measure, limit }, results, isMet: isMet(goal, results), ours: medians(goal, ours) }
  })
}

/** Tells whether a goal compares us with others, or only says what we may take. */
export function isComparison({ measure }: Pick<Goal, 'measure'>): boolean {
  return measure === 'cpu' || measure === 'speed' || measure === 'memory'
}

function roundsOf(measured: readonly VariantMeasurement[], name: string): readonly ProcessMeasurement[] {
  const found = measured.find(({ variant }) => variant === name)
  if (found === undefined) throw new Error(`nothing was measured of ${name}`)
  return found.rounds
}

function compare(
  goal: Goal,
  ours: readonly ProcessMeasurement[],
  peer: string,
  theirs: readonly ProcessMeasurement[],
): GoalResult {
  const ratios = ours.map((round, index) => {
    const own = sectionOf(goal, round)
    const other = sectionOf(goal, theirs[index])
    if (goal.measure === 'memory') return own.peakBytes / other.peakBytes
    return goal.measure === 'cpu' ? own.cpuMs / other.cpuMs : other.wallMs / own.wallMs
  })
  return { ...summarize(peer, ratios), theirs: medians(goal, theirs) }
}

function ownValue(goal: Goal, round: ProcessMeasurement): number {
  const sections = goal.section === undefined ? Object.values(round.sections) : [sectionOf(goal, round)]
  const peakBytes = Math.max(...sections.map((section) => section.peakBytes))
  if (goal.measure === 'peakMb') return peakBytes / 1_000_000
  if (goal.measure === 'overIdleMib') return (peakBytes - round.idleBytes) / mebibyte
  return goal.measure === 'cpuMs' ? sectionOf(goal, round).cpuMs : sectionOf(goal, round).wallMs
}

function sectionOf(
  { section = '' }: { readonly section: string | undefined },
  round: ProcessMeasurement | undefined,
): SectionMeasurement {
  const found = round?.sections[section]
  if (found === undefined) throw new Error(`the section "${section}" was not measured`)
  return found
}

function summarize(peer: string | undefined, values: readonly number[]): GoalResult {
  return { peer, median: median(values), least: Math.min(...values), most: Math.max(...values), theirs: undefined }
}

function isMet({ measure, limit }: Goal, results: readonly GoalResult[]): boolean {
  return results.every((result) => (measure === 'speed' ? result.median >= limit : result.median <= limit))
}

function medians(goal: Goal, rounds: readonly ProcessMeasurement[]): Verdict['ours'] {
  if (goal.section === undefined) return undefined
  const sections = rounds.map((round) => sectionOf(goal, round))
  return { cpuMs: median(sections.map(({ cpuMs }) => cpuMs)), wallMs: median(sections.map(({ wallMs }) => wallMs)) }
}
