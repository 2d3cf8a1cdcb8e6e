import type { WriteMode } from '@stowage/core'
import { type CallContext, type Clock, type Logger, StorageError, toStorageError } from '@stowage/core/driver'
import type { KeboolaClient } from './client.ts'
import { explainKeboolaError } from './errors.ts'
import { isMap } from './answers.ts'
import type { KeboolaJob } from './job-answers.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import { isLost } from './lost-answer.ts'
import type { TableSchema } from './table-schemas.ts'

/** What imports are made with. */
export interface ImportParts {
  /** The client. */
  readonly client: KeboolaClient
  /** The clock. */
  readonly clock: Clock
  /** Where it is told what went wrong beside the point. */
  readonly logger: Logger
}

/** What files of imports are called and tagged, so that people know what they see in the file storage. */
export function uploadOf({ id }: TableSchema): { name: string; tags: string[]; isForImport: true } {
  return { name: `${id}.csv`, tags: ['stowage-load'], isForImport: true }
}

/** How long after a submission whose answer was lost its job is looked for, in milliseconds. */
const looksMs = [0, 300, 1000]
const jobsPerLook = 100
/** How long taking things away may take once nobody waits any more. */
const undoMs = 60_000

/**
 * Imports an uploaded file: submits one job, waits for it, and takes the file away. The file belongs to this import alone, so its id tells
 * the job apart in the list of jobs: one whose answer was lost is found there and waited for, never submitted again.
 */
export async function importFile(
  parts: ImportParts,
  schema: TableSchema,
  fileId: string,
  { mode, onJob }: { readonly mode: WriteMode; readonly onJob: (jobId: string) => void },
  call: CallContext,
): Promise<number | undefined> {
  const job = await submit(parts, schema, fileId, mode, call)
  if (job.id !== undefined) onJob(job.id)
  try {
    await job.wait(call)
    const rows = job.job?.results['importedRowsCount']
    return typeof rows === 'number' ? rows : undefined
  } finally {
    // A job that goes on unwatched still needs its file.
    if (job.isFinished) await removeFile(parts, fileId)
  }
}

async function submit(
  parts: ImportParts,
  schema: TableSchema,
  fileId: string,
  mode: WriteMode,
  call: CallContext,
): Promise<KeboolaJobHandle<unknown>> {
  const typed = schema.isTyped ? { treatValuesAsNull: [] } : {}
  const data = { dataFileId: fileId, incremental: mode !== 'replace', ...typed }
  try {
    return await parts.client.tables.import(schema.id, data, call)
  } catch (error) {
    if (isLost(error)) return findSubmitted(parts, fileId, error, call)
    if (call.signal.aborted) throw await explainAborted(parts, fileId, error, call)
    await removeFile(parts, fileId)
    throw error
  }
}

/** Whoever gave up while the import was being submitted is told whether it goes on. */
async function explainAborted(parts: ImportParts, fileId: string, cause: unknown, call: CallContext): Promise<unknown> {
  const job = await findSubmitted(parts, fileId, cause, call).catch(() => undefined)
  if (job === undefined) return cause
  const message = `the call was given up, but its import goes on as job ${job.id}: wait for it to know what became of it`
  return new StorageError({ code: 'aborted', message, applied: 'unknown', details: { jobId: job.id } }, {}, cause)
}

/** Says what became of a submission whose answer was lost. Without its file no job can apply it any more. */
async function findSubmitted(
  parts: ImportParts,
  fileId: string,
  lost: unknown,
  call: CallContext,
): Promise<KeboolaJobHandle<unknown>> {
  const apart = { signal: AbortSignal.timeout(undoMs), receipt: call.receipt }
  try {
    for (const waitMs of looksMs) {
      await parts.clock.sleep(waitMs, apart.signal)
      const job = await findJob(parts.client, fileId, apart)
      if (job !== undefined) return await parts.client.jobs.attach(job.id, apart)
    }
    await (await parts.client.files.delete(fileId, apart)).wait(apart)
    const job = await findJob(parts.client, fileId, apart)
    if (job !== undefined) return await parts.client.jobs.attach(job.id, apart)
  } catch (error) {
    parts.logger.warn('what became of an import could not be found out', { fileId, error: String(error) })
    throw lost
  }
  throw notApplied(lost)
}

async function findJob(client: KeboolaClient, fileId: string, call: CallContext): Promise<KeboolaJob | undefined> {
  const jobs = await client.jobs.list({ limit: jobsPerLook }, call)
  return jobs.find((job) => job.operationName === 'tableImport' && fileIdOf(job) === fileId)
}

function fileIdOf({ operationParams }: KeboolaJob): string | undefined {
  const { source } = operationParams
  const fileId = isMap(source) ? source['fileId'] : undefined
  return typeof fileId === 'string' || typeof fileId === 'number' ? String(fileId) : undefined
}

function notApplied(lost: unknown): StorageError {
  const cause = toStorageError(lost, { backend: 'keboola', explainError: explainKeboolaError }, {})
  const message = `${cause.message}; the import did not begin, and its file is gone: nothing of it was applied`
  const { code, status, requestId, retryAfterMs } = cause
  return new StorageError({ code, message, status, requestId, retryAfterMs, retryable: true, applied: 'no' }, {}, lost)
}

/** What stays is deleted by the service after fifteen days, so a failure is no reason to fail. */
export async function removeFile({ client, logger }: ImportParts, fileId: string): Promise<void> {
  try {
    await client.files.delete(fileId, { signal: AbortSignal.timeout(undoMs) })
  } catch (error) {
    logger.debug('the file of an import stays behind', { fileId, error: String(error) })
  }
}
