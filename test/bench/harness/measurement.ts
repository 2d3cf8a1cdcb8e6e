import type { Answer } from './job.ts'

/** What one timed section took in one process. */
export interface SectionMeasurement {
  /** CPU time of all threads, user and system. */
  readonly cpuMs: number
  readonly wallMs: number
  /** The most memory the process held during it. */
  readonly peakBytes: number
  readonly answer: Answer
}

/** What one process measured. */
export interface ProcessMeasurement {
  /** Memory held when the process said it was set up. */
  readonly idleBytes: number
  readonly sections: Readonly<Record<string, SectionMeasurement>>
}

/** All rounds of one variant. */
export interface VariantMeasurement {
  readonly variant: string
  readonly rounds: readonly ProcessMeasurement[]
}

/** Gives the middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  if (upper === undefined || lower === undefined) throw new Error('no values to take the median of')
  return (lower + upper) / 2
}
