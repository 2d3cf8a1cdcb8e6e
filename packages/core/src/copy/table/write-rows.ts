import type { WriteCounts } from '../../contract/table.ts'
import type { ByteSource } from '../../driver/file-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { emulatedMode, loadByInsert, loadNatively } from '../../portable/load-table.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { placeOfEnd } from './table-end.ts'

/** Loads rows into the target: as one unit where it can do that, otherwise batch by batch. */
export async function writeRows(
  { target, loadMode: mode }: Pick<PreparedCopy, 'target' | 'loadMode'>,
  rows: { readonly batches: AsyncIterable<RowBatch>; readonly csv?: ByteSource | undefined },
  controls: TransferControls,
): Promise<WriteCounts> {
  const { session, request } = target
  const place = placeOfEnd(target, 'tables.load')
  const insertMode = emulatedMode(session, mode, place)
  const kept = new KeptFailure()
  const batches = kept.watch(rows.batches)
  try {
    if (insertMode !== undefined) return await loadByInsert(session, request, insertMode, batches, place, controls)
    const onRows = (total: number): void => controls.meter.setRows(total)
    return await loadNatively(session, { ...request, mode, batches, csv: rows.csv }, onRows, controls)
  } catch (error) {
    throw kept.instead(session.explain(error, place, controls.signal))
  }
}

/** Keeps what ended the rows, which adapters may pass on in words of their own. */
class KeptFailure {
  #failure: unknown

  async *watch(batches: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch, void, undefined> {
    try {
      yield* batches
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  /** Gives what ended the rows, unless the load's own failure tells what became of a write. */
  instead(error: StorageError): StorageError {
    const tellsOutcome = error.applied === 'partly' || error.applied === 'unknown'
    return StorageError.is(this.#failure) && !tellsOutcome ? this.#failure : error
  }
}
