import type { JobInfo, JobStatus } from '@stowage/core'
import type { CallContext, JobDriver, JobRequest } from '@stowage/core/driver'
import type { KeboolaClient } from './client.ts'
import type { KeboolaJob } from './job-answers.ts'

const statuses: Readonly<Record<string, JobStatus>> = {
  created: 'waiting',
  waiting: 'waiting',
  processing: 'processing',
  success: 'succeeded',
  error: 'failed',
  cancelled: 'cancelled',
  terminated: 'terminated',
}

const operations: Readonly<Record<string, string>> = {
  tableCreate: 'tables.create',
  tableDefinitionCreate: 'tables.create',
  tableImport: 'tables.load',
  tableExport: 'tables.export',
  tableRowsDelete: 'tables.delete',
  tableDrop: 'tables.drop',
  tablePrimaryKeyAdd: 'tables.setPrimaryKey',
  tablePrimaryKeyDelete: 'tables.setPrimaryKey',
  bucketDelete: 'buckets.delete',
  bucketUpdate: 'buckets.update',
  fileDelete: 'files.delete',
}

/** Jobs of the project, whoever submitted them. The service has no way to cancel one. */
export class KeboolaJobs implements Partial<JobDriver> {
  readonly #client: KeboolaClient

  constructor(client: KeboolaClient) {
    this.#client = client
  }

  async get({ id }: JobRequest, call: CallContext): Promise<JobInfo> {
    return toJobInfo(await this.#client.jobs.get(id, call))
  }
}

/** Tells of a job in our words. A status nobody knows is one of a job that goes on. */
export function toJobInfo(job: KeboolaJob): JobInfo {
  const { id, operationName = '', tableId, results, error, createdAt, endedAt } = job
  const status = statuses[job.status] ?? 'processing'
  return {
    id,
    operation: operations[operationName] ?? operationName,
    resource: tableId === undefined ? '' : toResource(tableId),
    status,
    result: status === 'succeeded' ? results : undefined,
    reason: error?.message ?? error?.code,
    createdAt: createdAt ?? new Date(0),
    endedAt,
  }
}

/** `in.c-main.orders` is the table `orders` of the bucket `in.c-main`. */
function toResource(tableId: string): string {
  const at = tableId.lastIndexOf('.')
  return at < 0 ? tableId : `${tableId.slice(0, at)}/${tableId.slice(at + 1)}`
}
