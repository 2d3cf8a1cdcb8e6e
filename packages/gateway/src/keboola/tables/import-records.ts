import { gunzip, readCsv } from '../csv/read-csv.ts'
import type { CsvRecord } from '../csv/csv-records.ts'
import type { FilePart } from '../files/file-store.ts'
import type { KeboolaContext } from '../keboola-context.ts'
import { KeboolaError } from '../keboola-error.ts'
import type { RunningJob } from '../jobs/job-runner.ts'
import type { ImportRequest } from './import-request.ts'

/** The data of an import, with the names of its columns as they were written. */
export interface OpenImport {
  /** Undefined for data without a first record to name them. */
  readonly header: readonly string[] | undefined
  /** Whether the names stand in the data itself. */
  readonly hasHeader: boolean
  /** Whether the data is in slices. */
  readonly isSliced: boolean
  /** Gives the records from the first one, as often as it is called. */
  records(): AsyncGenerator<readonly CsvRecord[], void, undefined>
}

type Part = (signal: AbortSignal) => AsyncIterable<Uint8Array>

/**
 * Opens the data of an import.
 *
 * @param tableColumns - the columns of the table, for data without a header; undefined where there is no table yet
 */
export async function openImport(
  context: KeboolaContext,
  request: ImportRequest,
  tableColumns: readonly string[] | undefined,
  job: RunningJob,
): Promise<OpenImport> {
  const { parts, isSliced } = await openParts(context, request, job)
  const named = request.columns ?? (request.isWithoutHeader ? tableColumns : undefined)
  const skipped = named === undefined ? 0 : request.ignoredRecords
  const all = (): AsyncGenerator<readonly CsvRecord[], void, undefined> => readParts(parts, request, skipped, job)
  if (named !== undefined) return { header: named, hasHeader: false, isSliced, records: all }
  const first = await firstRecord(all())
  const header = first?.map((cell) => cell ?? '')
  return { header, hasHeader: true, isSliced, records: () => dropFirst(all(), 1) }
}

async function openParts(
  context: KeboolaContext,
  { data }: ImportRequest,
  job: RunningJob,
): Promise<{ readonly parts: readonly Part[]; readonly isSliced: boolean }> {
  if (data.kind === 'text') {
    const bytes = Buffer.from(data.text)
    job.inBytes += bytes.length
    return { parts: [() => oneChunk(bytes)], isSliced: false }
  }
  const file = context.files.get(data.fileId)
  const parts = await context.files.open(file, job.signal)
  for (const part of parts) job.inBytes += part.sizeBytes
  return { parts: parts.map(toPart), isSliced: file.isSliced }
}

// oxlint-disable-next-line require-yield, require-await -- an async iterable of one chunk
async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

function toPart(part: FilePart): Part {
  return (signal) => (part.isGzip ? gunzip(part.stream(signal), signal) : part.stream(signal))
}

async function* readParts(
  parts: readonly Part[],
  { format }: ImportRequest,
  skipped: number,
  { signal }: RunningJob,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  // A record never goes on in the next slice.
  for (const part of parts) yield* dropFirst(readCsv(part(signal), format), skipped)
}

async function* dropFirst(
  batches: AsyncIterable<readonly CsvRecord[]>,
  count: number,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  let left = count
  for await (const records of batches) {
    const kept = left === 0 ? records : records.slice(left)
    left -= records.length - kept.length
    if (kept.length > 0) yield kept
  }
}

async function firstRecord(
  batches: AsyncGenerator<readonly CsvRecord[], void, undefined>,
): Promise<CsvRecord | undefined> {
  for await (const [record] of batches) return record
  return undefined
}

/** Checks that a record has as many cells as there are columns. */
export function checkWidth(record: CsvRecord, width: number, number: number): void {
  if (record.length === width) return
  const message = `Row ${number} of the data has ${record.length} cells, and there are ${width} columns`
  throw new KeboolaError(400, 'invalidData', message)
}
