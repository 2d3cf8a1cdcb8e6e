import type { Scorecard, ScorecardCapability } from './scorecard.ts'

/** Gives a scorecard as text for a terminal: capabilities, what the checks of each subject came to, and what is lacking and why. */
export function formatScorecard(scorecard: Scorecard): string {
  const { backend, capabilities, subjects } = scorecard
  const names = Object.entries(capabilities)
  const counts = Object.entries(subjects).map(([subject, { passed, gaps, notRun, failed }]) =>
    [subject, passed, gaps.length, notRun.length, failed.length].map(String),
  )
  const parts = [
    backend,
    '='.repeat(backend.length),
    table([['capability', '', ''], ...names.map(([name, one]) => [name, one.support, describeSupport(one)])]),
    table([['checks', 'passed', 'gap', 'not run', 'failed'], ...counts]),
    ...openLines(scorecard),
  ]
  return `${parts.join('\n\n').replace('\n\n=', '\n=')}\n`
}

/** Says in a line what an emulation does, or why a capability is absent; empty for a native one. */
export function describeSupport({ support, cost, how, gap }: ScorecardCapability): string {
  if (support === 'emulated') return `${cost ?? 'cheap'}: ${how ?? ''}`
  return gap === undefined ? '' : `${gap.kind}: ${gap.reason}`
}

function openLines({ subjects }: Scorecard): string[] {
  const all = Object.values(subjects)
  const sections = [
    ['Gaps', all.flatMap(({ gaps }) => gaps.map(({ id, kind, reason }) => [id, `${kind}: ${reason}`]))],
    ['Not run', all.flatMap(({ notRun }) => notRun.map(({ id, reason }) => [id, reason]))],
    ['Failed', all.flatMap(({ failed }) => failed.map(({ id, reason }) => [id, reason]))],
  ] as const
  return sections.filter(([, lines]) => lines.length > 0).map(([title, lines]) => `${title}\n${table(lines)}`)
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}
