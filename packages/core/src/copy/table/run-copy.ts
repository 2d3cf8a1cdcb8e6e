import { StorageError } from '../../errors/storage-error.ts'
import type { Transfer, TransferControls } from '../../transfer/transfer.ts'
import { fingerprintOf } from './copy-fingerprint.ts'
import { ChunkedCopy } from './copy-in-chunks.ts'
import { CopyRecord } from './copy-record.ts'
import type { CopyTableResult } from './copy-table-options.ts'
import { loadOnce } from './load-once.ts'
import { ensureTarget, prepareCopy, type PreparedCopy, type TableCopy } from './prepare-copy.ts'
import { removeMade } from './remove-made.ts'
import { startCopy } from '../start-copy.ts'
import { nameOfEnd, placeOfEnd } from './table-end.ts'
import { countTarget } from './target-count.ts'

/**
 * Starts a copy into a table.
 *
 * @param operation - what errors call it
 */
export function startTableCopy(copy: TableCopy, operation: string): Transfer<CopyTableResult> {
  const { source, target, options } = copy
  const { signal, timeoutMs } = options
  const place = placeOfEnd(target, operation)
  return startCopy(source.session, target.session, place, { signal, timeoutMs }, (controls) => runCopy(copy, controls))
}

async function runCopy(copy: TableCopy, controls: TransferControls): Promise<CopyTableResult> {
  const { journal } = copy.options
  return journal === undefined ? runAtOnce(copy, controls) : runWithJournal(copy, journal, controls)
}

/** Goes on where the journal ends; one that is finished answers at once. */
async function runWithJournal(copy: TableCopy, path: string, controls: TransferControls): Promise<CopyTableResult> {
  const record = await CopyRecord.open(path, copy)
  try {
    return record.result ?? (await runChunks(copy, record, controls))
  } finally {
    await record.close()
  }
}

async function runChunks(copy: TableCopy, record: CopyRecord, controls: TransferControls): Promise<CopyTableResult> {
  const looked = await prepareCopy(copy, controls, record.beginning)
  // What a copy has written changes its target.
  if (record.beginning === undefined) checkExpected(looked)
  checkProblems(looked)
  const isMissing = looked.definition !== undefined
  if (record.beginning === undefined) {
    const before = isMissing ? 0 : await countTarget(copy.target, controls)
    await record.begin({ isCreated: isMissing, loadMode: looked.loadMode, before: before ?? null })
  } else if (isMissing && record.position.rows > 0) throw targetGone(copy)
  return new ChunkedCopy(await ensureTarget(looked, controls), record, controls).run()
}

async function runAtOnce(copy: TableCopy, controls: TransferControls): Promise<CopyTableResult> {
  const looked = await prepareCopy(copy, controls)
  checkExpected(looked)
  checkProblems(looked)
  const isCreated = looked.definition !== undefined
  const prepared = await ensureTarget(looked, controls)
  try {
    return await loadOnce(prepared, isCreated, controls)
  } catch (error) {
    if (isCreated) await removeMade(prepared.target, error)
    throw error
  }
}

function checkProblems({ problems }: PreparedCopy): void {
  const [first] = problems
  if (first !== undefined) throw first
}

function targetGone({ target, options }: TableCopy): StorageError {
  const message = `${nameOfEnd(target)} is gone, of which rows were copied: delete ${options.journal} to begin anew`
  return new StorageError({ code: 'conflict', message, details: { changed: 'target' } })
}

function checkExpected(prepared: PreparedCopy): void {
  const { expect } = prepared.options
  if (expect === undefined || expect === fingerprintOf(prepared)) return
  const message = 'source, target or options are others than when the copy was planned: plan it again'
  throw new StorageError({ code: 'conflict', message, applied: 'no', details: { changed: 'plan' } })
}
