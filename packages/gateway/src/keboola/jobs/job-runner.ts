import type { Clock, Logger } from '@stowage/core/driver'
import { KeyLocks } from '../../server/key-locks.ts'
import type { Caller } from '../callers.ts'
import type { IdSequence } from '../id-sequence.ts'
import { explainFailure, KeboolaError } from '../keboola-error.ts'
import type { RecordsOf } from '../state-records.ts'
import type { JobFault, JobFaults } from './job-fault.ts'
import { isOver, type JobRecord, type JobStatus } from './job-record.ts'

/** What a job does. */
export interface JobWork {
  /** Its name, for example `tableImport`. */
  readonly operationName: string
  /** What it was asked for. */
  readonly operationParams: Readonly<Record<string, unknown>>
  /** The table it is about; undefined for creations and buckets. */
  readonly tableId?: string | undefined
  /** The bucket it is about. */
  readonly bucketId?: string | undefined
  /** Jobs with the same one run one after the other, in the order they came: usually the table's id. */
  readonly queue: string
  /** Does it, and gives its results; what it throws is the job's error. */
  readonly run: (job: RunningJob) => Promise<unknown>
}

/** A job while it runs. */
export interface RunningJob {
  /** Its number. */
  readonly id: number
  /** Aborted when the gateway closes. */
  readonly signal: AbortSignal
  /** Bytes it has read so far; the work adds to it. */
  inBytes: number
  /** Bytes it has written so far. */
  outBytes: number
}

/** Who wants a job. */
export interface JobOrder {
  readonly caller: Caller
  /** What the client groups it by. */
  readonly runId: string | undefined
}

/** What a runner is made of. */
export interface JobRunnerParts {
  readonly records: RecordsOf<JobRecord>
  readonly ids: IdSequence
  readonly faults: JobFaults
  /** How often a job that is asked for isn't over yet. */
  readonly pollsBeforeDone: number
  readonly clock: Clock
  readonly logger: Logger
}

const mostRemembered = 10_000

/** Runs jobs and remembers them: those of one table one after the other, also after who asked has gone. */
export class JobRunner {
  readonly #parts: JobRunnerParts
  readonly #queues = new KeyLocks()
  readonly #running = new Map<number, Promise<void>>()
  readonly #polls = new Map<number, number>()
  readonly #closing = new AbortController()

  constructor(parts: JobRunnerParts) {
    this.#parts = parts
  }

  /** Ends what ran when the gateway before this one stopped. */
  async open(): Promise<void> {
    const { records, clock } = this.#parts
    const stopped = new KeboolaError(500, 'internalError', 'The gateway stopped while the job ran').jobError
    for (const job of records.values()) {
      if (!isOver(job))
        await records.put(String(job.id), { ...job, status: 'error', endMs: clock.now(), error: stopped })
    }
  }

