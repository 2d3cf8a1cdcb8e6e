import type { IncomingMessage } from 'node:http'
import type { Storage } from '@stowage/core'
import type { Clock } from '@stowage/core/driver'
import type { Answer } from './answer.ts'
import type { BucketRecord } from './buckets/bucket-record.ts'
import { Buckets } from './buckets/buckets.ts'
import type { Caller } from './callers.ts'
import { CloudSide } from './files/cloud-side.ts'
import type { FileRecord } from './files/file-record.ts'
import { FileStore } from './files/file-store.ts'
import { IdSequence } from './id-sequence.ts'
import { JobFaults } from './jobs/job-fault.ts'
import type { JobRecord } from './jobs/job-record.ts'
import { JobRunner } from './jobs/job-runner.ts'
import { Maintenance } from './maintenance.ts'
import { openCatalogue } from './open-catalogue.ts'
import type { KeboolaSettings } from './options.ts'
import type { RawHandler } from './raw-handler.ts'
import type { RequestFields } from './request-fields.ts'
import { type RecordsOf, StateRecords } from './state-records.ts'
import { ExportCache } from './tables/export-cache.ts'
import type { TableRecord } from './tables/table-record.ts'
import { Tables } from './tables/tables.ts'

/** Answers one operation of the API. */
export type Operation = (context: KeboolaContext, exchange: Exchange) => Promise<Answer>

/** One request while it is answered. */
export interface Exchange {
  /** The names in its path, decoded. */
  readonly names: Readonly<Record<string, string>>
  /** What its query and its body say, in one tree; what the body says counts more. */
  readonly fields: RequestFields
  /** Its query as it was sent. */
  readonly query: string
  /** The request itself; its body is unread where the route reads it itself. */
  readonly message: IncomingMessage
  /** Who sent it. Where the route needs no token, the gateway's own. */
  readonly caller: Caller
  /** What the client groups its jobs and files by: `X-KBC-RunId`. */
  readonly runId: string | undefined
  /** Scheme, host and port by which the client reaches the gateway. */
  readonly address: URL
  /** Aborted when the gateway closes, and when the request is over. */
  readonly signal: AbortSignal
}

/**
 * What all operations share.
 *
 * Whatever an area remembers, it keeps in records of its own kind: `context.records('snapshot')`.
 */
export class KeboolaContext {
  readonly settings: KeboolaSettings
  /** The numbers of jobs, files, snapshots, metadata and the like. */
  readonly ids: IdSequence
  readonly jobs: JobRunner
  readonly jobRecords: RecordsOf<JobRecord>
  readonly jobFaults: JobFaults
  readonly buckets: Buckets
  readonly tables: Tables
  readonly files: FileStore
  readonly exports: ExportCache
  /** Where the bytes of files are uploaded and downloaded. */
  readonly cloud: CloudSide
  readonly maintenance = new Maintenance()
  /** What answers beside the API. */
  readonly rawHandlers: RawHandler[]
  readonly #state: StateRecords

  /** @internal */
  constructor(settings: KeboolaSettings, state: StateRecords, ids: IdSequence, files: FileStore, cloud: CloudSide) {
    this.settings = settings
    this.#state = state
    this.ids = ids
    this.files = files
    this.exports = new ExportCache(files)
    this.cloud = cloud
    this.rawHandlers = [cloud]
    this.jobFaults = new JobFaults()
    this.jobRecords = state.of<JobRecord>('job')
    const { clock, logger, pollsBeforeDone } = settings
    const parts = { records: this.jobRecords, ids: this.ids, faults: this.jobFaults }
    this.jobs = new JobRunner({ ...parts, clock, logger, pollsBeforeDone })
    this.buckets = new Buckets(state.of<BucketRecord>('bucket'))
    this.tables = new Tables(settings, state.of<TableRecord>('table'), this.buckets)
  }

  /** Reads what the storage holds. */
  static async open(settings: KeboolaSettings): Promise<KeboolaContext> {
    const state = await StateRecords.open(settings.storage)
    const ids = new IdSequence(state.of<number>('ids'))
    const files = await FileStore.open(settings, state.of<FileRecord>('file'), ids)
    const cloud = await CloudSide.open(settings, files, state.of<string>('secret'))
    const context = new KeboolaContext(settings, state, ids, files, cloud)
    await context.jobs.open()
    await openCatalogue(context)
    return context
  }

  get storage(): Storage {
    return this.settings.storage
  }

  get clock(): Clock {
    return this.settings.clock
  }

  /** Gives the records of one kind, which last. */
  records<Value>(kind: string): RecordsOf<Value> {
    return this.#state.of<Value>(kind)
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    await Promise.all([this.jobs.close(), ...this.rawHandlers.map((one) => one.close())])
  }
}
