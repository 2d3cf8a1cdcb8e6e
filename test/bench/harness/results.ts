import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../packages/workspace.ts'
import { jobNames } from './jobs.ts'
import { benchmarkPage } from './page.ts'
import type { JobReport } from './run-bench.ts'

const resultsFile = join(root, 'test/bench/results.json')
const pageFile = join(root, 'docs/benchmarks.md')

/** Keeps reports in place of earlier ones of the same jobs, and writes the page of all. */
export function keepReports(reports: readonly JobReport[]): void {
  const byJob = new Map([...readReports(), ...reports].map((report) => [report.job, report]))
  const kept = jobNames.flatMap((name) => byJob.get(name) ?? [])
  writeFileSync(resultsFile, `${JSON.stringify(kept, roundNumbers, 2)}\n`)
  writeFileSync(pageFile, benchmarkPage(kept))
}

function readReports(): readonly JobReport[] {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8')) as readonly JobReport[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function roundNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
