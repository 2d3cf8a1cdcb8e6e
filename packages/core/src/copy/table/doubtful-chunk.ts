import { StorageError } from '../../errors/storage-error.ts'
import { splitBatches } from '../../rows/batch.ts'
import type { Cell, RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CopyIntent } from './copy-record.ts'
import { forRowsWithKeys, keyTexts, rowsPerLookup } from './keyed-lookup.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { ledgerFor } from './read-back.ts'
import { nameOfEnd } from './table-end.ts'
import { countTarget } from './target-count.ts'

/**
 * Gives the rows of a chunk in doubt that are not in the target, where they are looked up by key. One that is there with the same values was
 * written by the copy, as far as anybody can tell; one with others is left out where rows are skipped.
 *
 * @param onThere - called with the rows that are there with the same values
 * @throws {@link StorageError} `conflict` for a key that is there with other values
 */
export async function* missingOf(
  prepared: PreparedCopy,
  batches: AsyncIterable<RowBatch>,
  onThere: (batch: RowBatch) => void,
  controls: TransferControls,
): AsyncGenerator<RowBatch, void, undefined> {
  const { target, targetInfo, options } = prepared
  const { primaryKey } = targetInfo
  const ledger = ledgerFor(prepared, 'digest')
  for await (const batch of splitBatches(batches, rowsPerLookup(options.concurrency))) {
    const there = new Map<string, string>()
    const onRows = (found: RowBatch, keys: readonly string[]): void => {
      for (const [row, hash] of ledger.hash(found).entries()) there.set(keys[row] ?? '', hash.join())
    }
    const how = { fields: undefined, concurrency: options.concurrency }
    await forRowsWithKeys(target, primaryKey, batch, how, onRows, controls)
    const [keys, hashes] = [keyTexts(batch, primaryKey), ledger.hash(batch)]
    const missing: (readonly Cell[])[] = []
    const same: (readonly Cell[])[] = []
    for (const [row, cells] of batch.rows.entries()) {
      const key = keys[row] ?? ''
      const found = there.get(key)
      if (found === undefined) missing.push(cells)
      else if (found === hashes[row]?.join()) same.push(cells)
      else if (options.mode !== 'skip-existing') throw taken(prepared, key)
    }
    const { columns } = batch
    onThere({ columns, rows: same })
    if (missing.length > 0) yield { columns, rows: missing }
  }
}

/**
 * Finds out whether a chunk in doubt was written to a table without a key: its number of rows tells.
 *
 * @param rows - reads the chunk and says how many rows it has; called only when the target has other rows than before
 * @throws {@link StorageError} `outcome-unknown` when neither all nor nothing of it can be in the table
 */
export async function isWritten(
  { target }: PreparedCopy,
  { count }: CopyIntent,
  rows: () => Promise<number>,
  controls: TransferControls,
): Promise<boolean> {
  const now = await countTarget(target, controls)
  if (count !== null && now === count) return false
  const size = await rows()
  if (count !== null && now === count + size) return true
  const had = count === null ? '' : `had ${count} rows before a chunk of ${size}, and `
  const message = `whether the last chunk was written can't be told: ${nameOfEnd(target)} ${had}has ${now ?? 'an unknown number'} now; look at its last rows, or empty it and begin anew with another journal`
  const details = { before: count, chunk: size, now }
  throw new StorageError({ code: 'outcome-unknown', message, applied: 'unknown', details })
}

function taken({ target }: PreparedCopy, key: string): StorageError {
  const message = `the key ${key} is in ${nameOfEnd(target)} with other values than the copy gives it: somebody else wrote it; upsert, or begin anew`
  return new StorageError({
    code: 'conflict',
    message,
    applied: 'unknown',
    details: { key: JSON.parse(key) as unknown },
  })
}
