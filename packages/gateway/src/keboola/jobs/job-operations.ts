import { type Answer, accepted, ok } from '../answer.ts'
import { KeboolaError } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { parseTime } from '../time-expression.ts'
import { isOver, type JobRecord } from './job-record.ts'
import type { JobWork } from './job-runner.ts'
import { jobShape } from './job-shape.ts'

/** How long an answer waits for a job that is about to be over: clients sleep for seconds between two looks. */
const patienceMs = 500

/** Has a job done, and answers with it. */
export async function answerJob(context: KeboolaContext, exchange: Exchange, work: JobWork): Promise<Answer> {
  return accepted(jobShape(await context.jobs.submit(exchange, work), exchange.address))
}

/** `GET jobs/{id}` */
export async function getJob(context: KeboolaContext, { names, address }: Exchange): Promise<Answer> {
  const id = names['job'] ?? ''
  const before = find(context, id)
  const shown = context.jobs.shownStatus(before)
  if (shown !== undefined) return ok(jobShape(before, address, shown))
  if (!isOver(before)) await Promise.race([context.jobs.settled(before.id), afterAWhile()])
  return ok(jobShape(find(context, id), address))
}

function find(context: KeboolaContext, id: string): JobRecord {
  const job = context.jobRecords.get(id)
  if (job === undefined) throw new KeboolaError(404, 'storage.jobs.notFound', `Job with id "${id}" was not found`)
  return job
}

function afterAWhile(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, patienceMs).unref())
}

/** `GET jobs`: newest first. */
export async function listJobs(context: KeboolaContext, { fields, address }: Exchange): Promise<Answer> {
  const wanted = fields.texts('storage_job_status')
  const excluded = fields.texts('excluded_storage_job_status') ?? []
  const limit = fields.count('limit') ?? 100
  const offset = fields.count('offset') ?? 0
  const spans = (['created', 'start', 'end'] as const).map((what) => spanOf(context, fields, what))
  const jobs = context.jobRecords
    .values()
    .filter((job) => (wanted === undefined || wanted.includes(job.status)) && !excluded.includes(job.status))
    .filter((job) => spans.every((isWithin) => isWithin(job)))
  const page = jobs.toReversed().slice(offset, offset + limit)
  return ok(page.map((job) => jobShape(job, address)))
}

type Span = 'created' | 'start' | 'end'

function spanOf(context: KeboolaContext, fields: Exchange['fields'], what: Span): (job: JobRecord) => boolean {
  const instant = (suffix: string): number | undefined => {
    const name = `${what}_time${suffix}`
    const text = fields.text(name)
    if (text === undefined) return undefined
    const ms = parseTime(text, context.clock.now())
    if (ms === undefined) throw new KeboolaError(400, 'storage.validation', `Parameter "${name}" is no time`)
    return ms
  }
  const from = instant('_from') ?? instant('') ?? -Infinity
  const to = instant('_to') ?? Infinity
  if (from === -Infinity && to === Infinity) return () => true
  return (job) => {
    const ms = job[`${what}Ms`]
    return ms !== null && ms >= from && ms <= to
  }
}
