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
 * First it looks whether everything that was copied is listed under its key. A backend that lists keys in another form, or somebody else
 * at work, would otherwise have the wrong files deleted.
 *
 * @param kept - what the source has, by key behind the prefix
 * @param onDeleted - called with the number of files that went, as they do
 * @throws {@link StorageError} `conflict` when the target doesn't list what was copied; nothing is deleted then
 */
export async function deleteExtras(run: CopyRun, kept: DigestSet, onDeleted: (count: number) => void): Promise<void> {
  const size = run.target.session.driver.capabilities.limits.filesPerDelete ?? defaultBatch
  const extras = await countExtras(run, kept)
  let batch: string[] = []
  for await (const key of extras === 0 ? [] : extraKeys(run, kept)) {
    await run.controls.gate()
    batch.push(key)
    if (batch.length < size) continue
    onDeleted(await deleteBatch(run, batch))
    batch = []
  }
  if (batch.length > 0) onDeleted(await deleteBatch(run, batch))
}

async function countExtras(run: CopyRun, kept: DigestSet): Promise<number> {
  const { target } = run
  const counts = { found: 0, extras: 0 }
  for await (const { key } of listSide(target, callOf(run))) {
    if (kept.has(key.slice(target.prefix.length))) counts.found += 1
    else counts.extras += 1
  }
  if (counts.found < kept.size) throw notListed(run, kept.size - counts.found)
  return counts.extras
}

async function* extraKeys(run: CopyRun, kept: DigestSet): AsyncGenerator<string, void, undefined> {
  const { target } = run
  for await (const { key } of listSide(target, callOf(run))) {
    if (!kept.has(key.slice(target.prefix.length))) yield key
  }
}

async function deleteBatch({ target, controls }: CopyRun, keys: readonly string[]): Promise<number> {
  const outcomes = await deleteFiles(target.session, target.bucket, keys, { signal: controls.signal }, controls.receipt)
  const failed = outcomes.find(({ outcome }) => outcome === 'failed')
  if (failed?.error !== undefined) throw failed.error
  return outcomes.filter(({ outcome }) => outcome === 'deleted').length
}

function notListed({ target }: CopyRun, missing: number): StorageError {
  const message =
    `${missing} files that were copied are not listed in ${nameOfSide(target)}, so nothing is deleted there: ` +
    'somebody else writes there, or it lists keys in another form; look there and copy again'
  return new StorageError({ code: 'conflict', message, details: { missing } })
}
