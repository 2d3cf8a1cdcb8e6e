import type { Machine } from './machine.ts'
import type { JobReport } from './run-bench.ts'
import type { Verdict } from './verdict.ts'
import { markdownTable, verdictTable } from './verdict-text.ts'

const intro = `# Benchmarks

\`pnpm bench\` wrote this page. Each line is a job done by one of our packages and, where there is somebody to compare with, by others: each
in a fresh process, in turn (ours, theirs, theirs, ours), with our packages compiled as they are published. What the two make of a job must be equal, or
the run fails. Ratios are taken round by round; the table shows the median, and the least and the most of all rounds. CPU is that of
all threads of the process.

Compare ratios, not times: times are this machine's, while other work ran on it.`

/** Writes the page of all reports. */
export function benchmarkPage(reports: readonly JobReport[]): string {
  const sections = reports.map((report) => [
    `## ${report.job}`,
    `${report.description} ${roundsText(report)}`,
    verdictTable(report.verdicts),
  ])
  const parts = [
    intro,
    machineText(reports),
    summaryText(reports),
    ...sections.flat(),
    '## Times',
    timesIntro,
    timesTable(reports),
  ]
  return `---\ntitle: Benchmarks\n---\n\n${parts.join('\n\n')}\n`
}

const timesIntro = 'Medians in milliseconds, CPU and wall, as an aside.'

function roundsText({ rounds, date }: JobReport): string {
  return `${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${date}.`
}

function summaryText(reports: readonly JobReport[]): string {
  const verdicts = reports.flatMap((report) => report.verdicts)
  const missed = verdicts.filter(({ isMet }) => !isMet).map(({ title }) => title)
  const met = `${verdicts.length - missed.length} of ${verdicts.length} goals are met`
  return missed.length === 0 ? `${met}.` : `${met}. Missed: ${missed.join('; ')}.`
}

function machineText(reports: readonly JobReport[]): string {
  return [...new Set(reports.map(({ machine }) => describe(machine)))].map((text) => `Measured on ${text}.`).join('\n')
}

function describe({ cores, processor, system, memoryGib, node, sqlite }: Machine): string {
  return `${cores} cores (${processor}), ${memoryGib} GiB, ${system}, Node ${node} with SQLite ${sqlite}`
}

function timesTable(reports: readonly JobReport[]): string {
  const rows = reports.flatMap(({ verdicts }) => verdicts.filter(isTimed).flatMap(timesRows))
  return markdownTable(['what', 'who', 'CPU', 'wall'], rows)
}

function isTimed({ goal: { measure } }: Verdict): boolean {
  return measure === 'cpu' || measure === 'speed'
}

function timesRows({ title, ours, results }: Verdict): string[][] {
  const all = [{ who: 'ours', times: ours }, ...results.map(({ peer = '', theirs }) => ({ who: peer, times: theirs }))]
  return all.flatMap(({ who, times }) =>
    times === undefined ? [] : [[title, who, milliseconds(times.cpuMs), milliseconds(times.wallMs)]],
  )
}

function milliseconds(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0)
}
