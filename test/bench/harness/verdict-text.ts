import { isComparison, type GoalResult, type Verdict } from './verdict.ts'

/** A verdict as the table shows it. */
export interface VerdictText {
  readonly title: string
  readonly goal: string
  readonly measured: string
  /** The least and the most of the rounds. */
  readonly range: string
  readonly verdict: 'ok' | 'MISSED'
}

const ratios = { cpu: 'the CPU', speed: 'the rate', memory: 'the memory' } as const
const units = {
  cpuMs: 'ms CPU',
  wallMs: 'ms',
  peakMb: 'MB',
  overIdleMib: 'MiB over idle',
  growthMib: 'MiB more',
} as const

/** Puts a verdict into words. Of several peers it shows all, the one nearest to the limit first. */
export function verdictText(verdict: Verdict): VerdictText {
  const { title, goal, isMet } = verdict
  const results = sortByDistance(verdict)
  const shown = results.map(({ peer, median }) => showValue(verdict, median) + (peer === undefined ? '' : ` ${peer}`))
  const [worst] = results
  const range = worst === undefined ? '' : `${showValue(verdict, worst.least)} to ${showValue(verdict, worst.most)}`
  const bound = goal.measure === 'speed' ? 'at least' : 'at most'
  return {
    title,
    goal: `${bound} ${showLimit(verdict)}`,
    measured: shown.join(', '),
    range,
    verdict: isMet ? 'ok' : 'MISSED',
  }
}

function sortByDistance({ goal, results }: Verdict): GoalResult[] {
  const sign = goal.measure === 'speed' ? 1 : -1
  return results.toSorted((left, right) => sign * (left.median - right.median))
}

function showLimit({ goal: { measure, limit } }: Verdict): string {
  return measure === 'cpu' || measure === 'speed' || measure === 'memory'
    ? `${limit} x ${ratios[measure]}`
    : `${limit} ${units[measure]}`
}

function showValue({ goal }: Verdict, value: number): string {
  if (isComparison(goal)) return `${value.toFixed(2)} x`
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

/** Lays out rows as a Markdown table, its columns aligned. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, index) => Math.max(3, ...[name, ...rows.map((row) => row[index] ?? '')].map(length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...rows.map(line)].join('\n')
}

function length(text: string): number {
  return text.length
}

/** Lays out verdicts as a Markdown table. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(verdictText)
  return markdownTable(
    ['what', 'goal', 'measured', 'rounds', ''],
    rows.map(({ title, goal, measured, range, verdict }) => [title, goal, measured, range, verdict]),
  )
}
