import { z } from 'zod'
import { anyMap, count, id, instant, isMap, optional, optionalId, optionalText } from './answers.ts'

/** A job, as the service describes it: work that outlives the call that submitted it. */
export interface KeboolaJob {
  /** Its id. */
  readonly id: string
  /**
   * Its status, word for word: `created`, `waiting` and `processing` go on; `success`, `error`, `cancelled` and `terminated` are final; any
   * other is taken for one that goes on.
   */
  readonly status: string
  /** What it does, for example `tableImport`. */
  readonly operationName: string | undefined
  /** The table it works on; undefined for creations and buckets. */
  readonly tableId: string | undefined
  /** What it was submitted with. */
  readonly operationParams: Readonly<Record<string, unknown>>
  /** What it came to, or what its failure is about; empty without. */
  readonly results: Readonly<Record<string, unknown>>
  /** Why it failed. */
  readonly error: KeboolaJobFault | undefined
  /** When it was submitted. */
  readonly createdAt: Date | undefined
  /** When it began. */
  readonly startedAt: Date | undefined
  /** When it ended. */
  readonly endedAt: Date | undefined
  /** The run it belongs to. */
  readonly runId: string | undefined
  /** How many bytes it read, uncompressed. */
  readonly inBytes: number | undefined
  /** How many bytes it wrote, uncompressed. */
  readonly outBytes: number | undefined
}

/** Why a job failed. */
export interface KeboolaJobFault {
  /** The service's code, for example `csvImport.columnsNotMatch`. */
  readonly code: string | undefined
  /** Text for people. */
  readonly message: string | undefined
  /** For the service's support. */
  readonly exceptionId: string | undefined
}

const faultShape = z
  .unknown()
  .optional()
  .transform((value): KeboolaJobFault | undefined => {
    if (typeof value === 'string' && value !== '') return { code: undefined, message: value, exceptionId: undefined }
    if (!isMap(value) || Object.keys(value).length === 0) return undefined
    const { code, message, exceptionId } = value
    return { code: wordOf(code), message: wordOf(message), exceptionId: wordOf(exceptionId) }
  })

const metricsShape = z.object({ inBytesUncompressed: count, outBytesUncompressed: count })

const jobShape = z.object({
  id,
  status: z.string().min(1),
  operationName: optionalText,
  tableId: optionalText,
  operationParams: anyMap,
  results: anyMap,
  error: faultShape,
  createdTime: instant,
  startTime: instant,
  endTime: instant,
  runId: optionalId,
  metrics: optional(metricsShape),
})

/** An answer with a job. */
export const jobAnswer: z.ZodType<KeboolaJob> = jobShape.transform(
  ({ createdTime, startTime, endTime, metrics, ...rest }): KeboolaJob => ({
    ...rest,
    createdAt: createdTime,
    startedAt: startTime,
    endedAt: endTime,
    inBytes: metrics?.inBytesUncompressed,
    outBytes: metrics?.outBytesUncompressed,
  }),
)

/** An answer with jobs. */
export const jobsAnswer: z.ZodType<readonly KeboolaJob[]> = z.array(jobAnswer)

/** Tells whether an answer is a job: by what it has, since the status of the answer varies. */
export function isJob(value: unknown): boolean {
  return isMap(value) && 'id' in value && 'status' in value && 'operationName' in value
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
