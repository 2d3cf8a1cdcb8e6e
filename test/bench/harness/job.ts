import type { BenchRun } from './bench-run.ts'

/** What a timed section came to: compared between variants, so that a fast wrong answer fails. */
export type Answer = string | number | boolean | null | readonly Answer[] | { readonly [key: string]: Answer }

/** Does a job's sections in a process of its own. */
export type Variant = (run: BenchRun) => Promise<void>

/**
 * What a goal compares.
 *
 * - `cpu`: our CPU time over each peer's, at most
 * - `speed`: each peer's wall time over ours, at least
 * - `memory`: the peak of our process's memory over each peer's, at most
 * - `cpuMs`, `wallMs`: our own time in milliseconds, at most
 * - `peakMb`: memory of the whole process in MB (1,000,000 bytes), at most
 * - `overIdleMib`: the peak of memory over what the process held before it began, in MiB, at most
 */
export type Measure = 'cpu' | 'speed' | 'memory' | 'cpuMs' | 'wallMs' | 'peakMb' | 'overIdleMib'

/** A line of the table: a section and what it must reach. */
export interface Goal {
  /** The section's name; undefined takes all of them together, for memory. */
  readonly section: string | undefined
  /** What the table calls it. */
  readonly title: string
  readonly measure: Measure
  readonly limit: number
  /** Which peers count. Default: all of the job's. */
  readonly peers?: readonly string[]
}

/** A piece of work that we and others do alike. */
export interface BenchJob {
  /** What it does, for the page. */
  readonly description: string
  readonly goals: readonly Goal[]
  /** Makes data that all variants read, once per run, in a process of its own. */
  readonly prepare?: Variant
  readonly ours: Variant
  /** What others would do instead, by the name the table shows. */
  readonly peers: Readonly<Record<string, Variant>>
  /** How many rounds it runs at most. Default: as asked. */
  readonly maxRounds?: number
  /** Whether it only runs when asked by name or with `--full`. Default false. */
  readonly isLong?: boolean
  /**
   * Whether it makes many files. They stay until the whole run ends: ext4 passes over the inodes of files
   * deleted in the last minutes one by one, so that creating files takes ten times as long, which would count for whoever comes next. Default false.
   */
  readonly hasManyFiles?: boolean
}
