import type { CallContext } from '../../driver/call.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CheckedFilesOptions } from './copy-files-options.ts'
import { nameOfSide, type Side } from './file-set.ts'

/** What everything that works for one copy shares. */
export interface CopyRun {
  /** Where from. */
  readonly source: Side
  /** Where to. */
  readonly target: Side
  /** The options, with defaults. */
  readonly options: CheckedFilesOptions
  /** The transfer's; the signal is aborted as well when a file failed that ends the copy. */
  readonly controls: TransferControls
}

/** Gives what a driver call takes. */
export function callOf({ controls: { signal, receipt } }: CopyRun): CallContext {
  return { signal, receipt }
}

/** Tells whether bytes can be copied by the backend itself, unseen. */
export function copiesItself({ source, target, options }: Pick<CopyRun, 'source' | 'target' | 'options'>): boolean {
  const support = source.session.driver.capabilities.operations['files.copy']
  return source.session === target.session && support?.kind === 'native' && options.verify === 'counts'
}

/** Says that something is there that must not be replaced. */
export function isThereAlready(target: Side, rest: string): StorageError {
  const key = target.prefix + rest
  const message = `${key} is in ${nameOfSide(target)} already: copy with mode "upsert" or "skip-existing", or to another place`
  const place = {
    backend: target.session.driver.backend,
    operation: 'files.write',
    resource: `${target.bucket}/${key}`,
  }
  return new StorageError({ code: 'already-exists', message, applied: 'no', details: { key } }, place)
}
