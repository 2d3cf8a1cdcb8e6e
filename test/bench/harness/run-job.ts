import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RunPlace } from './bench-run.ts'
import type { BenchJob } from './job.ts'
import type { ProcessMeasurement, VariantMeasurement } from './measurement.ts'

/** How jobs are run. */
export interface RunOptions {
  /** The program that runs one variant. */
  readonly program: string
  /** An existing folder for data; each process gets its own in it, which goes when it ends. */
  readonly folder: string
  readonly rounds: number
  readonly isQuick: boolean
  /** Is told what runs next. */
  readonly onStart: (what: string) => void
}

// A process that hangs (nodejs/node#54918) must not hang the run.
const timeoutMs = 20 * 60 * 1000

/** Runs all variants of a job in turn, as often as there are rounds: A B, B A, A B. Fails when their answers differ. */
export async function runJob(name: string, job: BenchJob, options: RunOptions): Promise<VariantMeasurement[]> {
  const shared = await mkdtemp(join(options.folder, 'shared-'))
  try {
    if (job.prepare !== undefined) await runVariant(name, job, 'prepare', shared, options)
    const variants = ['ours', ...Object.keys(job.peers)]
    const measured = variants.map((variant) => ({ variant, rounds: [] as ProcessMeasurement[] }))
    for (let round = 1; round <= Math.min(options.rounds, job.maxRounds ?? Infinity); round += 1) {
      // Whoever comes first may find memory or disk in another state, so the order turns around each time.
      for (const { variant, rounds } of round % 2 === 1 ? measured : measured.toReversed()) {
        options.onStart(`${name}: round ${round}, ${variant}`)
        rounds.push(await runVariant(name, job, variant, shared, options))
      }
    }
    checkAnswers(name, measured)
    return measured
  } finally {
    await removeData(job, shared)
  }
}

async function removeData(job: BenchJob, folder: string): Promise<void> {
  if (job.hasManyFiles !== true) await rm(folder, { recursive: true, force: true })
}

async function runVariant(
  name: string,
  job: BenchJob,
  variant: string,
  shared: string,
  options: RunOptions,
): Promise<ProcessMeasurement> {
  const folder = await mkdtemp(join(options.folder, 'run-'))
  try {
    const place: RunPlace = { folder, shared, isQuick: options.isQuick }
    return await runChild(options.program, [name, variant, JSON.stringify(place)])
  } finally {
    await removeData(job, folder)
  }
}

async function runChild(
  program: string,
  [job, variant, place]: readonly [string, string, string],
): Promise<ProcessMeasurement> {
  const settings = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 } as const
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, job, variant, place], settings)
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as ProcessMeasurement
  } catch (error) {
    const { stderr = '', killed = false } = error as { stderr?: string; killed?: boolean }
    throw new Error(`${job}, ${variant}: the process ${killed ? 'took too long' : 'failed'}\n${stderr}`, {
      cause: error,
    })
  }
}

/** Fails unless every section has the same answer in every variant that has it, in every round. */
export function checkAnswers(job: string, measured: readonly VariantMeasurement[]): void {
  const expected = new Map<string, { readonly variant: string; readonly answer: string }>()
  for (const { variant, rounds } of measured) {
    for (const [section, measurement] of rounds.flatMap((round) => Object.entries(round.sections))) {
      const answer = JSON.stringify(measurement.answer)
      const first = expected.get(section)
      if (first === undefined) expected.set(section, { variant, answer })
      else if (first.answer !== answer) {
        throw new Error(`${job}, ${section}: ${first.variant} says ${first.answer}, ${variant} says ${answer}`)
      }
    }
  }
}
