import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toByteSource } from '../../bytes/byte-source.ts'
import { writeFileSafely } from '../../bytes/file-sink.ts'
import type { ByteSource } from '../../driver/file-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { readCsv } from '../../rows/csv-read.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { ledgerFor } from './read-back.ts'
import { nameOfEnd } from './table-end.ts'
import type { CheckedWrite } from './write-checked.ts'
import { writeRows } from './write-rows.ts'

/** The rows of a source as plain CSV that may be read more than once. */
export interface OpenCsv {
  /** The bytes. */
  readonly source: ByteSource
  /** How many rows they hold, where they were counted. */
  readonly rows: number | undefined
  /** Removes what was kept for it. */
  release(): Promise<void>
}

/**
 * Opens the CSV of the source where bytes may go through unread: both ends speak CSV, and it says the same of every cell to both. That is so
 * when all columns are texts that keep their names, and neither end tells null from the empty text.
 */
export async function openPassable(prepared: PreparedCopy, controls: TransferControls): Promise<OpenCsv | undefined> {
  const { source, sourceInfo, target, targetInfo, options, mapping } = prepared
  const { tables } = target.session
  const asRead = options.verify === 'counts' && options.mode !== 'skip-existing'
  const areTexts = [...sourceInfo.columns, ...targetInfo.columns].every(
    ({ type, native }) => type === 'string' && native === undefined,
  )
  const isAll = mapping.columns.length === sourceInfo.columns.length && mapping.undeclared === 'pass'
  const areSame = isAll && mapping.columns.every(({ from, to }) => from === to)
  const speaksCsv = tables.exportCsv !== undefined && !target.session.driver.capabilities.semantics.keepsNulls
  if (!asRead || !areTexts || !areSame || !speaksCsv || source.semantics.keepsNulls) return undefined
  return source.openCsv(sourceInfo, controls)
}

/** Loads CSV: the target passes it on, or reads its rows where it has to. */
export async function writeCsv(
  prepared: PreparedCopy,
  csv: OpenCsv,
  controls: TransferControls,
): Promise<CheckedWrite> {
  const written = ledgerFor(prepared, 'counts')
  const read = readCsv(csv.source.open(), { columns: prepared.targetInfo.columns })
  const counts = await writeRows(prepared, { batches: written.watch(read), csv: csv.source }, controls)
  const isPassed = written.rows === 0
  const rows = isPassed ? counts.inserted : written.rows
  if (csv.rows !== undefined && csv.rows !== rows) {
    const message = `${nameOfEnd(prepared.target)} took ${rows} rows of a CSV with ${csv.rows}: look for others that write to it, and copy again`
    throw new StorageError({ code: 'corrupt-data', message, applied: 'yes' })
  }
  return { written, rows, values: isPassed && rows > 0 ? undefined : written.values, skipped: 0, counts }
}

/** Keeps CSV on disk, to be read more than once. */
export async function keepCsv(
  bytes: AsyncIterable<Uint8Array>,
  { signal }: Pick<TransferControls, 'signal'>,
): Promise<Pick<OpenCsv, 'source' | 'release'>> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-copy-'))
  const release = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'rows.csv')
    await writeFileSafely(path, bytes, { overwrite: false, fsync: false, signal })
    return { source: await toByteSource(path), release }
  } catch (error) {
    await release()
    throw error
  }
}
