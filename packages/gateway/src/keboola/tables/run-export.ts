import { pipeline, Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import type { Row } from '@stowage/core'
import type { FileRecord } from '../files/file-record.ts'
import type { NewFile } from '../files/file-store.ts'
import type { KeboolaContext } from '../keboola-context.ts'
import type { JobOrder, RunningJob } from '../jobs/job-runner.ts'
import { headerLine, type RowsFormat, writeRows } from './export-rows.ts'
import { inHalves } from './export-slices.ts'
import { readRows } from './read-rows.ts'
import type { RowQuery } from './row-query.ts'
import type { TableRecord } from './table-record.ts'

/** What an export is asked to do. */
export interface ExportRequest {
  readonly query: RowQuery
  readonly format: RowsFormat['format']
  readonly isGzip: boolean
  readonly hasTimestamps: boolean
}

const daysKept = 2

/** Writes rows of a table into a new file and gives that. */
export async function runExport(
  context: KeboolaContext,
  table: TableRecord,
  request: ExportRequest,
  order: JobOrder,
  job: RunningJob,
): Promise<FileRecord> {
  const file = await context.files.create(newFile(context, table, request, order))
  try {
    const rows = readRows(context, table, request.query, job.signal)
    const work = { context, request, file, job, expected: expectedRows(table, request) }
    return await (file.isSliced ? writeSliced(work, rows) : writeWhole(work, rows))
  } catch (error) {
    await context.files.delete(file.id)
    throw error
  }
}

function newFile(
  { settings }: KeboolaContext,
  table: TableRecord,
  { isGzip, format }: ExportRequest,
  { caller, runId }: JobOrder,
): NewFile {
  const isSliced = settings.exportSliced
  const extension = format === 'json' ? 'json' : 'csv'
  return {
    name: `${table.id}.${extension}${isGzip && !isSliced ? '.gz' : ''}`,
    provider: settings.fileProvider,
    isSliced,
    isEncrypted: true,
    isPublic: false,
    sizeBytes: null,
    tags: ['table-export'],
    maxAgeDays: daysKept,
    runId: runId ?? null,
    creatorToken: { id: caller.id, description: caller.description },
  }
}

function expectedRows({ rowsCount }: TableRecord, { query }: ExportRequest): number | undefined {
  const isWhole = query.conditions.length === 0 && query.sinceMs === undefined && query.untilMs === undefined
  if (!isWhole || rowsCount === null) return undefined
  return Math.min(rowsCount, query.limit ?? rowsCount)
}

interface ExportWork {
  readonly context: KeboolaContext
  readonly request: ExportRequest
  readonly file: FileRecord
  readonly job: RunningJob
  readonly expected: number | undefined
}

type Rows = AsyncGenerator<readonly Row[], void, undefined>

/** Slices have no header. */
async function writeSliced(work: ExportWork, rows: Rows): Promise<FileRecord> {
  const { context, request, file, job, expected } = work
  const names: string[] = []
  let sizeBytes = 0
  for await (const half of inHalves(rows, expected)) {
    const name = `_${names.length}_0_0.${request.format === 'json' ? 'json' : 'csv'}${request.isGzip ? '.gz' : ''}`
    sizeBytes += await context.files.writeSlice(file, name, bytesOf(work, half, false), job.signal)
    names.push(name)
  }
  return context.files.finish(file, names, sizeBytes)
}

function writeWhole(work: ExportWork, rows: Rows): Promise<FileRecord> {
  return work.context.files.write(work.file, bytesOf(work, rows, work.request.format === 'rfc'), work.job.signal)
}

function bytesOf({ request, job }: ExportWork, rows: Rows, hasHeader: boolean): AsyncIterable<Uint8Array> {
  const { format, query, hasTimestamps } = request
  const text = writeText(rows, { format, columns: query.columns, hasTimestamps }, hasHeader, job)
  return request.isGzip ? gzipped(text) : text
}

async function* writeText(
  rows: Rows,
  format: RowsFormat,
  hasHeader: boolean,
  job: RunningJob,
): AsyncGenerator<Buffer, void, undefined> {
  if (hasHeader) yield headerLine(format)
  for await (const batch of rows) {
    const bytes = writeRows(batch, format)
    job.outBytes += bytes.length
    yield bytes
  }
}

// Fast rather than small: these files live for two days.
function gzipped(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const compressed = createGzip({ level: constants.Z_BEST_SPEED })
  // Whoever reads it gets the failure.
  return pipeline(Readable.from(chunks), compressed, () => undefined)
}

/** Names what an export depends on: two with the same name, of a table that didn't change, give the same file. */
export function exportKey({ query, format, isGzip, hasTimestamps }: ExportRequest, version: number): string {
  return JSON.stringify([version, query, format, isGzip, hasTimestamps])
}
