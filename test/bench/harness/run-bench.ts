import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from './installation.ts'
import { findJobNames, loadJob } from './jobs.ts'
import { describeMachine, type Machine } from './machine.ts'
import { runJob } from './run-job.ts'
import { judge, type Verdict } from './verdict.ts'

/** What to run and how. */
export interface BenchOptions {
  /** Names of jobs, or their beginnings; none for all. */
  readonly wanted: readonly string[]
  readonly rounds: number
  /** Whether data is small: shows that all works, and nothing about speed. */
  readonly isQuick: boolean
  /** Whether long jobs run without being named. */
  readonly withLong: boolean
  /** Is told what runs next. */
  readonly onStart: (what: string) => void
}

/** What one job came to. */
export interface JobReport {
  readonly job: string
  readonly description: string
  readonly date: string
  readonly rounds: number
  readonly machine: Machine
  readonly verdicts: readonly Verdict[]
}

/** Runs jobs one after another and hands out each report as it is ready. */
export async function* runBench(options: BenchOptions): AsyncGenerator<JobReport, void, undefined> {
  const names = findJobNames(options.wanted)
  const folder = await mkdtemp(join(tmpdir(), 'stowage-bench-'))
  try {
    const installation = join(folder, 'installation')
    await mkdir(installation)
    const program = await install(installation)
    for (const name of names) {
      const job = await loadJob(name)
      if (job.isLong === true && !options.withLong && !options.wanted.includes(name)) continue
      const { rounds, isQuick, onStart } = options
      const measured = await runJob(name, job, { program, folder, rounds, isQuick, onStart })
      yield {
        job: name,
        description: job.description,
        date: new Date().toISOString().slice(0, 10),
        rounds: measured[0]?.rounds.length ?? 0,
        machine: describeMachine(),
        verdicts: judge(job, measured),
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