  /** Takes a job and gives it as it is at first. */
  async submit({ caller, runId }: JobOrder, work: JobWork): Promise<JobRecord> {
    const id = await this.#parts.ids.next()
    const fault = this.#parts.faults.next(work.operationName)
    const job: JobRecord = {
      id,
      status: 'waiting',
      operationName: work.operationName,
      operationParams: shortParams(work.operationParams),
      tableId: work.tableId ?? null,
      bucketId: work.bucketId ?? null,
      runId: runId ?? String(id),
      creatorToken: { id: caller.id, description: caller.description },
      createdMs: this.#parts.clock.now(),
      startMs: null,
      endMs: null,
      results: null,
      error: null,
      inBytes: 0,
      outBytes: 0,
    }
    await this.#parts.records.put(String(id), job)
    await this.#prune()
    if (fault?.kind === 'failed-at-submit') return this.#end(job, { status: 'error', error: errorOf(fault) })
    this.#running.set(
      id,
      this.#queues.run(work.queue, () => this.#attempt(job, work, fault)),
    )
    return job
  }

  /** Does something in the order of the jobs of a queue, without a job. */
  inQueue<Result>(queue: string, work: () => Promise<Result>): Promise<Result> {
    return this.#queues.run(queue, work)
  }

  async #attempt(job: JobRecord, work: JobWork, fault: JobFault | undefined): Promise<void> {
    try {
      await this.#run(job, work, fault)
    } catch (error) {
      // Nobody waits for it: what it did is done, only the record of it is stale.
      this.#parts.logger.error('a Keboola job could not be remembered', { cause: error })
    } finally {
      this.#running.delete(job.id)
    }
  }

  async #run(job: JobRecord, work: JobWork, fault: JobFault | undefined): Promise<void> {
    const { records, clock } = this.#parts
    const started: JobRecord = { ...job, status: 'processing', startMs: clock.now() }
    await records.put(String(job.id), started)
    const running: RunningJob = { id: job.id, signal: this.#closing.signal, inBytes: 0, outBytes: 0 }
    const outcome = await this.#outcome(work, running, fault)
    const { inBytes, outBytes } = running
    await this.#end({ ...started, inBytes, outBytes }, outcome)
    if (fault?.kind === 'vanished') await records.delete(String(job.id))
  }

  async #outcome(work: JobWork, running: RunningJob, fault: JobFault | undefined): Promise<Partial<JobRecord>> {
    try {
      const early = await this.#strike(fault, running.signal)
      if (early !== undefined) return early
      running.signal.throwIfAborted()
      const results = await work.run(running)
      if (fault?.kind === 'error-after-commit') return { status: 'error', error: errorOf(fault) }
      return { status: 'success', results: results ?? null }
    } catch (error) {
      return this.#failure(error)
    }
  }

  /** Has a fault happen that comes before the work; gives the job's end where it is one. */
  async #strike(fault: JobFault | undefined, signal: AbortSignal): Promise<Partial<JobRecord> | undefined> {
    if (fault?.kind === 'slow') await this.#parts.clock.sleep(fault.delayMs ?? 1000, signal)
    if (fault?.kind === 'stuck') await untilAborted(signal)
    if (fault?.kind === 'error') return { status: 'error', error: errorOf(fault) }
    if (fault?.kind === 'cancelled' || fault?.kind === 'terminated') return { status: fault.kind }
    return undefined
  }

  #failure(error: unknown): Partial<JobRecord> {
    const failure = explainFailure(error)
    if (failure.status >= 500) this.#parts.logger.error('a Keboola job failed', { cause: failure.cause })
    return { status: 'error', error: failure.jobError, results: failure.facts.results ?? null }
  }

  async #end(job: JobRecord, outcome: Partial<JobRecord>): Promise<JobRecord> {
    const ended = { ...job, ...outcome, endMs: this.#parts.clock.now() }
    await this.#parts.records.put(String(job.id), ended)
    return ended
  }

  /** Gives what a job pretends to be, where clients are to ask several times; undefined when it shows what it is. */
  shownStatus({ id }: JobRecord): JobStatus | undefined {
    const polls = (this.#polls.get(id) ?? 0) + 1
    if (polls > this.#parts.pollsBeforeDone) return undefined
    if (this.#polls.size >= mostRemembered) this.#polls.clear()
    this.#polls.set(id, polls)
    return polls === 1 ? 'waiting' : 'processing'
  }

  /** Resolves when a job is over; undefined where it is already. */
  settled(id: number): Promise<void> | undefined {
    return this.#running.get(id)
  }

  // The oldest go first; one that runs is never forgotten.
  async #prune(): Promise<void> {
    const { records } = this.#parts
    if (records.size <= mostRemembered) return
    const oldest = records.values().slice(0, mostRemembered / 10)
    for (const job of oldest) if (isOver(job)) await records.delete(String(job.id))
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    this.#closing.abort(new KeboolaError(503, 'internalError', 'The gateway is closing'))
    await Promise.allSettled(this.#running.values())
  }
}

const mostParamsLength = 20_000

// A filter may have megabytes of values, and jobs are remembered for long.
function shortParams(params: JobRecord['operationParams']): JobRecord['operationParams'] {
  return JSON.stringify(params).length <= mostParamsLength ? params : { isCut: true }
}

function errorOf({ code, message }: JobFault): Readonly<Record<string, unknown>> {
  const text = message ?? 'The job failed: a fault was injected.'
  return new KeboolaError(500, code ?? 'storage.jobs.loadFailed', text).jobError
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
