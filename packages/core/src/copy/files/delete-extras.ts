import { StorageError } from '../../errors/storage-error.ts'
import { deleteFiles } from '../../portable/delete-files.ts'
import { callOf, type CopyRun } from './copy-run.ts'
import type { DigestSet } from './digest-set.ts'
import { nameOfSide } from './file-set.ts'
import { listSide } from './file-pairs.ts'

const defaultBatch = 1000

/**
 * Deletes what only the target has; the last step of a copy that replaces.
 *
 * @param kept - what the source has, by key behind the prefix
 * @param onDeleted - called with the number of files that went, as they do
 * @throws {@link StorageError} `conflict` when the target lacks a file that was copied: somebody else deletes there
 */
export async function deleteExtras(run: CopyRun, kept: DigestSet, onDeleted: (count: number) => void): Promise<void> {
  const { target, controls } = run
  const size = target.session.driver.capabilities.limits.filesPerDelete ?? defaultBatch
  let found = 0
  let batch: string[] = []
  for await (const { key } of listSide(target, callOf(run))) {
    await controls.gate()
    if (kept.has(key.slice(target.prefix.length))) found += 1
    else batch.push(key)
    if (batch.length < size) continue
    onDeleted(await deleteBatch(run, batch))
    batch = []
  }
  if (batch.length > 0) onDeleted(await deleteBatch(run, batch))
  if (found < kept.size) throw someGone(run, kept.size - found)
}

async function deleteBatch({ target, controls }: CopyRun, keys: readonly string[]): Promise<number> {
  const outcomes = await deleteFiles(target.session, target.bucket, keys, { signal: controls.signal }, controls.receipt)
  const failed = outcomes.find(({ outcome }) => outcome === 'failed')
  if (failed?.error !== undefined) throw failed.error
  return outcomes.filter(({ outcome }) => outcome === 'deleted').length
}

function someGone({ target }: CopyRun, missing: number): StorageError {
  const message = `${missing} files that were copied are not in ${nameOfSide(target)} any more: somebody else writes there, copy again`
  return new StorageError({ code: 'conflict', message, details: { missing } })
}
