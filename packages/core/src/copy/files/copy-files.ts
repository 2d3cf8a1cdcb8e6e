import type { Transfer } from '../../transfer/transfer.ts'
import { startCopy } from '../start-copy.ts'
import { problemsOfSides } from './check-sides.ts'
import { checkFilesOptions, type CopyFilesOptions, type CopyFilesResult } from './copy-files-options.ts'
import { type FileSet, nameOfSide, toSides } from './file-set.ts'
import { FilesCopy } from './files-copy.ts'

/**
 * Copies the files of a bucket, those below a prefix, or a single one, to another bucket, prefix or key: of the same storage or of another
 * one, whatever is behind them.
 *
 * Each file streams from the one to the other and appears there whole or not at all, with its content type, metadata, tags and lifetime.
 * The copy begins before the listing is complete, and holds no more than a page of it. Keys stay as they are, but for the prefixes.
 *
 * A file that changes while it is copied fails with `conflict`; one with an attribute that the target doesn't keep fails with `unsupported`
 * unless `allowLossy` names it. By default the first failure ends the copy, and the error's `details` say how many files were `copied`.
 *
 * @example
 * ```ts
 * import { copyFiles } from '@stowage/core'
 *
 * const target = { bucket: storage.bucket('archive'), prefix: '2026/' }
 * const { copied, bytes } = await copyFiles({ bucket: storage.bucket('photos') }, target, { mode: 'upsert' })
 * console.log(`${copied} files, ${bytes} bytes`)
 * ```
 * @param source - what is copied
 * @param target - where to; the bucket has to be there
 * @throws {@link StorageError} `unsupported` for what a side can't do and `invalid-argument` for a target inside the source, both before
 * anything is sent
 */
export function copyFiles(source: FileSet, target: FileSet, options: CopyFilesOptions = {}): Transfer<CopyFilesResult> {
  const checked = checkFilesOptions('copyFiles', options)
  const [from, to] = toSides(source, target)
  const [problem] = problemsOfSides(from, to, checked)
  if (problem !== undefined) throw problem
  const place = { operation: 'copyFiles', resource: nameOfSide(to) }
  return startCopy(from.session, to.session, place, checked, (controls) =>
    new FilesCopy(from, to, checked, controls).run(),
  )
}
