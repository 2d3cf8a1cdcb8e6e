import type { Clock } from '@stowage/core/driver'
import type { ByteResponse } from '@stowage/http'
import { z } from 'zod'
import { isJob, jobAnswer, type KeboolaJob } from './job-answers.ts'
import { type JobWatch, KeboolaJobHandle } from './jobs.ts'
import type { KeboolaCallOptions, KeboolaRequest, KeboolaWire } from './wire.ts'

/** What a submission is read with. */
export interface Submission<Result> {
  /** The result, as it is in a job's `results` or in an answer without job. */
  readonly answer: z.ZodType<Result>
  /** Whether the job only reads. Default false. */
  readonly isRead?: boolean | undefined
  /** Whether the service may do the work at once and answer with its result. Default false: without a job the answer is refused. */
  readonly mayBeDone?: boolean | undefined
}

/** What the client's groups are made of: the wire, the branch they are for, and the watch on jobs. */
export class KeboolaParts {
  /** Sends requests. */
  readonly wire: KeboolaWire
  /** The branch; undefined for production. */
  readonly branchId: string | undefined
  /** The clock. */
  readonly clock: Clock
  /** Looks at jobs. */
  readonly watch: JobWatch

  constructor(wire: KeboolaWire, branchId: string | undefined, clock: Clock, random: () => number) {
    this.wire = wire
    this.branchId = branchId
    this.clock = clock
    const look: JobWatch['look'] = (jobId, call, timeoutMs) =>
      this.call({ path: ['jobs', jobId], isBranched: false, timeoutMs }, jobAnswer, call)
    this.watch = { look, clock, random, options: wire.options }
  }

  /** Makes a call in the branch. */
  call<Answer>(request: KeboolaRequest, answer: z.ZodType<Answer>, call: KeboolaCallOptions): Promise<Answer> {
    return this.wire.call({ ...request, branchId: this.branchId }, answer, call)
  }

  /** Asks for bytes in the branch; any status is an answer. */
  bytes(request: Pick<KeboolaRequest, 'path' | 'query' | 'headers'>, call: KeboolaCallOptions): Promise<ByteResponse> {
    return this.wire.bytes({ ...request, branchId: this.branchId }, call)
  }

  /** Submits work, once. What comes back is known by what it has, since the status of the answer varies (contract section 4.4). */
  async submit<Result>(
    request: KeboolaRequest,
    { answer, isRead = false, mayBeDone = false }: Submission<Result>,
    call: KeboolaCallOptions,
  ): Promise<KeboolaJobHandle<Result>> {
    const done = mayBeDone ? answer.transform((result) => ({ job: undefined, result })) : z.never()
    const either = z.unknown().transform((value, context): Begun<Result> => {
      const checked = isJob(value) ? submittedAnswer.safeParse(value) : done.safeParse(value)
      if (checked.success) return checked.data
      for (const { message, path } of checked.error.issues) context.addIssue({ code: 'custom', message, path })
      return z.NEVER
    })
    const begun = await this.call(request, either, call)
    const read = (job: KeboolaJob | undefined): Result =>
      job === undefined ? (begun as { result: Result }).result : this.wire.read(answer, job.results, `job ${job.id}`)
    return new KeboolaJobHandle(this.watch, { job: begun.job, read, isRead })
  }
}

type Begun<Result> = { readonly job: KeboolaJob } | { readonly job: undefined; readonly result: Result }

const submittedAnswer = jobAnswer.transform((job) => ({ job }))
