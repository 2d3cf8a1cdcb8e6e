/**
 * Measures our packages against what others would use: `pnpm bench [job...] [--rounds N] [--quick] [--full]`.
 *
 * It prints a table with goals and writes `docs/benchmarks.md` and `test/bench/results.json`, `--quick` neither. A missed goal
 * is no failure, a wrong answer is.
 */
import { parseArgs } from 'node:util'
import { keepReports } from './harness/results.ts'
import { type JobReport, runBench } from './harness/run-bench.ts'
import { verdictTable } from './harness/verdict-text.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1')

const reports: JobReport[] = []
const options = {
  wanted: positionals,
  rounds,
  isQuick: values.quick,
  withLong: values.full,
  onStart: (what: string) => console.error(what),
}
for await (const report of runBench(options)) {
  reports.push(report)
  console.log(`\n${report.job}\n${verdictTable(report.verdicts)}\n`)
  if (!values.quick) keepReports([report])
}
const missed = reports.flatMap(({ verdicts }) => verdicts).filter(({ isMet }) => !isMet)
console.log(missed.length === 0 ? 'bench: all goals met' : `bench: ${missed.length} goals missed`)
